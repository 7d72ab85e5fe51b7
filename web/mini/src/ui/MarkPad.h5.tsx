/** A photo to draw a rectangle on: by finger, mouse or keys. */
import { PointerEvent, useRef } from 'react'
import { boxStyle, dragged, keyed } from '../../../shared/mini-mark'
import type { MarkPadProps } from './markprops'

export function MarkPad({ src, region, onRegion }: MarkPadProps) {
  const pad = useRef<HTMLDivElement>(null)
  const from = useRef<[number, number] | null>(null)
  const share = (e: PointerEvent): [number, number] => {
    const r = pad.current!.getBoundingClientRect()
    return [(e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height]
  }
  const move = (e: PointerEvent) => {
    const drawn = from.current && dragged(from.current, share(e))
    if (drawn) onRegion(drawn)
  }
  return (
    <div
      ref={pad}
      className="mark"
      role="application"
      aria-label="在照片上框出问题。方向键移动，按住 Shift 用方向键改大小，回车开始"
      tabIndex={0}
      onPointerDown={(e) => {
        pad.current!.setPointerCapture(e.pointerId)
        from.current = share(e)
      }}
      onPointerMove={move}
      onPointerUp={() => (from.current = null)}
      onPointerCancel={() => (from.current = null)}
      onKeyDown={(e) => {
        const next = keyed(region, e.key, e.shiftKey)
        if (!next) return
        e.preventDefault()
        onRegion(next)
      }}
    >
      <img className="mark-img" src={src} alt="" draggable={false} />
      {region && <div className="mark-box" style={boxStyle(region)} />}
    </div>
  )
}
