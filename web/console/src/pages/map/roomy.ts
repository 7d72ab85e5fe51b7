import { CHINA, extent } from '../../../../shared/geometry';
import type { Box } from '../../../../shared/quarters';
import type { S } from '../../lib/api';

/** The district with half a degree around it. */
export function roomy(areas: S['GridCollection']): Box {
  const [west, south, east, north] = extent(areas.features.map((one) => one.geometry.coordinates)) ?? CHINA;
  return [west - 0.5, south - 0.5, east + 0.5, north + 0.5];
}
