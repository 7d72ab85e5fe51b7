import { useEffect, useState } from 'react'
import { useRouter } from '@tarojs/taro'
import { ActForm, actBody, ACTS, Filled, LimitUnit, missing, MORE_TIME, TASK_ACTS } from '../../../../shared/mini-acts'
import { distanceText, metres } from '../../../../shared/mini-geo'
import { Job } from '../../../../shared/mini-queue'
import { app, getKept, queue, say, Schemas, useApp } from '../../lib/app'
import { tellOf, useLive } from '../../lib/live'
import { askMessages, coordType } from '../../lib/platform'
import { addShots, dropShot, findPlace, here, keepShot, newJob } from '../../lib/snap'
import { Box, Field, Tap, Text } from '../../ui/base'
import { Icon } from '../../ui/Icon'
import { Kept } from '../../ui/Kept'
import { back, Loaded, Page, useData } from '../../ui/parts'
import { beforeOf } from '../../ui/Photos'
import { Stars } from '../../ui/Stars'
import { Viewfinder } from '../../ui/Viewfinder'

/** One act on one ticket, or on a task of a programme. Everything filled in is kept on the phone; sending is the queue's. */
export default function ActPage() {
  useApp()
  const { id = '', task = '', action = '', label = '' } = useRouter().params
  const form = (task ? TASK_ACTS : ACTS)[action]
  const title = decodeURIComponent(label) || '办理'
  if (!form) return <Page title={title}><Text as="p">请在电脑上办理。</Text></Page>
  return <Page title={title}><Form id={id} task={task} action={action} title={title} form={form} /></Page>
}

/** The draft of this act: begun before, or new. */
function begun(lane: string, action: string): Job | undefined {
  return queue.jobs.find((j) => j.state === 'draft' && j.lane === lane && j.body.action === action)
}

