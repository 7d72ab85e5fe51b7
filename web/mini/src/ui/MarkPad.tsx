/** A photo to draw a rectangle on by finger. */
import { useRef } from 'react'
import Taro from '@tarojs/taro'
import { Image, ITouchEvent, View } from '@tarojs/components'
import { boxStyle, dragged } from '../../../shared/mini-mark'
import type { MarkPadProps } from './markprops'

interface Frame {
  left: number
  top: number
  width: number
  height: number
}

export function MarkPad({ src, region, onRegion }: MarkPadProps) {
  const from = useRef<{ at: [number, number]; frame: Frame } | null>(null)
  const share = (e: ITouchEvent, f: Frame): [number, number] => {
    const touch = e.touches[0] as unknown as { clientX: number; clientY: number }
    return [(touch.clientX - f.left) / f.width, (touch.clientY - f.top) / f.height]
  }
  const start = (e: ITouchEvent) => {
    Taro.createSelectorQuery().select('.mark').boundingClientRect((found) => {
      const frame = found as unknown as Frame | null
      if (frame) from.current = { at: share(e, frame), frame }
    }).exec()
  }
  const move = (e: ITouchEvent) => {
    const drawn = from.current && dragged(from.current.at, share(e, from.current.frame))
    if (drawn) onRegion(drawn)
  }
  return (
    <View className="mark" style={{ width: '100%' }} catchMove ariaLabel="在照片上框出问题" onTouchStart={start as never} onTouchMove={move as never} onTouchEnd={() => (from.current = null)}>
      <Image className="mark-img" mode="widthFix" style={{ width: '100%', maxHeight: 'none' }} src={src} />
      {region && <View className="mark-box" style={boxStyle(region)} />}
    </View>
  )
}
