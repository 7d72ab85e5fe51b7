import { useEffect, useRef, useState } from 'react'
import { pick, prepare } from '../lib/platform'
import { Box, Slide, Tap, Text } from './base'
import { Marked } from './Marked'
import type { ViewfinderProps } from './viewfinderprops'

/** The camera with the before-photo over it like a ghost: same place, same direction. Without a camera, the phone's own. */
export function Viewfinder({ ghost, region, limit, onShot, onClose }: ViewfinderProps) {
  const video = useRef<HTMLVideoElement>(null)
  const [ready, setReady] = useState(false)
  const [why, setWhy] = useState('')
  const [strength, setStrength] = useState(40)
  useEffect(() => {
    let stream: MediaStream | undefined
    let gone = false
    const ask = navigator.mediaDevices?.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 2560 }, height: { ideal: 1920 } } })
    if (!ask) setWhy('这个浏览器不能直接取景，请用手机相机拍')
    ask?.then(
      (s) => {
        if (gone) return s.getTracks().forEach((t) => t.stop())
        stream = s
        video.current!.srcObject = s
        setReady(true)
      },
      (e: Error) => setWhy(e.name === 'NotAllowedError' ? '没有相机权限，请在浏览器设置里允许，或用手机相机拍' : '没有找到摄像头，请用手机相机拍'),
    )
    return () => {
      gone = true
      stream?.getTracks().forEach((t) => t.stop())
    }
  }, [])
  const take = () => {
    const v = video.current!
    const canvas = Object.assign(document.createElement('canvas'), { width: v.videoWidth, height: v.videoHeight })
    canvas.getContext('2d')!.drawImage(v, 0, 0)
    canvas.toBlob((blob) => blob && void prepare(blob, limit).then((p) => 'blob' in p && onShot(p)), 'image/jpeg', 0.92)
  }
  const byPhone = () => void pick(1, true, limit).then(([p]) => p && ('blob' in p ? onShot(p) : setWhy(p.why)))
  return (
    <Box className="finder" role="dialog" label="拍处置后的照片">
      <video ref={video} className="finder-video" autoPlay playsInline muted aria-label="取景画面" />
      {ghost && <Marked className="finder-ghost" style={{ opacity: ready ? strength / 100 : 1 }} src={ghost} alt="处置前的照片" eager region={region} />}
      <Box className="finder-top">
        <Text>{why || (region ? '与处置前的照片对齐，框里是要处置的地方' : '与处置前的照片对齐，同一位置、同一方向')}</Text>
      </Box>
      <Box className="finder-foot">
        {ghost && ready && <Slide className="finder-slide" label="处置前照片的深浅" value={strength} onValue={setStrength} />}
        <Box className="row between">
          <Tap className="finder-btn" onTap={onClose}>取消</Tap>
          {ready && <Tap className="finder-shutter" label="拍照" onTap={take}>{null}</Tap>}
          <Tap className={`finder-btn ${why ? 'finder-main' : ''}`} onTap={byPhone}>用手机相机</Tap>
        </Box>
      </Box>
    </Box>
  )
}
