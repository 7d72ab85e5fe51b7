import type { Fix, Spot } from '../../../shared/mini-geo'

/** A mark on the map. */
export interface Mark extends Spot {
  id: string
  label: string
  tone: string
}

/** A map of the district. With `onPin` the pin can be moved; with `marks` they can be tapped. */
export interface MapProps {
  /** What the map is of, for those who don't see it. */
  label: string
  pin?: Fix | null
  onPin?: (fix: Fix) => void
  here?: Fix | null
  marks?: Mark[]
  chosen?: string | null
  onMark?: (id: string) => void
  /** Not to be moved: a picture. */
  still?: boolean
  /** How an area stands, by its name: its tone and a word. */
  paint?: (area: string) => { tone: string; word: string } | null
  /** Metres per pixel to begin with; farther where only the grids' own lines tell where one is. */
  scale?: number
  className?: string
}
