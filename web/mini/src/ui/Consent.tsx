import { useEffect, useState } from 'react'
import { agreedTo, CONSENTS } from '../../../shared/mini-consent'
import type { Account } from '../../../shared/mini-session'
import { app, changed, get, queue, session, useApp } from '../lib/app'
import { kept } from '../lib/platform'
import { newJob } from '../lib/snap'
import { Tap, Text } from './base'
import { go, Sheet } from './parts'

const wanted = () => app.config?.privacy_version ?? 1

/** Whether the privacy notice in force was agreed to. */
export const agreed = (): boolean => agreedTo(wanted(), session.account, Number(kept.get('consent') ?? 0), queue.jobs)

/** Keeps the agreement on the phone and sends it by the queue: without signal it follows later. */
async function agree(): Promise<void> {
  const version = wanted()
  kept.set('consent', String(version))
  const job = newJob(CONSENTS, '隐私说明', 'waiting')
  Object.assign(job, { body: { privacy_version: version }, quiet: true })
  for (const old of queue.jobs.filter((j) => j.path === CONSENTS && j.state === 'refused')) await queue.remove(old)
  await queue.put(job)
}

/**
 * Asked before the first look at place or photos, of citizens and staff alike; again when the notice changes. An account that
 * is known here may have agreed elsewhere: the server is asked first.
 */
export function Consent({ onAgree }: { onAgree: () => void }) {
  useApp()
  const [later, setLater] = useState(false)
  const who = session.account?.id
  const [asked, setAsked] = useState<string | undefined>()
  const open = app.opened && !agreed()
  useEffect(() => {
      if (!open || !who || session.fresh || asked === who) return
    get<Account>('/v1/me').then((me) => session.learn(me), () => undefined).finally(() => setAsked(who))
  }, [open, who])
  // Who does not agree may look at what is public; the question comes back with the camera.
  if (later && app.tab === 'around') return null
  if (!open || (who && !session.fresh && asked !== who)) return null
  return (
    <Sheet title="开始之前">
      <Text as="p">随手拍会用到您的照片和位置，只用来找到问题在哪里、该谁来管。</Text>
      <Text as="p" className="note">公开的照片不带拍摄信息，遮挡人脸和车牌；您的手机号和行踪不公开。</Text>
      <Tap className="link" onTap={() => go('/pages/privacy/index')}>看完整的隐私说明</Tap>
      <Tap className="btn btn-main btn-wide" onTap={() => void agree().then(onAgree)}>同意并开始</Tap>
      <Tap className="btn btn-wide" onTap={() => { setLater(true); app.tab = 'around'; changed() }}>暂不同意，只看周边</Tap>
    </Sheet>
  )
}
