/**
 * The base map of this visit, and with it the datum in which every place is asked for and drawn: tiles in GCJ-02 under
 * points in WGS-84 would be hundreds of metres off. Settled once, by the first answer of /v1/config.
 */
import type { components } from '../../../shared/openapi';

type S = components['schemas'];
export type BaseMap = S['Config']['base_map'];

let settled: { base: BaseMap } | null = null;

/** Takes the base map configured; later answers do not move what is already drawn. */
export function settle(base: BaseMap) {
  settled ??= { base };
}

/** The base map configured; null is the district's own polygons. */
export function baseMap(): BaseMap {
  return settled?.base ?? null;
}

/** The datum of everything on a map. */
export function datum(): S['CoordType'] {
  return baseMap()?.coord_type ?? 'wgs84';
}
