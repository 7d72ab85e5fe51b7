/** A photo to draw a rectangle on by finger. */
import { useRef, useState } from 'react'
import Taro from '@tarojs/taro'
import { Image, ITouchEvent, View } from '@tarojs/components'
import { boxStyle, dragged } from '../../../shared/mini-mark'
import type { MarkPadProps } from './markprops'

interface Touch {
  clientX: number
  clientY: number
}

interface Frame {
  left: number
  top: number
  width: number
  height: number
}

/** The part of the window's height that the photo may take: the buttons below stay in sight, as a finger on the photo draws. */
const TALLEST = 0.52

export function MarkPad({ src, region, onRegion }: MarkPadProps) {
  const from = useRef<Touch | null>(null)
  const frame = useRef<Frame | null>(null)
  const [width, setWidth] = useState<number | null>(null)
  // Measuring takes a moment, in which the finger is on its way already: a frame known from before serves until then.
  const measure = () =>
    Taro.createSelectorQuery().select('.mark').boundingClientRect((found) => {
      frame.current = (found as unknown as Frame | null) ?? frame.current
    }).exec()
  const share = (t: Touch, f: Frame): [number, number] => [(t.clientX - f.left) / f.width, (t.clientY - f.top) / f.height]
  const start = (e: ITouchEvent) => {
    const { clientX, clientY } = e.touches[0] as unknown as Touch
    from.current = { clientX, clientY }
    measure()
  }
  const move = (e: ITouchEvent) => {
    if (!from.current || !frame.current) return
    const drawn = dragged(share(from.current, frame.current), share(e.touches[0] as unknown as Touch, frame.current))
    if (drawn) onRegion(drawn)
  }
  const fit = (w: number, h: number) => {
    const { windowWidth, windowHeight } = Taro.getWindowInfo()
    setWidth(Math.min(windowWidth - 32, (windowHeight * TALLEST * w) / h))
    Taro.nextTick(measure)
  }
  return (
    <View className="mark" style={{ width: width ? `${width}px` : '100%' }} catchMove ariaRole="img" ariaLabel="用手指在照片上框出问题" onTouchStart={start as never} onTouchMove={move as never} onTouchEnd={() => (from.current = null)}>
      <Image className="mark-whole" mode="widthFix" src={src} onLoad={(e) => fit(+e.detail.width, +e.detail.height)} />
      {region && <View className="mark-box" style={boxStyle(region)} />}
    </View>
  )
}
