import { useEffect, useRef, useState } from 'react'
import type { Region } from '../../../shared/mini-mark'
import { pick, prepare } from '../lib/platform'
import { Box, Img, Slide, Tap, Text } from './base'
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
      {ghost && <Img className="finder-ghost" style={{ opacity: strength / 100 }} src={ghost} alt="处置前的照片，半透明" eager />}
      {ghost && region && <Marked src={ghost} region={region} />}
      <Box className="finder-top">
        <Text>{why || (region ? '与处置前的照片对齐，框里是要处置的地方' : '与处置前的照片对齐，同一位置、同一方向')}</Text>
      </Box>
      <Box className="finder-foot">
        {ghost && <Slide className="finder-slide" label="处置前照片的深浅" value={strength} onValue={setStrength} />}
        <Box className="row between">
          <Tap className="finder-btn" onTap={onClose}>取消</Tap>
          {ready && <Tap className="finder-shutter" label="拍照" onTap={take}>{null}</Tap>}
          <Tap className="finder-btn" onTap={byPhone}>用手机相机</Tap>
        </Box>
      </Box>
    </Box>
  )
}

/** The marked part, laid over the ghost as that is laid over the camera: filling the screen. What is cut off is marked up to the edge. */
function Marked({ src, region }: { src: string; region: Region }) {
  const [size, setSize] = useState<[number, number] | null>(null)
  useEffect(() => {
    const image = new Image()
    image.onload = () => setSize([image.naturalWidth, image.naturalHeight])
    image.src = src
  }, [src])
  if (!size) return null
  const [w, h] = size
  const k = Math.max(innerWidth / w, innerHeight / h)
  // Along one side: where the mark begins and how long it is, no nearer than 6 px to the edge of the screen.
  const side = (from: number, length: number, whole: number, seen: number): [number, number] => {
    const edge = (whole - seen / k) / 2 + 6 / k
    const [a, b] = [from * whole, (from + length) * whole].map((at) => Math.min(whole - edge, Math.max(edge, at))) as [number, number]
    return [a, b - a]
  }
  const [[x, width], [y, height]] = [side(region.x, region.width, w, innerWidth), side(region.y, region.height, h, innerHeight)]
  return (
    <svg className="finder-ghost" viewBox={`0 0 ${w} ${h}`} preserveAspectRatio="xMidYMid slice" role="img" aria-label="框出的是要处置的地方">
      <rect className="finder-mark" x={x} y={y} width={width} height={height} />
    </svg>
  )
}
