import { moment } from '../../../shared/mini-time'
import type { Fix } from '../../../shared/mini-geo'
import { now, Schemas } from '../lib/app'
import { here } from '../lib/snap'
import { Acts, Away, Pending } from './Acts'
import { Box, Text } from './base'
import { DistrictMap } from './DistrictMap'
import { Remain, stageTone } from './parts'
import { Photos } from './Photos'
import { Fact } from './PublicCase'
import { Stars } from './Stars'
import { Steps } from './Steps'

type Work = Schemas['Ticket']
type Step = Schemas['PublicStep'] & Partial<Schemas['Step']>

/** A ticket as those who work on it read it: what, where, by when, and why a proof was refused. */
export function WorkCase({ t, steps, again }: { t: Work; steps: Step[]; again: () => void }) {
  const back = t.state.stage === 'handling' ? [...steps].reverse().find((s) => s.action === 'rework' && s.note) : undefined
  const name = t.category?.name ?? t.category_hint?.name ?? '类别待定'
  const place = t.place && ({ ...t.place, source: 'device' } as Fix)
  return (
    <>
      <Photos photos={t.photos} />
      <Box className="row between top section">
        <Box className="grow">
          <Text as="h2" className="h2">{name}</Text>
          <Text as="p" className="note">{t.number ?? '未立案'} · {t.source_label}</Text>
        </Box>
        <Text className={`tag tag-${stageTone(t.state.stage)}`}>{t.state.label}</Text>
      </Box>
      {t.words && <Text as="p" className="section">{t.words}</Text>}
      {t.state.reason && <Text as="p" className="card section">{t.state.reason}</Text>}
      {back && (
        <Box as="section" className="card tag-soon section" label="为什么返工">
          <Text as="p" className="title">返工：{back.note}</Text>
          <Text as="p">{moment(back.at, now())}{back.by?.name ? ` · ${back.by.name}` : ''}</Text>
        </Box>
      )}
      {t.proof && <Checks proof={t.proof} />}
      <Pending id={t.id} onDone={again} />
      <Acts id={t.id} name={name} allowed={t.allowed_actions} />
      <Box className="card section facts">
        {t.clock?.due_at && <Fact label="期限"><Remain due={t.clock.due_at} /> <Text className="note">{moment(t.clock.due_at, now())}</Text></Fact>}
        <Fact label="位置">{t.place?.address || '待定位'} <Away place={place} /></Fact>
        {t.lead && <Fact label="主办">{t.lead.name}{t.person ? ` · ${t.person.name}` : ''}</Fact>}
        {t.assist && <Fact label="协办">{t.assist.name}</Fact>}
        {t.task && <Fact label="任务">{t.task}</Fact>}
        {t.duty && <Fact label="职责">{t.duty}</Fact>}
        {t.standard && <Fact label="结案标准">{t.standard.closes_when}</Fact>}
        <Fact label="上报">{moment(t.opened_at, now())}{t.reports > 1 ? `，共 ${t.reports} 次` : ''}</Fact>
        {t.reworks > 0 && <Fact label="返工">{t.reworks} 次</Fact>}
        {t.stars && <Fact label="市民评价"><Stars value={t.stars} /></Fact>}
      </Box>
      {place && <Box className="place"><DistrictMap className="map-mid" label="问题位置和您的位置" pin={place} here={here.fix} /></Box>}
      <Text as="h2" className="section-title">办理过程</Text>
      <Steps items={steps} />
    </>
  )
}

const TONE: Record<string, string> = { pass: 'ok', doubt: 'soon', fail: 'late' }

/** Every check of the last proof, with its measure: what to do better is read from it. */
function Checks({ proof }: { proof: Schemas['Proof'] }) {
  const worst = ['fail', 'doubt', 'pass'].flatMap((o) => proof.checks.filter((c) => c.outcome === o))
  return (
    <Box as="section" className="card section" label="处置照片的核查">
      <Box className="row between">
        <Text as="h3" className="title">处置照片第 {proof.round} 次核查</Text>
        <Text className={`tag tag-${TONE[proof.outcome]}`}>{proof.outcome_label}</Text>
      </Box>
      {worst.map((c) => (
        <Box key={c.name} className="row top check">
          <Text className={`tag tag-${TONE[c.outcome]}`}>{c.outcome_label}</Text>
          <Box className="grow">
            <Text as="p">{c.label}</Text>
            <Text as="p" className="note">{c.text}</Text>
          </Box>
        </Box>
      ))}
      {proof.earlier.map((r) => (
        <Text as="p" key={r.round} className="note section">第 {r.round} 次{r.outcome_label}：{r.reasons.join('；')}</Text>
      ))}
    </Box>
  )
}
