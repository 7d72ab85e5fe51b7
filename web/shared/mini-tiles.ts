/** Tiles of a configured base map under the district's own lines, each put where its datum says. */
import { inDatum, Spot, toPixel, View } from './mini-geo'

/** A tile to draw: which one, and its corner and size in pixels from the middle of the view. */
export interface Tile {
  zoom: number
  column: number
  row: number
  x: number
  y: number
  width: number
  height: number
}

/** A base map's datum, the zooms it has, and how many pixels wide its tiles are meant to be drawn. */
export interface Cut {
  coord_type: string
  zooms: [number, number]
  side: number
}

/** Pictures from a template: 256 px, and the zooms that every service has. */
export const PICTURES = { zooms: [3, 18] as [number, number], side: 256 }

/** Metres of the equator in zoom 0 (Web Mercator, EPSG:3857). */
const EQUATOR = 40_075_016.7

const columnOf = (longitude: number, n: number) => ((longitude + 180) / 360) * n
const rowOf = (latitude: number, n: number) => {
  const rad = (latitude * Math.PI) / 180
  return ((1 - Math.asinh(Math.tan(rad)) / Math.PI) / 2) * n
}
const longitudeOf = (x: number, n: number) => (x / n) * 360 - 180
const latitudeOf = (y: number, n: number) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / n))) * 180) / Math.PI

/**
 * The tiles that cover a view of `size` pixels drawn in `drawn`. A map of the other datum is shifted by what the datums differ in
 * the middle of the view: that difference changes by some 2.5 m a kilometre, less than a pixel at the edge of a phone's screen.
 */
export function tiles(v: View, size: [number, number], drawn: Spot['coord_type'], cut: Cut): Tile[] {
  if (cut.coord_type !== 'wgs84' && cut.coord_type !== 'gcj02') return []
  const there = inDatum({ longitude: v.longitude, latitude: v.latitude, coord_type: drawn }, cut.coord_type)
  const [dx, dy] = [there.longitude - v.longitude, there.latitude - v.latitude]
  const round = (EQUATOR * Math.cos((v.latitude * Math.PI) / 180)) / v.scale
  const zoom = Math.min(cut.zooms[1], Math.max(cut.zooms[0], Math.round(Math.log2(round / cut.side))))
  const n = 2 ** zoom
  const [cx, cy] = [columnOf(there.longitude, n), rowOf(there.latitude, n)]
  const [w, h] = size.map((s) => s / 2 / (round / n)) as [number, number]
  const list: Tile[] = []
  for (let row = Math.max(0, Math.floor(cy - h)); row <= Math.min(n - 1, Math.floor(cy + h)); row++) {
    for (let column = Math.max(0, Math.floor(cx - w)); column <= Math.min(n - 1, Math.floor(cx + w)); column++) {
      const a = toPixel(v, longitudeOf(column, n) - dx, latitudeOf(row, n) - dy)
      const b = toPixel(v, longitudeOf(column + 1, n) - dx, latitudeOf(row + 1, n) - dy)
      list.push({ zoom, column, row, x: a[0], y: a[1], width: b[0] - a[0], height: b[1] - a[1] })
    }
  }
  return list
}

/** The address of a tile, from a template with {z} {x} {y}. */
export function addressOf(t: Tile, template: string): string {
  return template.replace('{z}', String(t.zoom)).replace('{x}', String(t.column)).replace('{y}', String(t.row))
}
