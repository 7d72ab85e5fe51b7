import { useState } from 'react'
import { Job, progress } from '../../../shared/mini-queue'
import { moment } from '../../../shared/mini-time'
import { app, changed, now, queue, Schemas, session, useApp } from '../lib/app'
import { Box, Tap, Text } from './base'
import { Icon } from './Icon'
import { Kept } from './Kept'
import { go } from './parts'

/** A job on its way: every photo's state, and what to do when it was not taken. */
export function WaitingCard({ job }: { job: Job }) {
  useApp()
  const [sure, setSure] = useState(false)
  const stuck = job.state === 'refused'
  const wrote = (job.body.words ?? job.body.reason ?? job.body.note ?? job.body.comment ?? job.body.text) as string | undefined
  const report = job.path === '/v1/reports'
  const others = job.owner && session.account && job.owner !== session.account.id
  return (
    <Box as="section" className="card" label="待发送">
      <Box className="row between">
        <Text className="title">{job.title}</Text>
        <Text className="note">{moment(job.made, now())}</Text>
      </Box>
      {job.shots.length > 0 && (
        <Box className="strip strip-s">{job.shots.map((s, i) => <Kept key={s.key} shot={s} nth={i + 1} state />)}</Box>
      )}
      {wrote && <Text as="p">“{wrote}”</Text>}
      <Text as="p" className={stuck ? 'bad' : 'note'} live="polite">{others ? '这是用另一个账号存下的，用那个账号时才会发送' : progress(job)}</Text>
      {job.shots.filter((s) => s.why).map((s) => <Text as="p" key={s.key} className="bad">{s.why}</Text>)}
      <Box className="wrap section">
        {job.state !== 'sending' && <Tap className="btn" onTap={() => void queue.retry(job)}>{stuck && job.shots.some((s) => s.state === 'refused') ? '去掉这张再发' : '现在就发'}</Tap>}
        {stuck && (report || job.filled) && <Tap className="btn" onTap={() => void queue.reopen(job).then(() => change(job))}>改一改</Tap>}
        {job.state !== 'sending' && !sure && <Tap className="btn" onTap={() => setSure(true)}>不发了</Tap>}
        {sure && <Tap className="btn bad" onTap={() => void queue.remove(job)}>确定删除照片和文字</Tap>}
      </Box>
    </Box>
  )
}

/** Opens the form of a job that was not taken. */
function change(job: Job): void {
  const [title] = job.title.split(' · ')
  const where = job.path.startsWith('/v1/tasks/') ? `task=${job.lane}` : `id=${job.lane}`
  if (job.path !== '/v1/reports') return go(`/pages/act/index?${where}&action=${job.body.action}&label=${encodeURIComponent(title!)}`)
  app.tab = 'snap'
  changed()
}

/** The report just made: on its way, then taken, with what the server thinks of the place. */
export function SentCard({ id, onAgain }: { id: string; onAgain: () => void }) {
  useApp()
  const job = queue.jobs.find((j) => j.id === id)
  if (!job) return null
  if (job.state !== 'done') return <WaitingCard job={job} />
  const taken = job.result as Schemas['Reported']
  return (
    <Box as="section" className="card sent" role="status">
      <Box className="sent-mark"><Icon name="check" /></Box>
      <Text as="h2" className="h2">收到了，谢谢您</Text>
      <Text as="p" className="note">{taken.place_hint.sentence}</Text>
      <Box className="wrap section">
        <Tap className="btn btn-soft" onTap={() => go(`/pages/report/index?id=${taken.report_id}`)}>看进度</Tap>
        <Tap className="btn" onTap={onAgain}>再报一件</Tap>
      </Box>
    </Box>
  )
}
