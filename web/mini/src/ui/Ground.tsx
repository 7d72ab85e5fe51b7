/** The ground of a map in a browser, from a PMTiles file: drawn anew with every move, and in the colours of the theme. */
import { useEffect, useReducer, useRef, useState } from 'react'
import type { View } from '../../../shared/mini-geo'
import type { Archive } from '../lib/archive'

/** Opened once a visit; a failure is forgotten, so that the next map tries again. */
const opened = new Map<string, Promise<Archive>>()

function open(url: string, coord_type: string): Promise<Archive> {
  const known = opened.get(url) ?? import('../lib/archive').then((m) => m.Archive.open(url, coord_type))
  opened.set(url, known)
  known.catch(() => opened.delete(url))
  return known
}

const DARK = '(prefers-color-scheme: dark)'

export function Ground({ base, view, size }: { base: { url: string; coord_type: string; attribution: string }; view: View; size: [number, number] }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [archive, setArchive] = useState<Archive | null>(null)
  const [gone, setGone] = useState(false)
  const [round, again] = useReducer((n: number) => n + 1, 0)
  useEffect(() => {
    let live = true
    open(base.url, base.coord_type).then((a) => live && setArchive(a), () => live && setGone(true))
    const theme = matchMedia(DARK)
    theme.addEventListener?.('change', again)
    return () => {
      live = false
      theme.removeEventListener?.('change', again)
    }
  }, [base.url])
  useEffect(() => archive?.watch(again), [archive])
  useEffect(() => archive?.draw(canvas.current!, view, size), [archive, view, size[0], size[1], round])
  return (
    <>
      <canvas ref={canvas} className="map-ground" aria-hidden />
      <span className="map-credit">{gone ? '底图没有载入，只画辖区边界' : base.attribution}</span>
    </>
  )
}
