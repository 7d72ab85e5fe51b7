/** A base map from one PMTiles file of this server: vectors drawn in the theme's colours, or pictures. Loaded only where one is configured. */
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { PMTiles, TileType } from 'pmtiles'
import type { View } from '../../../shared/mini-geo'
import { Paint, paintOf, PAINTS, shows, WIDTHS, widthOf } from '../../../shared/mini-ground'
import { Tile, tiles } from '../../../shared/mini-tiles'
import { coordType } from './platform'

/** A tile ready to be drawn: outlines in its own units, `extent` to a side, or a picture. */
type Drawing = { extent: number; outlines: Map<Paint, Path2D> } | { picture: ImageBitmap }

/** Tiles kept ready: some screens' worth. */
const MOST = 96

/** An open file. */
export class Archive {
  private readonly known = new Map<string, Drawing | null>()
  private readonly watchers = new Set<() => void>()

  private constructor(
    private readonly file: PMTiles,
    private readonly cut: Parameters<typeof tiles>[3],
    private readonly vectors: boolean,
  ) {}

  /** Opens the file at an address below this origin; fails when it can't be read. */
  static async open(url: string, coord_type: string): Promise<Archive> {
    const file = new PMTiles(new URL(url, location.origin).href)
    const head = await file.getHeader()
    const vectors = head.tileType === TileType.Mvt
    return new Archive(file, { coord_type, zooms: [head.minZoom, head.maxZoom], side: vectors ? 512 : 256 }, vectors)
  }

  /** Calls `again` whenever more has come, until what is answered is called. */
  watch(again: () => void): () => void {
    this.watchers.add(again)
    return () => void this.watchers.delete(again)
  }

  /** Draws what is there of a view, and asks for the rest. `size` in pixels of the page. */
  draw(canvas: HTMLCanvasElement, view: View, size: [number, number]): void {
    const sharp = Math.min(2, devicePixelRatio)
    Object.assign(canvas, { width: size[0] * sharp, height: size[1] * sharp })
    const pen = canvas.getContext('2d')!
    const cover = tiles(view, size, coordType, this.cut)
    const there = cover.flatMap((tile) => {
      const drawing = this.drawing(tile)
      return drawing ? [{ tile, drawing }] : []
    })
    const place = ({ x, y, width, height }: Tile, units: number) =>
      pen.setTransform((sharp * width) / units, 0, 0, (sharp * height) / units, sharp * (x + size[0] / 2), sharp * (y + size[1] / 2))
    for (const { tile, drawing } of there) {
      if (!('picture' in drawing)) continue
      place(tile, 1)
      pen.drawImage(drawing.picture, 0, 0, 1, 1)
    }
    const colour = getComputedStyle(canvas)
    for (const paint of PAINTS) {
      if (!shows(paint, view.scale)) continue
      const width = WIDTHS[paint]
      pen.fillStyle = pen.strokeStyle = colour.getPropertyValue(`--map-${paint}`).trim()
      for (const { tile, drawing } of there) {
        const outline = 'outlines' in drawing && drawing.outlines.get(paint)
        if (!outline) continue
        place(tile, drawing.extent)
        pen.lineWidth = width ? (widthOf(width, view.scale) * drawing.extent) / tile.width : 0
        if (width) pen.stroke(outline)
        else pen.fill(outline)
      }
    }
  }

  /** What is known of a tile; asks for it once when nothing is. */
  private drawing(tile: Tile): Drawing | null {
    const name = `${tile.zoom}/${tile.column}/${tile.row}`
    const known = this.known.get(name)
    if (known !== undefined) return known
    this.known.set(name, null)
    const oldest = this.known.keys().next().value
    if (this.known.size > MOST && oldest) this.known.delete(oldest)
    this.load(tile).then(
      (drawing) => {
        this.known.set(name, drawing)
        for (const again of this.watchers) again()
      },
      () => this.known.delete(name), // asked for again when the map is moved
    )
    return null
  }

  private async load({ zoom, column, row }: Tile): Promise<Drawing | null> {
    const found = await this.file.getZxy(zoom, column, row)
    if (!found) return null
    return this.vectors ? outlined(new VectorTile(new PbfReader(new Uint8Array(found.data)))) : { picture: await createImageBitmap(new Blob([found.data])) }
  }
}

/** One outline for all that is painted alike. */
function outlined(tile: VectorTile): Drawing {
  const outlines = new Map<Paint, Path2D>()
  let extent = 4096
  for (const [name, layer] of Object.entries(tile.layers)) {
    extent = layer.extent
    for (let i = 0; i < layer.length; i++) {
      const feature = layer.feature(i)
      const paint = paintOf(name, feature.type, feature.properties)
      if (!paint) continue
      const outline = outlines.get(paint) ?? new Path2D()
      outlines.set(paint, outline)
      for (const part of feature.loadGeometry()) {
        part.forEach((p, at) => (at ? outline.lineTo(p.x, p.y) : outline.moveTo(p.x, p.y)))
        if (feature.type === 3) outline.closePath()
      }
    }
  }
  return { extent, outlines }
}
