import { useEffect, useState } from 'react'
import { TASK_ACTS } from '../../../shared/mini-acts'
import { distanceText, metres } from '../../../shared/mini-geo'
import { getKept, queue, Schemas, session, unsent, useApp } from '../lib/app'
import { useLive } from '../lib/live'
import { coordType, fetchPicture } from '../lib/platform'
import { findPlace, here } from '../lib/snap'
import { Box, Tap, Text } from '../ui/base'
import { DistrictMap } from '../ui/DistrictMap'
import { Empty, go, Loaded, Remain, useData } from '../ui/parts'
import { beforeOf } from '../ui/Photos'
import { WaitingCard } from '../ui/Sending'
import { CaseRow } from './Mine'

type Row = Schemas['TicketRow'] & { recheck?: string }

/** The stages in which a role has something to do, most of its work first. */
const STAGES: Record<string, string[]> = {
  grid_worker: ['verifying', 'prompted', 'dispatched', 'handling'],
  crew: ['dispatched', 'handling'],
  handler: ['dispatched', 'handling', 'disputed'],
  unit_head: ['dispatched', 'handling', 'disputed'],
  inspector: ['fixed', 'accepted', 'verifying'],
  visitor: ['closed'],
}

/** The roles that look again after closing. */
const RECHECKERS = ['grid_worker', 'inspector']

/** Tickets fetched ahead, each with the photo that guides the fix, so that a patrol can go on where there is no signal. */
const AHEAD = 20
let ahead = new Set<string>()

async function prepare(rows: Schemas['TicketRow'][]): Promise<void> {
  const fresh = rows.slice(0, AHEAD).filter((t) => !ahead.has(t.id + t.version))
  ahead = new Set(rows.map((t) => t.id + t.version))
  for (const t of fresh) {
    const ticket = await getKept<Schemas['AnyTicket']>(`/v1/tickets/${t.id}?coord_type=${coordType}`).catch(() => null)
    const before = ticket && beforeOf(ticket.photos)
    if (before) await fetchPicture(before.urls.display)
  }
}

/** The tasks of the one who is logged in, by deadline or by distance. */
export default function Work() {
  useApp()
  const [by, setBy] = useState<'due' | 'near'>('due')
  const role = session.account?.role ?? ''
  const arrived = queue.jobs.filter((j) => j.state === 'done').length
  useEffect(() => void findPlace(), [])
  const list = useData<Row[]>(async () => {
    const stages = STAGES[role] ?? ['dispatched', 'handling', 'fixed']
    const page = await getKept<Schemas['TicketPage']>(`/v1/tickets?stage=${stages.join(',')}&limit=100&coord_type=${coordType}`)
    const again = RECHECKERS.includes(role) ? await getKept<Schemas['RecheckPage']>(`/v1/rechecks?limit=50&coord_type=${coordType}`) : { items: [] }
    void prepare(page.items)
    return [...page.items, ...again.items.map((r) => ({ ...r.ticket, recheck: r.due_at }))]
  }, [role, arrived])
  useLive(() => true, list.again)
  const duties = useData(() => getKept<Schemas['TaskPage']>('/v1/tasks?state=open&limit=50'), [role, arrived])
  const at = here.fix
  const away = (t: Row) => (at && t.place ? metres(at, t.place) : Infinity)
  const due = (t: Row) => Date.parse(t.recheck ?? t.due_at ?? '') || Infinity
  const sorted = [...(list.data ?? [])].sort((a, b) => (by === 'due' ? due(a) - due(b) : away(a) - away(b)))
  return (
    <>
      {unsent().length > 0 && (
        <>
          <Text as="h2" className="section-title first">待发送 {unsent().length} 件</Text>
          {unsent().map((j) => <WaitingCard key={j.id} job={j} />)}
        </>
      )}
      <Box className="seg" role="group" label="排序">
        <Tap className={`seg-b ${by === 'due' ? 'seg-on' : ''}`} pressed={by === 'due'} onTap={() => setBy('due')}>按期限</Tap>
        <Tap className={`seg-b ${by === 'near' ? 'seg-on' : ''}`} pressed={by === 'near'} onTap={() => setBy('near')}>按距离</Tap>
      </Box>
      {by === 'near' && (
        <Box className="place"><DistrictMap className="map-mid" label="任务地图" scale={6} here={at} marks={sorted.filter((t) => t.place).map((t) => ({ id: t.id, longitude: t.place!.longitude, latitude: t.place!.latitude, coord_type: coordType, label: t.category?.name ?? '类别待定', tone: t.late ? 'late' : 'go' }))} onMark={(id) => go(`/pages/ticket/index?id=${id}`)} /></Box>
      )}
      {duties.data?.items.map((d) => <Duty key={d.id} task={d} />)}
      <Box className="section">
        <Loaded of={list}>
          {() => sorted.length === 0 ? <Empty text="现在没有要办的。有新任务会出现在这里。" act="刷新" onAct={list.again} /> : sorted.map((t) => (
            <CaseRow
              key={t.id}
              cover={t.cover?.thumb}
              name={t.category?.name ?? (t.words || '类别待定')}
              line={[at && t.place && distanceText(away(t)), t.address || '待定位'].filter(Boolean).join(' · ')}
              at={t.opened_at}
              stage={t.stage}
              label={t.recheck ? '回头看' : t.stage_label}
              late={t.late}
              onTap={() => go(`/pages/ticket/index?id=${t.id}`)}
              side={(t.recheck ?? t.due_at) && <Remain due={(t.recheck ?? t.due_at)!} />}
            />
          ))}
        </Loaded>
      </Box>
    </>
  )
}

/** A task of a programme: what, by when, and the ways to be done with it. */
function Duty({ task }: { task: Schemas['Task'] }) {
  const waits = queue.jobs.some((j) => j.lane === task.id && j.state !== 'draft' && j.state !== 'done')
  if (waits) return null
  return (
    <Box className="card stack">
      <Box className="row between top">
        <Box className="grow">
          <Text as="p" className="title">{task.title}</Text>
          <Text as="p" className="note">{task.kind_label}</Text>
        </Box>
        <Remain due={task.due_at} />
      </Box>
      <Box className="wrap">
        {task.ticket_id && <Tap className="btn" onTap={() => go(`/pages/ticket/index?id=${task.ticket_id}`)}>看案件</Tap>}
        {task.allowed_actions.filter((a) => TASK_ACTS[a.action]).map((a) => (
          <Tap key={a.action} className={`btn ${TASK_ACTS[a.action]!.plain ? '' : 'btn-soft'}`} onTap={() => go(`/pages/act/index?task=${task.id}&action=${a.action}&label=${encodeURIComponent(a.label)}`)}>{a.label}</Tap>
        ))}
      </Box>
    </Box>
  )
}
