/** Elements of the page, the browser's side: plain HTML, so that keyboards and screen readers work by themselves. */
import { useEffect, useRef } from 'react'
import type { BoxProps, FieldProps, ImgProps, SlideProps, TapProps } from './props'

export function Box({ as, label, live, className = '', ...rest }: BoxProps) {
  const Tag = as ?? 'div'
  return <Tag className={`el ${className}`} aria-label={label} aria-live={live} {...rest} />
}

export function Text({ as, live, label, className = '', ...rest }: BoxProps) {
  const Tag = as ?? 'span'
  return <Tag className={`el ${className}`} aria-label={label} aria-live={live} {...rest} />
}

export function Tap({ label, onTap, pressed, selected, busy, open, className = '', ...rest }: TapProps) {
  return <button type="button" className={`tap ${className}`} aria-label={label} aria-pressed={pressed} aria-current={selected} aria-busy={busy} aria-expanded={open} onClick={onTap} {...rest} />
}

export function Img({ alt, eager, whole, onSize, style, ...rest }: ImgProps) {
  const img = useRef<HTMLImageElement>(null)
  useEffect(() => {
    const at = img.current!
    if (!onSize) return
    const tell = () => at.naturalWidth > 0 && onSize({ photo: [at.naturalWidth, at.naturalHeight], shown: [at.clientWidth, at.clientHeight] })
    const watch = new ResizeObserver(tell)
    watch.observe(at)
    at.addEventListener('load', tell)
    return () => (watch.disconnect(), at.removeEventListener('load', tell))
  }, [!onSize])
  return (
    <img
      ref={img}
      alt={alt}
      loading={eager ? 'eager' : 'lazy'}
      decoding="async"
      draggable={false}
      style={whole ? { objectFit: 'contain', ...style } : style}
      onError={(e) => (e.currentTarget.style.visibility = 'hidden')}
      {...rest}
    />
  )
}

export function Field({ label, onValue, lines, secret, auto, onDone, className = '', ...rest }: FieldProps) {
  const said = { 'aria-label': label, autoComplete: auto, className: `${className} ${lines ? 'field-many' : 'field-one'}`, ...rest }
  if (lines) return <textarea rows={lines} onChange={(e) => onValue(e.target.value)} {...said} />
  return (
    <input
      type={secret ? 'password' : 'text'}
      onChange={(e) => onValue(e.target.value)}
      onKeyDown={(e) => e.key === 'Enter' && onDone?.()}
      {...said}
    />
  )
}

export function Slide({ label, onValue, ...rest }: SlideProps) {
  return <input type="range" min={0} max={100} aria-label={label} onChange={(e) => onValue(+e.target.value)} {...rest} />
}
