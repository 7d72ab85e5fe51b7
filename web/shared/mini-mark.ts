/** The part of a photo where the problem is: a rectangle in shares of its width and height, from the upper left. */

export interface Region {
  x: number
  y: number
  width: number
  height: number
}

/** The smallest side that is meant and not a slip of the finger. */
const LEAST = 0.04
/** What a step of the keyboard moves. */
const STEP = 0.02
/** Where a mark begins that is not drawn but moved by keys. */
export const MIDDLE: Region = { x: 0.3, y: 0.3, width: 0.4, height: 0.4 }

const held = (n: number) => Math.min(1, Math.max(0, n))
const short = (n: number) => Math.round(n * 10_000) / 10_000

/** The rectangle between two points of a drag, in shares; null while it is no more than a slip. */
export function dragged(from: [number, number], to: [number, number]): Region | null {
  const [x, y] = [held(Math.min(from[0], to[0])), held(Math.min(from[1], to[1]))]
  const [width, height] = [held(Math.max(from[0], to[0])) - x, held(Math.max(from[1], to[1])) - y]
  if (width < LEAST || height < LEAST) return null
  return { x: short(x), y: short(y), width: short(width), height: short(height) }
}

const ARROWS: Record<string, [number, number]> = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }

/** What a key makes of a mark: arrows move it, with Shift they resize it, Enter begins one; undefined for other keys. */
export function keyed(region: Region | null, key: string, shift: boolean): Region | undefined {
  const arrow = ARROWS[key]
  if (!arrow && key !== 'Enter') return undefined
  if (!region || !arrow) return region ?? MIDDLE
  const [dx, dy] = [arrow[0] * STEP, arrow[1] * STEP]
  const fit = (from: number, length: number) => short(Math.min(1 - length, Math.max(0, from)))
  if (!shift) return { ...region, x: fit(region.x + dx, region.width), y: fit(region.y + dy, region.height) }
  const size = (length: number, from: number) => short(Math.min(1 - from, Math.max(LEAST, length)))
  return { ...region, width: size(region.width + dx, region.x), height: size(region.height + dy, region.y) }
}

/** What is marked, in words. */
export function markSentence(region: Region | null): string {
  if (!region) return '用手指在照片上框出问题，处置后会重点比对这一块'
  return `已框出，约占照片的 ${Math.max(1, Math.round(region.width * region.height * 100))}%`
}

/** A region as a style for a box laid over its photo. */
export function boxStyle(r: Region): { left: string; top: string; width: string; height: string } {
  const share = (n: number) => `${(n * 100).toFixed(2)}%`
  return { left: share(r.x), top: share(r.y), width: share(r.width), height: share(r.height) }
}

/** What is said of a mark to those who don't see it. */
export const MARKED = '框出的是要处置的地方'

/** Pixels that a mark stays away from the edge of its frame. */
const EDGE = 3

/**
 * A mark on a photo as a region of the frame in which the photo is shown, filling it or all of it (`whole`); sizes are width and
 * height. What the frame cuts off is marked up to its edge.
 */
export function framed(r: Region, photo: [number, number], frame: [number, number], whole = false): Region {
  const k = (whole ? Math.min : Math.max)(frame[0] / photo[0], frame[1] / photo[1])
  const side = (from: number, length: number, own: number, seen: number): [number, number] => {
    const start = (seen - own * k) / 2
    const [a, b] = [start + from * own * k, start + (from + length) * own * k].map((at) => Math.min(seen - EDGE, Math.max(EDGE, at)) / seen) as [number, number]
    return [a, b - a]
  }
  const [[x, width], [y, height]] = [side(r.x, r.width, photo[0], frame[0]), side(r.y, r.height, photo[1], frame[1])]
  return { x, y, width, height }
}
