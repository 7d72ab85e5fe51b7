import { moment } from '../../../shared/mini-time'
import { now, post, queue, say, Schemas, useApp } from '../lib/app'
import { Acts, Away, Pending } from './Acts'
import { Box, Tap, Text } from './base'
import { DistrictMap } from './DistrictMap'
import { go, Remain, stageTone } from './parts'
import { Photos } from './Photos'
import { Stars } from './Stars'
import { Steps } from './Steps'
import type { Fix } from '../../../shared/mini-geo'

type Public = Schemas['PublicTicket']

/** A ticket as a citizen reads it. */
export function PublicCase({ t, steps, again }: { t: Public; steps: Schemas['PublicStep'][]; again: () => void }) {
  const name = t.category?.name ?? '类别待定'
  const follow = () => post(`/v1/tickets/${t.id}/follow`, {}).then(() => (say('已 +1，进展会通知您'), again()), (e) => say(e))
  const place = t.place && ({ ...t.place, source: 'device' } as Fix)
  return (
    <>
      <Photos photos={t.photos} />
      <Box className="row between top section">
        <Box className="grow">
          <Text as="h2" className="h2">{name}</Text>
          <Text as="p" className="note">{t.number ?? '立案后给编号'}</Text>
        </Box>
        <Text className={`tag tag-${stageTone(t.stage)}`}>{t.stage_label}</Text>
      </Box>
      {t.words && <Text as="p" className="section">{t.words}</Text>}
      {t.reason && <Text as="p" className="card section">{t.reason}</Text>}
      <Pending id={t.id} onDone={again} />
      {t.mine
        ? <Own t={t} name={name} contested={steps[steps.length - 1]?.label === '质疑'} />
        : <Tap className="btn btn-main btn-wide section" onTap={() => void follow()}>我也遇到 +1</Tap>}
      <Box className="card section facts">
        {t.unit && <Fact label="办理单位">{t.unit}</Fact>}
        {t.due_at && t.stage !== 'closed' && <Fact label="办理期限"><Remain due={t.due_at} /></Fact>}
        <Fact label="位置">{t.place?.address || '待定位'} <Away place={place} /></Fact>
        <Fact label="上报">{moment(t.opened_at, now())}{t.reports + t.followers > 1 ? `，共 ${t.reports + t.followers} 人遇到` : ''}</Fact>
        {t.stars && <Fact label="您的评价"><Stars value={t.stars} /></Fact>}
      </Box>
      {place && <Box className="place"><DistrictMap still label="问题位置的小地图" pin={place} /></Box>}
      <Text as="h2" className="section-title">办理过程</Text>
      <Steps items={steps} />
    </>
  )
}

/** The acts that judge the result, as one question; the others are buttons as ever. */
const VERDICTS = ['rate', 'contest']

/** What the reporter can do: say whether it was fixed, and whatever else is allowed. */
function Own({ t, name, contested }: { t: Public; name: string; contested: boolean }) {
  useApp()
  const waits = (action: string) => queue.jobs.some((j) => j.lane === t.id && j.body.action === action && (j.state === 'waiting' || j.state === 'sending'))
  const can = (action: string) => t.allowed_actions.some((a) => a.action === action) && !waits(action)
  const open = (action: string, label: string) => go(`/pages/act/index?id=${t.id}&action=${action}&label=${encodeURIComponent(label)}`)
  return (
    <>
      {contested && <Text as="p" className="card section tag-soon" role="status">您说没修好，正在复核。结果会写在办理过程里。</Text>}
      {!contested && (can('rate') || can('contest')) && (
        <Box as="section" className="card section" label="修好了吗">
          <Text as="h3" className="title">{can('rate') ? '修好了吗？' : '又不对了？'}</Text>
          <Box className="row section">
            {can('rate') && <Tap className="btn btn-soft grow" onTap={() => open('rate', '评价')}>修好了，去评价</Tap>}
            {can('contest') && <Tap className="btn grow" onTap={() => open('contest', '没修好')}>没修好</Tap>}
          </Box>
        </Box>
      )}
      <Acts id={t.id} name={name} allowed={t.allowed_actions.filter((a) => !VERDICTS.includes(a.action))} />
    </>
  )
}

/** A label and what it says. */
export function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <Box className="fact">
      <Text className="fact-l">{label}</Text>
      <Box className="grow">{children}</Box>
    </Box>
  )
}
