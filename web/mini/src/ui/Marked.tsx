import { useState } from 'react'
import { boxStyle, framed, MARKED, Region } from '../../../shared/mini-mark'
import { Box, Img } from './base'
import type { ImgProps, Sizes } from './props'

/** A photo with the reporter's mark over it; both lie in the frame around them. */
export function Marked({ region, whole, ...img }: ImgProps & { region?: Region | null }) {
  const [sizes, setSizes] = useState<Sizes | null>(null)
  const tell = (now: Sizes) => setSizes((was) => (JSON.stringify(was) === JSON.stringify(now) ? was : now))
  return (
    <>
      <Img whole={whole} onSize={region ? tell : undefined} {...img} />
      {region && sizes && <Box as="span" className="mark-box" role="img" label={MARKED} style={boxStyle(framed(region, sizes.photo, sizes.shown, whole))} />}
    </>
  )
}
