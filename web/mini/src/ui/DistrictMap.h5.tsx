/** The district drawn from its own grids as SVG: no library, no other host; on a base map only where one is configured. */
import { KeyboardEvent, PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { bounds, fromPixel, Shape, toPixel, View } from '../../../shared/mini-geo'
import { addressOf, PICTURES, tiles } from '../../../shared/mini-tiles'
import { app } from '../lib/app'
import { grids } from '../lib/grids'
import { coordType } from '../lib/platform'
import { Ground } from './Ground'
import { Icon } from './Icon'
import type { MapProps } from './mapprops'

/** How near a tap must be to a mark, and how far a finger may slip and still tap, pixels. */
const [REACH, SLIP] = [24, 8]
/** Metres per pixel: closest, farthest, and where community grids begin to show. */
const [NEAR, FAR, FINE] = [0.4, 160, 12]

export function DistrictMap({ label, pin, onPin, here, marks = [], chosen, onMark, still, paint, scale = app.config?.base_map ? 1.6 : still ? 4 : 2.4, className = '' }: MapProps) {
  const box = useRef<SVGSVGElement>(null)
  const [size, setSize] = useState<[number, number]>([358, 200])
  const [view, setView] = useState<View | null>(null)
  const [areas, setAreas] = useState<Shape[]>([])
  const [fine, setFine] = useState<Shape[]>([])
  const fingers = useRef(new Map<number, [number, number]>())
  const dragging = useRef<'pin' | 'map' | null>(null)
  const moved = useRef(false)
  const began = useRef<[number, number] | null>(null)

  useEffect(() => {
    const watch = new ResizeObserver(([e]) => setSize([e!.contentRect.width, e!.contentRect.height]))
    watch.observe(box.current!)
    grids('area').then(setAreas, () => undefined)
    return () => watch.disconnect()
  }, [])
  const close = !!view && view.scale < FINE
  useEffect(() => {
    if (close && !fine.length) grids('community').then(setFine, () => undefined)
  }, [close])

  const home = useMemo<View | null>(() => {
    const at = pin ?? here
    if (at) return { longitude: at.longitude, latitude: at.latitude, scale: Math.max(scale, ((at.accuracy ?? 0) * 3) / Math.min(...size)) }
    if (!areas.length) return null
    const b = bounds(areas)
    const wide = (b[2] - b[0]) * Math.cos((b[1] * Math.PI) / 180)
    return { longitude: (b[0] + b[2]) / 2, latitude: (b[1] + b[3]) / 2, scale: Math.max((b[3] - b[1]) / size[1], wide / size[0]) * 111_320 * 1.06 }
  }, [pin?.longitude, pin?.latitude, here?.longitude, here?.latitude, areas, size[0], size[1]])
  useEffect(() => {
    // A picture follows its pin; a map that was moved by hand stays.
    if (home && (still || !moved.current)) setView(home)
  }, [home, still])

  const v = view
  const middle = (x: number, y: number): [number, number] => [x + size[0] / 2, y + size[1] / 2]
  const seen = (s: Shape) => {
    if (!v) return false
    const [w, h] = [size[0] / 2 + 20, size[1] / 2 + 20]
    const [a, b] = [fromPixel(v, -w, -h), fromPixel(v, w, h)]
    return s.box[0] < b.longitude && s.box[2] > a.longitude && s.box[1] < a.latitude && s.box[3] > b.latitude
  }
  const path = (s: Shape) =>
    s.rings.map((r) => 'M' + r.map(([x, y]) => middle(...toPixel(v!, x, y)).map((n) => n.toFixed(1)).join(' ')).join('L') + 'Z').join('')
  const zoom = (k: number) => {
    moved.current = true
    setView((o) => o && { ...o, scale: Math.min(FAR, Math.max(NEAR, o.scale * k)) })
  }
  const put = (x: number, y: number) => v && pin && onPin?.({ ...fromPixel(v, x - size[0] / 2, y - size[1] / 2), coord_type: pin.coord_type, source: 'pin' })

  const local = (e: PointerEvent): [number, number] => {
    const r = box.current!.getBoundingClientRect()
    return [e.clientX - r.left, e.clientY - r.top]
  }
  const down = (e: PointerEvent) => {
    const p = local(e)
    began.current = fingers.current.size ? null : p
    fingers.current.set(e.pointerId, p)
    box.current!.setPointerCapture(e.pointerId)
    const at = v && pin && middle(...toPixel(v, pin.longitude, pin.latitude))
    const onIt = at && onPin && Math.hypot(p[0] - at[0], p[1] - (at[1] - 16)) < 32
    dragging.current = onIt ? 'pin' : 'map'
  }
  const move = (e: PointerEvent) => {
    const was = fingers.current.get(e.pointerId)
    if (!was || !v) return
    const p = local(e)
    if (began.current && Math.hypot(p[0] - began.current[0], p[1] - began.current[1]) < SLIP) return
    began.current = null
    const other = [...fingers.current].find(([id]) => id !== e.pointerId)?.[1]
    fingers.current.set(e.pointerId, p)
    moved.current = true
    if (other) zoom(Math.hypot(was[0] - other[0], was[1] - other[1]) / Math.max(1, Math.hypot(p[0] - other[0], p[1] - other[1])))
    else if (dragging.current === 'pin') put(p[0], p[1])
    else setView((o) => o && { ...o, ...fromPixel(o, was[0] - p[0], was[1] - p[1]) })
  }
  /** The mark nearest to a tap: marks are smaller than a finger. */
  const tapped = ([x, y]: [number, number]) => {
    const far = (m: (typeof marks)[number]) => {
      const [a, b] = middle(...toPixel(v!, m.longitude, m.latitude))
      return Math.hypot(a - x, b - y)
    }
    const nearest = v && marks.filter((m) => far(m) <= REACH).sort((a, b) => far(a) - far(b))[0]
    if (nearest) onMark?.(nearest.id)
  }
  const up = (e: PointerEvent) => {
    if (began.current && e.type === 'pointerup') tapped(began.current)
    began.current = null
    fingers.current.delete(e.pointerId)
    dragging.current = null
  }
  const keys = (e: KeyboardEvent) => {
    const step = ({ ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] } as Record<string, [number, number]>)[e.key]
    if (!v || !step) return
    e.preventDefault()
    moved.current = true
    if (pin && onPin) {
      const [x, y] = middle(...toPixel(v, pin.longitude, pin.latitude))
      put(x + step[0] * 6, y + step[1] * 6)
    } else setView({ ...v, ...fromPixel(v, step[0] * 40, step[1] * 40) })
  }

  const dot = v && here && middle(...toPixel(v, here.longitude, here.latitude))
  const drop = v && pin && middle(...toPixel(v, pin.longitude, pin.latitude))
  const names = v && (close ? fine : areas).filter(seen)
  const base = paint ? null : app.config?.base_map
  const pictures = v && base?.kind === 'raster' ? tiles(v, size, coordType, { ...PICTURES, coord_type: base.coord_type }) : []
  return (
    <div className={`map ${className}`}>
      {v && base?.kind === 'pmtiles' && <Ground base={base} view={v} size={size} />}
      <svg
        ref={box}
        className="map-svg"
        role={still ? 'img' : 'application'}
        aria-label={label}
        tabIndex={still ? undefined : 0}
        onPointerDown={still ? undefined : down}
        onPointerMove={still ? undefined : move}
        onPointerUp={up}
        onPointerCancel={up}
        onWheel={still ? undefined : (e) => zoom(e.deltaY > 0 ? 1.2 : 1 / 1.2)}
        onKeyDown={still ? undefined : keys}
      >
        {pictures.map((t) => <image key={`${t.zoom}/${t.column}/${t.row}`} className="map-picture" href={addressOf(t, base!.url)} x={t.x + size[0] / 2} y={t.y + size[1] / 2} width={t.width} height={t.height} preserveAspectRatio="none" />)}
        {v && areas.filter(seen).map((s) => <path key={s.code} className={`map-area paint-${paint?.(s.name)?.tone ?? 'none'}`} d={path(s)} />)}
        {v && close && fine.filter(seen).map((s) => <path key={s.code} className="map-grid" d={path(s)} />)}
        {v && names?.slice(0, 40).map((s) => <GridName key={s.code} shape={s} view={v} size={size} pin={drop} word={paint?.(s.name)?.word} />)}
        {drop && pin?.accuracy && <circle className="map-near" cx={drop[0]} cy={drop[1]} r={pin.accuracy / v.scale} />}
        {dot && <circle className="map-here" cx={dot[0]} cy={dot[1]} r={7} />}
        {v && marks.map((m) => {
          const [x, y] = middle(...toPixel(v, m.longitude, m.latitude))
          return <circle key={m.id} className={`map-mark tone-${m.tone} ${m.id === chosen ? 'map-chosen' : ''}`} cx={x} cy={y} r={m.id === chosen ? 11 : 8} role={onMark && 'button'} aria-label={m.label} tabIndex={onMark ? 0 : undefined} onKeyDown={(e) => e.key === 'Enter' && onMark?.(m.id)} />
        })}
        {drop && <path className="map-pin" transform={`translate(${drop[0]} ${drop[1]})`} d="M0 0C-4-8-12-14-12-24a12 12 0 1 1 24 0C12-14 4-8 0 0Zm0-19.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9Z" />}
      </svg>
      {pictures.length > 0 && <span className="map-credit">{base!.attribution}</span>}
      {!still && (
        <div className="map-tools">
          <button type="button" className="tap map-tool" aria-label="放大" onClick={() => zoom(0.5)}><Icon name="plus" /></button>
          <button type="button" className="tap map-tool" aria-label="缩小" onClick={() => zoom(2)}><span className="map-minus" /></button>
          <button type="button" className="tap map-tool" aria-label="回到当前位置" onClick={() => ((moved.current = false), home && setView(home))}><Icon name="locate" /></button>
        </div>
      )}
    </div>
  )
}

