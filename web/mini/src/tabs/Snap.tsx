import { useState } from 'react'
import { skewSentence } from '../../../shared/mini-time'
import { app, session, unsent, useApp } from '../lib/app'
import { draft, here, snap } from '../lib/snap'
import { Box, Tap, Text } from '../ui/base'
import { Icon } from '../ui/Icon'
import { Compose } from '../ui/Compose'
import { SentCard, WaitingCard } from '../ui/Sending'

/** The first screen: the camera, and what is on its way. With a picture taken, the report around it. */
export default function Snap() {
  useApp()
  const [last, setLast] = useState<string | null>(null)
  const job = draft()
  if (job) return <Compose job={job} onSent={setLast} />
  const waiting = unsent().filter((j) => j.id !== last)
  const skew = skewSentence(app.skew)
  return (
    <Box className="snap">
      {last && <SentCard id={last} onAgain={() => setLast(null)} />}
      <Box className={`snap-act ${last ? 'snap-less' : ''}`}>
        {!last && (
          <Box className="snap-words">
            <Text as="h1" className="snap-h">看到问题，拍下来</Text>
            <Text as="p" className="note">{session.staff ? '巡查上报，可当场处置' : '位置和责任单位由系统去找，您只管拍'}</Text>
          </Box>
        )}
        <Tap className="shutter" label="拍照上报" onTap={() => void snap(true)}><Icon name="camera" /></Tap>
        <Tap className="btn" onTap={() => void snap(false)}><Icon name="album" />从相册选</Tap>
        <Text as="p" className="note snap-place"><Icon name="pin" className="icon-s" />{placeLine()}</Text>
      </Box>
      {skew && <Text as="p" className="card tag-soon">{skew}</Text>}
      {waiting.map((j) => <WaitingCard key={j.id} job={j} />)}
    </Box>
  )
}

function placeLine(): string {
  if (here.fix) return `已定位，误差约 ${Math.max(1, Math.round(here.fix.accuracy ?? 0))} 米`
  return here.busy ? '正在定位…' : (here.why ?? '拍照时自动定位')
}
