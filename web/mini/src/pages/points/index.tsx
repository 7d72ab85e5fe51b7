import { moment } from '../../../../shared/mini-time'
import { get, now, Schemas } from '../../lib/app'
import { Box, Text } from '../../ui/base'
import { Empty, Loaded, Page, useData } from '../../ui/parts'

/** My points: how many, what for, and the rule by which they are given. */
export default function Points() {
  const points = useData(() => get<Schemas['MyPoints']>('/v1/points?limit=100'), [])
  return (
    <Page title="我的积分">
      <Loaded of={points}>
        {(p) => (
          <>
            <Box className="card">
              <Text as="p" className="num">{p.balance}</Text>
              <Text as="p" className="note">{p.month.sentence}</Text>
            </Box>
            <Text as="h2" className="section-title">怎么得分</Text>
            <Box className="card facts">
              <Rule label="首先报告并立案" points={p.rule.first} />
              <Rule label="报告的问题解决了" points={p.rule.closed} />
              <Rule label="报告别人报过的问题" points={p.rule.further} />
              <Rule label="虚假上报" points={p.rule.false_report} />
              <Text as="p" className="note section">每月最多计入 {p.rule.monthly_cap} 分。</Text>
            </Box>
            <Text as="h2" className="section-title">明细</Text>
            {p.items.length === 0 && <Empty text="还没有积分。上报的问题立案后就会有。" />}
            {p.items.map((e, i) => (
              <Box key={i} className="card row between">
                <Box className="grow">
                  <Text as="p">{e.sentence}</Text>
                  <Text as="p" className="note">{moment(e.at, now())}</Text>
                </Box>
                <Text className={`title ${e.points > 0 ? 'good' : 'bad'}`}>{signed(e.points)}</Text>
              </Box>
            ))}
          </>
        )}
      </Loaded>
    </Page>
  )
}

/** With its sign, and a minus as long as the plus. */
const signed = (points: number): string => (points < 0 ? `−${-points}` : `+${points}`)

function Rule({ label, points }: { label: string; points: number }) {
  return (
    <Box className="fact">
      <Text className="grow">{label}</Text>
      <Text className={`title ${points < 0 ? 'bad' : ''}`}>{signed(points)}</Text>
    </Box>
  )
}
