import { useState } from 'react'
import { Box, Img, Slide, Text } from './base'

/** Before and after of one place, the second drawn over the first up to a line that can be moved. */
export function Compare({ before, after }: { before: string; after: string }) {
  const [at, setAt] = useState(50)
  return (
    <Box className="compare">
      <Img className="compare-img" src={after} alt="处置后" eager />
      <Img className="compare-img compare-top" style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }} src={before} alt="处置前" eager />
      <Box className="compare-line" style={{ left: `${at}%` }} />
      <Text className="compare-tag compare-l">处置前</Text>
      <Text className="compare-tag compare-r">处置后</Text>
      <Slide className="compare-slide" label="左右移动，对比处置前后" value={at} onValue={setAt} />
    </Box>
  )
}
