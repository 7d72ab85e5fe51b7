import { useEffect, useState } from 'react'
import Taro from '@tarojs/taro'
import { Camera, CoverImage, CoverView } from '@tarojs/components'
import { boxStyle, framed } from '../../../shared/mini-mark'
import { pick, prepare } from '../lib/platform'
import { Box, Slide, Tap, Text } from './base'
import type { Sizes } from './props'
import type { ViewfinderProps } from './viewfinderprops'

/**
 * The mini-program's camera with the before-photo over it like a ghost. What is tapped stands beside the camera, not on it: where a
 * phone draws the camera above the page, buttons on it would be gone. The ghost is shown whole, as children of cover elements must
 * not reach beyond their parent; it is laid out in pixels, because a cover image fills the box it is given.
 */
export function Viewfinder({ ghost, region, limit, onShot, onClose }: ViewfinderProps) {
  const [denied, setDenied] = useState(false)
  const [why, setWhy] = useState('')
  const [busy, setBusy] = useState(false)
  const [strength, setStrength] = useState(40)
  const [sizes, setSizes] = useState<Sizes | null>(null)
  useEffect(() => {
    if (!ghost) return
    const frame = (photo: [number, number]) =>
      Taro.createSelectorQuery().select('.finder-view').boundingClientRect((found) => {
        const box = found as unknown as { width: number; height: number } | null
        if (box) setSizes({ photo, shown: [box.width, box.height] })
      }).exec()
    Taro.getImageInfo({ src: ghost }).then((i) => frame([i.width, i.height]), () => undefined)
  }, [ghost])
  const take = () => {
    setBusy(true)
    Taro.createCameraContext().takePhoto({
      quality: 'original',
      success: ({ tempImagePath }) => {
        const { size } = Taro.getFileSystemManager().statSync(tempImagePath) as Taro.Stats
        void prepare(tempImagePath, size, limit, true).then((p) => ('path' in p ? onShot(p) : (setWhy(p.why), setBusy(false))))
      },
      fail: () => (setWhy('没有拍成，请再按一次'), setBusy(false)),
    })
  }
  const byPhone = () => void pick(1, true, limit).then(([p]) => p && ('path' in p ? onShot(p) : setWhy(p.why)), (e: Error) => setWhy(e.message))
  const allow = () => void Taro.openSetting().then((s) => s.authSetting['scope.camera'] && setDenied(false))
  const all = { x: 0, y: 0, width: 1, height: 1 }
  const guide = region ? '与处置前的照片对齐，框里是要处置的地方' : '与处置前的照片对齐，同一位置、同一方向'
  return (
    <Box className="finder finder-stack" role="dialog" label="拍处置后的照片">
      <Box className="finder-say"><Text>{denied ? '没有相机权限，请点“去设置”允许，或用手机相机拍' : why || guide}</Text></Box>
      {denied ? <Box className="finder-view" /> : (
        <Camera className="finder-view" devicePosition="back" flash="auto" onError={() => setDenied(true)}>
          {ghost && sizes && <CoverImage className="finder-laid" style={{ ...boxStyle(framed(all, sizes.photo, sizes.shown, true)), opacity: strength / 100 }} src={ghost} />}
          {region && sizes && <CoverView className="finder-laid finder-frame" style={boxStyle(framed(region, sizes.photo, sizes.shown, true))} />}
        </Camera>
      )}
      <Box className="finder-bar">
        {ghost && !denied && <Slide label="处置前照片的深浅" value={strength} onValue={setStrength} />}
        <Box className="row between">
          <Tap className="finder-btn" onTap={onClose}>取消</Tap>
          {denied ? <Tap className="finder-btn" onTap={allow}>去设置</Tap> : <Tap className="finder-shutter" label="拍照" disabled={busy} onTap={take}>{null}</Tap>}
          <Tap className={`finder-btn ${denied ? 'finder-main' : ''}`} onTap={byPhone}>用手机相机</Tap>
        </Box>
      </Box>
    </Box>
  )
}
