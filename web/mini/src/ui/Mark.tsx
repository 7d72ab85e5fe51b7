import { useEffect, useState } from 'react'
import { markSentence, Region } from '../../../shared/mini-mark'
import type { Shot } from '../../../shared/mini-queue'
import { photoUrl } from '../lib/platform'
import { Box, Tap, Text } from './base'
import { MarkPad } from './MarkPad'
import { Sheet } from './parts'

/** Where on a photo the problem is. Nobody has to say it; who does helps the comparison with the fix. */
export function Mark({ shot, onMark, onClose }: { shot: Shot; onMark: (region: Region | undefined) => void; onClose: () => void }) {
  const [url, setUrl] = useState('')
  const [region, setRegion] = useState<Region | null>(shot.region ?? null)
  useEffect(() => void photoUrl(shot.key).then(setUrl, () => undefined), [shot.key])
  return (
    <Sheet title="圈出问题" onClose={onClose}>
      {url ? <MarkPad src={url} region={region} onRegion={setRegion} /> : <Box className="hero bone" />}
      <Text as="p" className="note" live="polite">{markSentence(region)}</Text>
      <Box className="row">
        <Tap className="btn grow" onTap={() => { onMark(undefined); onClose() }}>{shot.region ? '不圈了' : '跳过'}</Tap>
        <Tap className="btn btn-main grow" disabled={!region} onTap={() => { onMark(region!); onClose() }}>就是这块</Tap>
      </Box>
    </Sheet>
  )
}
