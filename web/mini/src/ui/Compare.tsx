import { useState } from 'react'
import type { Region } from '../../../shared/mini-mark'
import { Box, Img, Slide, Text } from './base'
import { Marked } from './Marked'

/** Before and after of one place, the first drawn over the second up to a line that can be moved; the mark lies on the first. */
export function Compare({ before, region, after }: { before: string; region?: Region | null; after: string }) {
  const [at, setAt] = useState(50)
  return (
    <Box className="compare">
      <Img className="compare-img" src={after} alt="处置后" eager />
      <Box className="compare-top" style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}>
        <Marked className="compare-img" src={before} alt="处置前" eager region={region} />
      </Box>
      <Box className="compare-line" style={{ left: `${at}%` }} />
      <Text className="compare-tag compare-l">处置前</Text>
      <Text className="compare-tag compare-r">处置后</Text>
      <Slide className="compare-slide" label="左右移动，对比处置前后" value={at} onValue={setAt} />
    </Box>
  )
}
