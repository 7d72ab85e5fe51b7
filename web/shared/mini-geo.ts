/** Places on a small map: metres, boxes, and which grid to draw. No projection beyond a district is meant. */

/** A point with its datum; a point without one never leaves the phone. */
export interface Spot {
  longitude: number
  latitude: number
  coord_type: 'wgs84' | 'gcj02'
}

/** Where the problem is, how exactly, and who said so. */
export interface Fix extends Spot {
  accuracy?: number
  source: 'device' | 'pin' | 'exif'
}

const METRES_PER_DEGREE = 111_320

/** The same spot in another datum; GCJ-02 back to WGS-84 by one corrected step, good to about 1 m in China. */
export function inDatum<T extends Spot>(spot: T, coord_type: Spot['coord_type']): T {
  if (spot.coord_type === coord_type) return spot
  if (coord_type === 'gcj02') return { ...spot, ...toGcj02(spot.longitude, spot.latitude), coord_type }
  const back = (from: { longitude: number; latitude: number }) => {
    const moved = toGcj02(from.longitude, from.latitude)
    return { longitude: spot.longitude - (moved.longitude - from.longitude), latitude: spot.latitude - (moved.latitude - from.latitude) }
  }
  return { ...spot, ...back(back(spot)), coord_type }
}

/** Metres between two points of one datum, equirectangular: under 0.1 % off within a district. */
export function metres(a: Pick<Spot, 'longitude' | 'latitude'>, b: Pick<Spot, 'longitude' | 'latitude'>): number {
  const x = (b.longitude - a.longitude) * Math.cos((((a.latitude + b.latitude) / 2) * Math.PI) / 180)
  return Math.hypot(x, b.latitude - a.latitude) * METRES_PER_DEGREE
}

/** `35 米`, `1.2 公里`. */
export function distanceText(m: number): string {
  if (m < 1000) return `${Math.max(1, Math.round(m))} 米`
  return `${(m / 1000).toFixed(m < 10_000 ? 1 : 0)} 公里`
}

/** A view of the map: its centre and how many metres one pixel is. */
export interface View {
  longitude: number
  latitude: number
  scale: number
}

/** Pixel offset of a point from the middle of a view, x right, y down. */
export function toPixel(v: View, longitude: number, latitude: number): [number, number] {
  const k = METRES_PER_DEGREE / v.scale
  return [(longitude - v.longitude) * k * Math.cos((v.latitude * Math.PI) / 180), (v.latitude - latitude) * k]
}

/** The point at a pixel offset from the middle of a view; inverse of `toPixel`. */
export function fromPixel(v: View, x: number, y: number): { longitude: number; latitude: number } {
  const k = METRES_PER_DEGREE / v.scale
  return { longitude: v.longitude + x / (k * Math.cos((v.latitude * Math.PI) / 180)), latitude: v.latitude - y / k }
}

/** A ring of a polygon: positions in order, longitude first. */
export type Ring = [number, number][]

/** A grid ready to draw: rings with their box (west, south, east, north). */
export interface Shape {
  code: string
  name: string
  rings: Ring[]
  box: [number, number, number, number]
}

/** Shapes of a GeoJSON FeatureCollection of MultiPolygons. */
export function shapes(collection: { features: { properties: { code: string; name: string }; geometry: { coordinates: number[][][][] } }[] }): Shape[] {
  return collection.features.map((f) => {
    const rings = f.geometry.coordinates.flat() as Ring[]
    const box: Shape['box'] = [180, 90, -180, -90]
    for (const [x, y] of rings.flat()) {
      if (x < box[0]) box[0] = x
      if (y < box[1]) box[1] = y
      if (x > box[2]) box[2] = x
      if (y > box[3]) box[3] = y
    }
    return { code: f.properties.code, name: f.properties.name, rings, box }
  })
}

/** The box that holds every shape. */
export function bounds(list: Shape[]): Shape['box'] {
  return list.reduce<Shape['box']>(
    (b, s) => [Math.min(b[0], s.box[0]), Math.min(b[1], s.box[1]), Math.max(b[2], s.box[2]), Math.max(b[3], s.box[3])],
    [180, 90, -180, -90],
  )
}

/**
 * WGS-84 to GCJ-02, for drawing public points on WeChat's map only; what is sent always says its own datum.
 * The published offset formula (a = 6378245, e² = 0.00669342162296594323), good to about 1 m in China.
 */
export function toGcj02(longitude: number, latitude: number): { longitude: number; latitude: number } {
  const [x, y] = [longitude - 105, latitude - 35]
  const { PI, sin, cos, sqrt, abs } = Math
  const waves = (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * (2 / 3)
  let dy = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + waves
  dy += ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3 + ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3
  let dx = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + waves
  dx += ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3 + ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3
  const [a, e2] = [6378245, 0.00669342162296594323]
  const rad = (latitude * PI) / 180
  const magic = 1 - e2 * sin(rad) ** 2
  return {
    latitude: latitude + (dy * 180) / (((a * (1 - e2)) / (magic * sqrt(magic))) * PI),
    longitude: longitude + (dx * 180) / ((a / sqrt(magic)) * cos(rad) * PI),
  }
}