function Form({ id, task, action, title, form }: { id: string; task: string; action: string; title: string; form: ActForm }) {
  const ticket = useData(async () => (id ? getKept<Schemas['AnyTicket']>(`/v1/tickets/${id}?coord_type=${coordType}`) : null), [id])
  useLive((e) => e.ticket_id === id, (e) => {
    ticket.again()
    tellOf(e)
  })
  const lane = task || id
  const path = task ? `/v1/tasks/${task}/actions` : `/v1/tickets/${id}/actions`
  const job = begun(lane, action)
  const [typed, setFilled] = useState<Filled>({})
  const filled = Object.keys(typed).length ? typed : ((job?.body.filled as Filled) ?? {})
  const [looking, setLooking] = useState(false)
  useEffect(() => void findPlace(), [])
  const t = ticket.data
  const name = (t && 'state' in t ? (t.category ?? t.category_hint)?.name : t?.category?.name) ?? (task ? '任务' : '案件')
  const unit: LimitUnit = (t && 'state' in t && t.standard?.limit.unit) || 'work_days'
  const limit = app.config?.limits.photo_bytes ?? 20 * 1024 * 1024
  const most = app.config?.limits.photos ?? 9

  const draft = async (): Promise<Job> => {
    const known = begun(lane, action)
    if (known) return known
    const made = newJob(path, `${title} · ${name}`, 'draft', lane)
    made.body = { action, filled }
    await queue.put(made)
    return made
  }
  const fill = (more: Filled) => {
    const next = { ...filled, ...more }
    setFilled(next)
    void draft().then((d) => {
      d.body.filled = next
      return queue.put(d)
    })
  }
  const shots = job?.shots ?? []
  const spot = form.point && here.fix ? { longitude: here.fix.longitude, latitude: here.fix.latitude, coord_type: here.fix.coord_type } : undefined
  const lack = missing(form, { ...filled, point: spot }, shots.length)
  const send = async () => {
    // WeChat lets this be asked in the tap itself only, before anything is waited for.
    if (form.stars) void askMessages(app.config?.subscribe_template_ids ?? [])
    const made = await draft()
    const body = actBody(action, form, { ...filled, point: spot }, unit)
    // What is sent later follows acts of our own, which change the version too.
    if (form.onSight && t && app.online) body.expected_version = t.version
    Object.assign(made, { body, filled, title: `${title} · ${name}`, state: 'waiting' })
    await queue.put(made)
    say(app.online ? '已存下，正在发送' : '已存在手机里，有信号后自动发送')
    back()
  }
  const before = t && beforeOf(t.photos)
  const gone = t && !task && !t.allowed_actions.some((a) => a.action === action) && !queue.jobs.some((j) => j.lane === id && j.state !== 'draft')
  return (
    <Box className="stack">
      {t && <Text as="p" className="note">{name}{t.number ? ` · ${t.number}` : ''}</Text>}
      {gone && <Text as="p" className="card tag-soon" role="status">{`案件现在是“${'state' in t ? t.state.label : t.stage_label}”，可能已有人办过这一步。您填的都在，返回可看最新进展。`}</Text>}
      {form.photos?.proof && t?.place && <Nearness place={t.place} />}
      {form.stars && <Box className="card rate"><Stars value={filled.stars ?? 0} onPick={(stars) => fill({ stars })} /></Box>}
      {form.choice && (
        <Box role="group" label={form.choice.label}>
          <Text as="h2" className="section-title">{form.choice.label}</Text>
          <Box className="wrap">
            {form.choice.options.map((o) => <Tap key={o.label} className={`chip ${filled.choice === o.value ? 'chip-on' : ''}`} pressed={filled.choice === o.value} onTap={() => fill({ choice: o.value })}>{o.label}</Tap>)}
          </Box>
        </Box>
      )}
      {form.unit && <Units label={form.unit.label} value={filled.unit} onPick={(unit) => fill({ unit })} />}
      {form.time && (
        <Box role="group" label={form.time.label}>
          <Text as="h2" className="section-title">{form.time.label}</Text>
          <Box className="wrap">{MORE_TIME[unit].amounts.map((n) => <Tap key={n} className={`chip ${filled.time === n ? 'chip-on' : ''}`} pressed={filled.time === n} onTap={() => fill({ time: n })}>{n} {MORE_TIME[unit].word}</Tap>)}</Box>
        </Box>
      )}
      {form.photos && (
        <Box>
          <Text as="h2" className="section-title">{form.photos.label}{form.photos.must ? '' : '（可不拍）'}</Text>
          <Box className="strip">
            {shots.map((s, i) => <Kept key={s.key} shot={s} nth={i + 1} onDrop={() => job && void dropShot(job, s)} />)}
            {shots.length < most && <Tap className="strip-add" onTap={() => (form.photos!.proof ? setLooking(true) : void draft().then((d) => addShots(d, 'photo_ids', true, 1)))}><Icon name="camera" /><Text>拍照</Text></Tap>}
            {shots.length < most && !form.photos.proof && <Tap className="strip-add" onTap={() => void draft().then((d) => addShots(d, 'photo_ids', false, most - shots.length))}><Icon name="album" /><Text>从相册选</Text></Tap>}
          </Box>
        </Box>
      )}
      {form.text && (
        <Box>
          <Text as="h2" className="section-title">{form.text.label}</Text>
          {form.text.quick && (
            <Box className="wrap quick">
              {form.text.quick.map((q) => <Tap key={q} className={`chip ${filled.text === q ? 'chip-on' : ''}`} pressed={filled.text === q} onTap={() => fill({ text: q })}>{q}</Tap>)}
            </Box>
          )}
          <Field className="field" label={form.text.label} lines={3} maxLength={500} value={filled.text ?? ''} onValue={(text) => fill({ text })} />
        </Box>
      )}
      <Tap className="btn btn-main btn-wide" disabled={!!lack} onTap={() => void send()}>{lack ?? title}</Tap>
      {ticket.error && !t && <Text as="p" className="note">{ticket.error}</Text>}
      {looking && (
        <Viewfinder
          ghost={before?.urls.display ?? null}
          region={before?.region}
          limit={limit}
          onClose={() => setLooking(false)}
          onShot={(picked) => {
            setLooking(false)
            void draft().then((d) => keepShot(d, 'photo_ids', picked, true))
          }}
        />
      )}
    </Box>
  )
}

/** How far the phone is from the place: a proof must be taken there. */
function Nearness({ place }: { place: Schemas['Place'] }) {
  if (!here.fix) return <Text as="p" className="card tag-soon">{here.why ?? '正在定位…处置照片要在现场拍'}</Text>
  if (place.coord_type !== here.fix.coord_type) return null
  const m = metres(place, here.fix)
  const far = m > 100 + (here.fix.accuracy ?? 0)
  return <Text as="p" className={`card ${far ? 'tag-soon' : 'tag-ok'}`}>{far ? `您离现场还有 ${distanceText(m)}，请走到现场再拍` : `您就在现场，相距 ${distanceText(m)}`}</Text>
}

function Units({ label, value, onPick }: { label: string; value?: string; onPick: (code: string) => void }) {
  const list = useData(() => getKept<Schemas['Departments']>('/v1/departments'), [])
  return (
    <Box role="group" label={label}>
      <Text as="h2" className="section-title">{label}</Text>
      <Loaded of={list} rows={1}>
        {(d) => <Box className="wrap units">{d.items.map((u) => <Tap key={u.code} className={`chip ${u.code === value ? 'chip-on' : ''}`} pressed={u.code === value} onTap={() => onPick(u.code)}>{u.name}</Tap>)}</Box>}
      </Loaded>
    </Box>
  )
}
