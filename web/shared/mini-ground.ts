/** How a vector base map is drawn: calm ground under the district's own lines, by the common schemas (Protomaps, OpenMapTiles). */

/** What is painted alike. Fills first, then lines, in the order of drawing. */
export const PAINTS = ['built', 'green', 'water', 'house', 'stream', 'path', 'street', 'road', 'avenue'] as const
export type Paint = (typeof PAINTS)[number]

/** Widths of lines: metres on the ground, and the least and the most pixels; null is filled. */
export const WIDTHS: Record<Paint, [number, number, number] | null> = {
  built: null,
  green: null,
  water: null,
  house: null,
  stream: [4, 0.8, 6],
  path: [2, 0.6, 2],
  street: [6, 0.8, 7],
  road: [9, 1.2, 10],
  avenue: [14, 1.8, 14],
}

/** Metres per pixel from which on a paint is left out: far away it would be a haze. */
const FARTHEST: Partial<Record<Paint, number>> = { house: 3, path: 4, street: 16, road: 60 }

/** Whether a paint is drawn at this many metres per pixel. */
export const shows = (paint: Paint, scale: number): boolean => scale <= (FARTHEST[paint] ?? Infinity)

/** The width of a line in pixels. */
export function widthOf([metres, least, most]: [number, number, number], scale: number): number {
  return Math.min(most, Math.max(least, metres / scale))
}

const GREEN = /park|forest|wood|grass|scrub|garden|meadow|farm|orchard|vineyard|nature|cemetery|pitch|golf|green|wetland|recreation|village/
const AVENUES = /^(motorway|trunk|primary|highway|major)/
const ROADS = /^(secondary|tertiary|medium)/
const PATHS = /^(path|track|footway|pedestrian|steps|cycleway|rail|transit|other|ferry|aerialway)/

/** Geometry of a vector tile's feature: 2 is a line, 3 a polygon (Mapbox vector tile 2.1). */
type Geometry = number

/** How a feature of a layer is painted; null is left out. */
export function paintOf(layer: string, geometry: Geometry, properties: Record<string, unknown>): Paint | null {
  const kind = String(properties.kind ?? properties.class ?? properties.subclass ?? '')
  if (geometry === 3) {
    if (layer === 'water') return 'water'
    if (layer === 'park') return 'green'
    if (layer === 'landcover' || layer === 'landuse') return GREEN.test(kind) ? 'green' : layer === 'landuse' ? 'built' : null
    return layer === 'buildings' || layer === 'building' ? 'house' : null
  }
  if (geometry !== 2) return null
  if (layer === 'water' || layer === 'waterway') return 'stream'
  if (layer !== 'roads' && layer !== 'transportation') return null
  if (AVENUES.test(kind)) return 'avenue'
  if (ROADS.test(kind)) return 'road'
  return PATHS.test(kind) ? 'path' : 'street'
}
