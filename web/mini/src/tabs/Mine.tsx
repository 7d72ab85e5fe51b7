import { useState } from 'react'
import { moment } from '../../../shared/mini-time'
import { app, changed, get, getKept, leave, now, queue, Schemas, session, unsent, useApp } from '../lib/app'
import { coordType } from '../lib/platform'
import { Box, Img, Tap, Text } from '../ui/base'
import { Icon } from '../ui/Icon'
import { Empty, go, Loaded, stageTone, useData } from '../ui/parts'
import { WaitingCard } from '../ui/Sending'
import { Stars } from '../ui/Stars'

/** My reports, what I follow, my points; for staff also who I am. */
export default function Mine() {
  useApp()
  const [kind, setKind] = useState<'reports' | 'follows'>('reports')
  const sent = queue.jobs.filter((j) => j.state === 'done').length
  const who = session.account?.id
  const reports = useData(() => getKept<Schemas['ReportPage']>(`/v1/reports?limit=50&coord_type=${coordType}`), [sent, who])
  const follows = useData(() => getKept<Schemas['TicketPage']>(`/v1/tickets?mine=true&limit=50&coord_type=${coordType}`), [sent, who])
  const points = useData(() => (session.staff ? Promise.resolve(null) : get<Schemas['MyPoints']>('/v1/points?limit=1')), [sent, who])
  const own = new Set(reports.data?.items.map((r) => r.ticket_id))
  return (
    <>
      {session.staff ? <Staff /> : (
        <Tap className="card row" onTap={() => go('/pages/points/index')}>
          <Box className="grow">
            <Text as="p" className="note">我的积分</Text>
            <Text as="p" className="num">{points.data ? points.data.balance : '–'}</Text>
          </Box>
          <Text className="note grow">{points.data && (points.data.month.earned ? points.data.month.sentence : '上报立案后得积分')}</Text>
          <Icon name="next" className="soft" />
        </Tap>
      )}
      {unsent().map((j) => <WaitingCard key={j.id} job={j} />)}
      <Box className="seg" role="group" label="看哪些">
        <Tap className={`seg-b ${kind === 'reports' ? 'seg-on' : ''}`} pressed={kind === 'reports'} onTap={() => setKind('reports')}>我报的</Tap>
        <Tap className={`seg-b ${kind === 'follows' ? 'seg-on' : ''}`} pressed={kind === 'follows'} onTap={() => setKind('follows')}>我关注的</Tap>
      </Box>
      {kind === 'reports' && (
        <Loaded of={reports}>
          {(page) => page.items.length === 0 ? (
            <Empty text="还没有上报过。看到问题，拍下来就行。" act="去拍一张" onAct={() => ((app.tab = 'snap'), changed())} />
          ) : page.items.map((r) => (
            <CaseRow key={r.id} cover={r.cover?.thumb} name={r.category?.name ?? (r.words || '类别待定')} line={r.unit ?? '等待受理'} at={r.received_at} stage={r.stage} label={r.stage_label ?? '待受理'} late={r.late} stars={r.stars} onTap={() => go(`/pages/report/index?id=${r.id}`)} />
          ))}
        </Loaded>
      )}
      {kind === 'follows' && (
        <Loaded of={follows}>
          {(page) => {
            const list = page.items.filter((t) => !own.has(t.id))
            return list.length === 0 ? <Empty text="没有关注的案件。遇到别人报过的问题，点“我也遇到 +1”就会在这里。" /> : list.map((t) => (
              <CaseRow key={t.id} cover={t.cover?.thumb} name={t.category?.name ?? '类别待定'} line={t.address || (t.lead?.name ?? '')} at={t.opened_at} stage={t.stage} label={t.stage_label} late={t.late} stars={t.stars} onTap={() => go(`/pages/ticket/index?id=${t.id}`)} />
            ))
          }}
        </Loaded>
      )}
      {!session.staff && <Tap className="link" onTap={() => go('/pages/login/index')}>工作人员登录</Tap>}
      <Tap className="link link-r" onTap={() => go('/pages/privacy/index')}>隐私说明</Tap>
    </>
  )
}

function Staff() {
  const a = session.account!
  return (
    <Box className="card row">
      <Box className="grow">
        <Text as="p" className="title">{a.name}</Text>
        <Text as="p" className="note">{a.role_label}{a.department ? ` · ${a.department.name}` : ''}</Text>
      </Box>
      <Tap className="btn" onTap={() => void leave()}>退出登录</Tap>
    </Box>
  )
}

/** One ticket in a list. */
export function CaseRow(p: { cover?: string; name: string; line: string; at: string; stage: string | null; label: string; late: boolean; stars?: number | null; onTap: () => void; side?: React.ReactNode }) {
  return (
    <Tap className="card row" onTap={p.onTap}>
      {p.cover ? <Img className="thumb" src={p.cover} alt="" /> : <Box className="thumb thumb-none"><Icon name="pin" /></Box>}
      <Box className="grow">
        <Box className="row between">
          <Text className="title line1">{p.name}</Text>
          <Text className={`tag tag-${stageTone(p.stage)}`}>{p.label}</Text>
        </Box>
        <Text className="note line1">{p.line}</Text>
        <Box className="row between">
          <Text className="note">{moment(p.at, now())}</Text>
          {p.side ?? (p.stars ? <Stars value={p.stars} /> : p.late && <Text className="tag tag-late">已超期</Text>)}
        </Box>
      </Box>
    </Tap>
  )
}
