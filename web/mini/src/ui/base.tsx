/** Elements of the page, the mini-program's side. Same exports as `base.h5.tsx`. */
import { useRef } from 'react'
import Taro from '@tarojs/taro'
import { Image, Input, Slider, Text as TaroText, Textarea, View } from '@tarojs/components'
import type { BoxProps, FieldProps, ImgProps, SlideProps, TapProps } from './props'

/** WeChat's text runs on in its line unless it is told to be a block. */
const INLINE: (string | undefined)[] = [undefined, 'span', 'label']

export function Box({ as: _as, label, live: _live, role, className = '', ...rest }: BoxProps) {
  return <View ariaLabel={label} ariaRole={role} className={`el ${className}`} {...rest} />
}

export function Text({ as, label, live: _live, role, className = '', ...rest }: BoxProps) {
  return <TaroText {...{ ariaLabel: label, ariaRole: role }} className={`el ${INLINE.includes(as) ? '' : 'block '}${className}`} {...rest} />
}

export function Tap({ label, onTap, disabled, className = '', pressed: _pressed, selected: _selected, busy: _busy, open: _open, ...rest }: TapProps) {
  return (
    <View
      ariaRole="button"
      ariaLabel={label}
      className={`el ${className}${disabled ? ' is-disabled' : ''}`}
      hoverClass={disabled ? 'none' : 'is-down'}
      hoverStayTime={80}
      onClick={disabled ? undefined : onTap}
      {...rest}
    />
  )
}

let images = 0

export function Img({ alt, eager, whole, onSize, className = '', ...rest }: ImgProps) {
  const id = useRef(`img-${++images}`)
  const measure = (photo: [number, number]) =>
    Taro.createSelectorQuery().select(`#${id.current}`).boundingClientRect((found) => {
      const frame = found as unknown as { width: number; height: number } | null
      if (frame) onSize!({ photo, shown: [frame.width, frame.height] })
    }).exec()
  return (
    <Image
      id={id.current}
      ariaLabel={alt}
      lazyLoad={!eager}
      mode={whole ? 'aspectFit' : 'aspectFill'}
      className={`el ${className}`}
      onLoad={onSize && ((e) => measure([+e.detail.width, +e.detail.height]))}
      {...rest}
    />
  )
}

export function Field({ label, onValue, lines, secret, auto: _auto, onDone, maxLength = 140, className = '', ...rest }: FieldProps) {
  const said = { ariaLabel: label, maxlength: maxLength, onInput: (e: { detail: { value: string } }) => onValue(e.detail.value), ...rest }
  if (lines) return <Textarea className={`el field-many ${className}`} autoHeight disableDefaultPadding {...said} />
  return <Input className={`el field-one ${className}`} password={secret} onConfirm={onDone} {...said} />
}

export function Slide({ label, onValue, className = '', ...rest }: SlideProps) {
  return <Slider ariaLabel={label} className={`el slide ${className}`} min={0} max={100} blockSize={20} activeColor="#ffffff" onChanging={(e) => onValue(e.detail.value)} onChange={(e) => onValue(e.detail.value)} {...rest} />
}
