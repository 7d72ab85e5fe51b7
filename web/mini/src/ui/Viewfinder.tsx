import { useState } from 'react'
import Taro from '@tarojs/taro'
import { Camera, CoverImage, CoverView } from '@tarojs/components'
import { prepare } from '../lib/platform'
import type { ViewfinderProps } from './viewfinderprops'

/** The mini-program's camera with the before-photo over it like a ghost. */
export function Viewfinder({ ghost, region, limit, onShot, onClose }: ViewfinderProps) {
  const [why, setWhy] = useState(region ? '与处置前的照片对齐，圈出的地方要处置好' : '与处置前的照片对齐，同一位置、同一方向')
  const take = () => {
    Taro.createCameraContext().takePhoto({
      quality: 'original',
      success: ({ tempImagePath }) => {
        const { size } = Taro.getFileSystemManager().statSync(tempImagePath) as Taro.Stats
        void prepare(tempImagePath, size, limit, true).then((p) => ('path' in p ? onShot(p) : setWhy(p.why)))
      },
      fail: () => setWhy('没有拍成，请再按一次'),
    })
  }
  return (
    <Camera className="finder" devicePosition="back" flash="auto" onError={() => setWhy('没有相机权限，请点右上角“…›设置”允许使用摄像头')}>
      {ghost && <CoverImage className="finder-ghost" style={{ opacity: 0.4 }} src={ghost} />}
      <CoverView className="finder-top">{why}</CoverView>
      <CoverView className="finder-foot">
        <CoverView className="finder-btn" onClick={onClose}>取消</CoverView>
        <CoverView className="finder-shutter" onClick={take} />
      </CoverView>
    </Camera>
  )
}
