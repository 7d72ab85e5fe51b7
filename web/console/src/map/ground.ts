/** What lies under a map: the tiles configured, or nothing but the district's own polygons. */
import type { LayerSpecification, SourceSpecification } from 'maplibre-gl';
import { baseMap, type BaseMap } from '../lib/base-map';
import { isDark } from '../lib/theme';

export interface Ground {
  sources: Record<string, SourceSpecification>;
  layers: LayerSpecification[];
  /** Said on the map when the tiles cannot be had. */
  says?: string;
}

/** Nothing but what is drawn on it. */
export const NO_GROUND: Ground = { sources: {}, layers: [] };

/** An address below this origin in full; a template keeps its braces. */
export function whole(url: string): string {
  return url.startsWith('/') ? `${location.origin}${url}` : url;
}

/** Pictures made calm, and dim in the dark, so that what is drawn on them stands out. */
export function rasterLayer(): LayerSpecification {
  const paint = isDark() ? { 'raster-brightness-max': 0.55, 'raster-saturation': -0.5 } : { 'raster-saturation': -0.3 };
  return { id: 'base', type: 'raster', source: 'base', paint };
}

function raster({ url, attribution }: NonNullable<BaseMap>): Ground {
  return { sources: { base: { type: 'raster', tiles: [whole(url)], tileSize: 256, attribution } }, layers: [rasterLayer()] };
}

/** The ground of every map of this visit. */
export async function ground(): Promise<Ground> {
  const base = baseMap();
  if (!base) return NO_GROUND;
  if (base.kind === 'raster') return raster(base);
  try {
    const { archive } = await import('./pmtiles');
    return await archive(base);
  } catch {
    return { ...NO_GROUND, says: '底图没有载入，只画辖区边界' };
  }
}
