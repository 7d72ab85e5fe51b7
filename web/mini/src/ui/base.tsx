/** Elements of the page, the mini-program's side. Same exports as `base.h5.tsx`. */
import { Image, Input, Slider, Text as TaroText, Textarea, View } from '@tarojs/components'
import type { BoxProps, FieldProps, ImgProps, SlideProps, TapProps } from './props'

export function Box({ as: _as, label, live: _live, role, ...rest }: BoxProps) {
  return <View ariaLabel={label} ariaRole={role} {...rest} />
}

export function Text({ as: _as, label: _label, live: _live, role: _role, ...rest }: BoxProps) {
  return <TaroText {...rest} />
}

export function Tap({ label, onTap, disabled, className, pressed: _pressed, selected: _selected, busy: _busy, open: _open, ...rest }: TapProps) {
  return (
    <View
      ariaRole="button"
      ariaLabel={label}
      className={`${className ?? ''}${disabled ? ' is-disabled' : ''}`}
      hoverClass={disabled ? 'none' : 'is-down'}
      hoverStayTime={80}
      onClick={disabled ? undefined : onTap}
      {...rest}
    />
  )
}

export function Img({ alt, eager, ...rest }: ImgProps) {
  return <Image ariaLabel={alt} lazyLoad={!eager} mode="aspectFill" {...rest} />
}

export function Field({ label, onValue, lines, secret, auto: _auto, onDone, maxLength = 140, ...rest }: FieldProps) {
  if (lines) return <Textarea ariaLabel={label} maxlength={maxLength} onInput={(e) => onValue(e.detail.value)} {...rest} />
  return <Input ariaLabel={label} password={secret} maxlength={maxLength} onInput={(e) => onValue(e.detail.value)} onConfirm={onDone} {...rest} />
}

export function Slide({ label, onValue, ...rest }: SlideProps) {
  return <Slider ariaLabel={label} min={0} max={100} blockSize={20} onChanging={(e) => onValue(e.detail.value)} onChange={(e) => onValue(e.detail.value)} {...rest} />
}
