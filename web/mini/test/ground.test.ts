import { describe, expect, it } from 'vitest'
import { fromPixel, inDatum, metres, toPixel, View } from '../../shared/mini-geo'
import { paintOf, shows, WIDTHS, widthOf } from '../../shared/mini-ground'
import { addressOf, PICTURES, Tile, tiles } from '../../shared/mini-tiles'

const HERE = { longitude: 120.4495, latitude: 36.3645 }
const view = { ...HERE, scale: 1.6 }
const SIZE: [number, number] = [358, 260]

describe('the tiles of a base map', () => {
  const pictures = { ...PICTURES, coord_type: 'wgs84' }
  it('cover the view without gaps', () => {
    const list = tiles(view, SIZE, 'wgs84', pictures)
    expect(list.length).toBeGreaterThan(1)
    expect(addressOf(list[0]!, '/t/{z}/{x}/{y}.png')).toMatch(/^\/t\/16\/\d+\/\d+\.png$/)
    expect(Math.min(...list.map((t) => t.x))).toBeLessThanOrEqual(-179)
    expect(Math.max(...list.map((t) => t.x + t.width))).toBeGreaterThanOrEqual(179)
    expect(Math.min(...list.map((t) => t.y))).toBeLessThanOrEqual(-130)
    expect(Math.max(...list.map((t) => t.y + t.height))).toBeGreaterThanOrEqual(130)
  })
  it('are no finer than the file has, and only those of the world', () => {
    expect(tiles(view, SIZE, 'wgs84', { coord_type: 'wgs84', zooms: [0, 0], side: 512 })).toMatchObject([{ zoom: 0, column: 0, row: 0 }])
    expect(new Set(tiles({ ...HERE, scale: 0.4 }, SIZE, 'wgs84', { coord_type: 'wgs84', zooms: [0, 14], side: 512 }).map((t) => t.zoom))).toEqual(new Set([14]))
  })
  it.each([0.4, 1.6, 12, 60])('of the other datum lie where their ground is, to a pixel, at %d m a pixel', (scale) => {
    const v: View = { ...HERE, scale }
    const edge = (t: Tile) => {
      // The tile's corner in its own datum, moved exactly into the one drawn.
      const n = 2 ** t.zoom
      const corner = { longitude: (t.column / n) * 360 - 180, latitude: (Math.atan(Math.sinh(Math.PI * (1 - (2 * t.row) / n))) * 180) / Math.PI, coord_type: 'gcj02' as const }
      const there = inDatum(corner, 'wgs84')
      return toPixel(v, there.longitude, there.latitude)
    }
    const list = tiles(v, [390, 460], 'wgs84', { ...PICTURES, coord_type: 'gcj02' }).filter((t) => Math.abs(t.x) < 195 && Math.abs(t.y) < 230)
    expect(list.length).toBeGreaterThan(0)
    for (const t of list) {
      const [x, y] = edge(t)
      expect(Math.hypot(t.x - x, t.y - y)).toBeLessThan(1)
    }
    expect(metres(HERE, inDatum({ ...HERE, coord_type: 'gcj02' }, 'wgs84'))).toBeGreaterThan(300)
  })
  it('are none in a datum that is not known', () => {
    expect(tiles(view, SIZE, 'wgs84', { ...PICTURES, coord_type: 'bd09' })).toEqual([])
  })
})

describe('the datums', () => {
  it('there and back is within a decimetre', () => {
    const there = inDatum({ ...HERE, coord_type: 'wgs84' }, 'gcj02')
    expect(metres(HERE, inDatum(there, 'wgs84'))).toBeLessThan(0.1)
    expect(inDatum(there, 'gcj02')).toBe(there)
    expect(metres(HERE, fromPixel(view, 0, 0))).toBe(0)
  })
})

describe('the paint of a vector base map', () => {
  it('knows the layers of both schemas', () => {
    expect(paintOf('water', 3, {})).toBe('water')
    expect(paintOf('waterway', 2, { class: 'river' })).toBe('stream')
    expect(paintOf('landuse', 3, { kind: 'park' })).toBe('green')
    expect(paintOf('landuse', 3, { class: 'residential' })).toBe('built')
    expect(paintOf('landcover', 3, { class: 'sand' })).toBeNull()
    expect(paintOf('buildings', 3, {})).toBe('house')
    expect([{ kind: 'highway' }, { kind: 'major_road' }, { class: 'primary' }].map((p) => paintOf('roads', 2, p))).toEqual(['avenue', 'avenue', 'avenue'])
    expect([{ class: 'tertiary' }, { class: 'minor' }, { class: 'path' }].map((p) => paintOf('transportation', 2, p))).toEqual(['road', 'street', 'path'])
  })
  it('leaves out names, borders and the ground itself', () => {
    expect([paintOf('places', 1, {}), paintOf('boundaries', 2, {}), paintOf('earth', 3, {}), paintOf('roads', 1, {})]).toEqual([null, null, null, null])
  })
  it('thins out from afar, and keeps lines between hair and finger', () => {
    expect([shows('house', 1.6), shows('house', 5), shows('street', 60), shows('avenue', 160)]).toEqual([true, false, false, true])
    expect([0.4, 4, 160].map((scale) => widthOf(WIDTHS.avenue!, scale))).toEqual([14, 3.5, 1.8])
  })
})
