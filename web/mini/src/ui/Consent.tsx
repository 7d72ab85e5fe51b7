import { useState } from 'react'
import { app, useApp } from '../lib/app'
import { kept } from '../lib/platform'
import { Tap, Text } from './base'
import { go, Sheet } from './parts'

const wanted = () => app.config?.privacy_version ?? 1

/** Whether the privacy notice in force was agreed to on this phone. */
export const agreed = (): boolean => Number(kept.get('consent') ?? 0) >= wanted()

/** Asked once, before the first look at place or photos; again when the notice changes. */
export function Consent({ onAgree }: { onAgree: () => void }) {
  useApp()
  const [, redraw] = useState(0)
  if (agreed()) return null
  const agree = () => {
    kept.set('consent', String(wanted()))
    redraw((n) => n + 1)
    onAgree()
  }
  return (
    <Sheet title="开始之前">
      <Text as="p">随手拍会用到您的照片和位置，只用来找到问题在哪里、该谁来管。</Text>
      <Text as="p" className="note">公开的照片不带拍摄信息，遮挡人脸和车牌；您的手机号和行踪不公开。不同意也可以看周边的公开案件。</Text>
      <Tap className="link" onTap={() => go('/pages/privacy/index')}>看完整的隐私说明</Tap>
      <Tap className="btn btn-main btn-wide" onTap={agree}>同意并开始</Tap>
    </Sheet>
  )
}
