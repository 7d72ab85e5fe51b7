import { useEffect, useState } from 'react'
import type { Shot } from '../../../shared/mini-queue'
import { photoUrl } from '../lib/platform'
import { Box, Img, Tap, Text } from './base'
import { Icon } from './Icon'

const SAID = { kept: '已存', sending: '发送中', sent: '已送达', refused: '没被接收' }

/** A picture that lies on the phone, with how far it is on its way. */
export function Kept({ shot, nth, onDrop, onMark, state }: { shot: Shot; nth: number; onDrop?: () => void; onMark?: () => void; state?: boolean }) {
  const [url, setUrl] = useState('')
  useEffect(() => void photoUrl(shot.key).then(setUrl, () => undefined), [shot.key])
  const share = shot.state === 'sent' ? 1 : shot.state === 'sending' ? (shot.share ?? 0) : 0
  return (
    <Box className="kept">
      {url ? <Img className="kept-img" src={url} alt={`第 ${nth} 张照片`} eager /> : <Box className="kept-img bone" />}
      {state && (
        <Box className={`kept-state ${shot.state === 'refused' ? 'bad' : ''}`}>
          <Text>{shot.state === 'sending' ? `${Math.round(share * 100)}%` : SAID[shot.state]}</Text>
          <Box className="kept-bar" style={{ width: `${share * 100}%` }} />
        </Box>
      )}
      {onMark && <Tap className="kept-mark" label={`在第 ${nth} 张照片上圈出问题${shot.region ? '，已圈出' : ''}`} onTap={onMark}><Text className="kept-state">{shot.region ? '已圈出' : '圈出问题'}</Text></Tap>}
      {onDrop && <Tap className="kept-drop" label={`去掉第 ${nth} 张照片`} onTap={onDrop}><Icon name="close" /></Tap>}
    </Box>
  )
}