/** The short name of a grid in its middle, when it is whole, has room there and no pin on it, and under it the word for how it stands. */
function GridName({ shape, view, size, pin, word }: { shape: Shape; view: View; size: [number, number]; pin?: [number, number] | null; word?: string }) {
  const [w, s, e, n] = shape.box
  const short = shape.name.replace(/^.*?(街道|镇)(?=.)/, '').slice(0, 14)
  const wide = ((e - w) * 111_320 * 0.8) / view.scale
  const [x, y] = toPixel(view, (w + e) / 2, (s + n) / 2)
  const whole = Math.abs(x) + short.length * 6 < size[0] / 2 && Math.abs(y) + 12 < size[1] / 2
  const under = pin && Math.abs(x + size[0] / 2 - pin[0]) < short.length * 6 + 12 && Math.abs(y + size[1] / 2 - pin[1] + 16) < 28
  const room = whole && !under && wide >= short.length * 11
  const at = { x: x + size[0] / 2, className: 'map-name', 'aria-hidden': true }
  return (
    <>
      {room && <text {...at} y={y + size[1] / 2 - (word ? 8 : 0)}>{short}</text>}
      {word && <text {...at} className="map-name map-word" y={y + size[1] / 2 + (room ? 8 : 0)}>{word}</text>}
    </>
  )
}
