/** Tiles of a configured raster base map under the district's own lines, each put where its datum says. */
import { inDatum, Spot, toPixel, View } from './mini-geo'

/** A tile to draw: its address, and its corner and size in pixels from the middle of the view. */
export interface Tile {
  url: string
  x: number
  y: number
  width: number
  height: number
}

/** Metres of the equator in one pixel of zoom 0 (256 px tiles, Web Mercator, EPSG:3857). */
const METRES_PER_PIXEL = 156_543.034
const [LEAST, MOST] = [3, 18]

const column = (longitude: number, n: number) => ((longitude + 180) / 360) * n
const row = (latitude: number, n: number) => {
  const rad = (latitude * Math.PI) / 180
  return ((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * n
}
const longitudeOf = (x: number, n: number) => (x / n) * 360 - 180
const latitudeOf = (y: number, n: number) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / n))) * 180) / Math.PI

/**
 * The tiles that cover a view of `size` pixels drawn in `drawn`, from a template with {z} {x} {y}. A map of the other datum is
 * shifted by what the datums differ in the middle of the view: across a district that is right to about a metre.
 */
export function tiles(v: View, size: [number, number], drawn: Spot['coord_type'], base: { url: string; coord_type: string }): Tile[] {
  if (base.coord_type !== 'wgs84' && base.coord_type !== 'gcj02') return []
  const there = inDatum({ longitude: v.longitude, latitude: v.latitude, coord_type: drawn }, base.coord_type)
  const [dx, dy] = [there.longitude - v.longitude, there.latitude - v.latitude]
  const z = Math.round(Math.log2((METRES_PER_PIXEL * Math.cos((v.latitude * Math.PI) / 180)) / v.scale))
  const zoom = Math.min(MOST, Math.max(LEAST, z))
  const n = 2 ** zoom
  const [cx, cy] = [column(there.longitude, n), row(there.latitude, n)]
  const side = (METRES_PER_PIXEL * 256 * Math.cos((v.latitude * Math.PI) / 180)) / n / v.scale
  const [w, h] = [size[0] / 2 / side, size[1] / 2 / side]
  const list: Tile[] = []
  for (let y = Math.floor(cy - h); y <= Math.floor(cy + h); y++) {
    for (let x = Math.floor(cx - w); x <= Math.floor(cx + w); x++) {
      const a = toPixel(v, longitudeOf(x, n) - dx, latitudeOf(y, n) - dy)
      const b = toPixel(v, longitudeOf(x + 1, n) - dx, latitudeOf(y + 1, n) - dy)
      const url = base.url.replace('{z}', String(zoom)).replace('{x}', String(x)).replace('{y}', String(y))
      list.push({ url, x: a[0], y: a[1], width: b[0] - a[0], height: b[1] - a[1] })
    }
  }
  return list
}
