import { useState } from 'react'
import { Refused } from '../../../../shared/mini-api'
import { get, Schemas } from '../../lib/app'
import { Box, Tap, Text } from '../../ui/base'
import { Empty, Loaded, Page, useData } from '../../ui/parts'

type Row = Schemas['BoardRow']

const SKY: Record<string, string> = { sun: '☀️', cloud: '⛅️', overcast: '☁️', rain: '🌧️', storm: '⛈️' }

/** Some districts keep the board to those who work there: said as such, not as an error. */
function closed(error: unknown): 'closed' {
  if (error instanceof Refused && error.status === 403) return 'closed'
  throw error
}

/** The units' state as weather, best first, each with what cost it points and the formula below. */
export default function Weather() {
  const board = useData(() => get<Schemas['Board']>('/v1/boards/weather').catch(closed), [])
  return (
    <Page title="文明天气图">
      <Loaded of={board}>
        {(b) => b === 'closed' ? <Empty text="天气图目前只对工作人员开放。可以先看看曝光与回音。" /> : (
          <>
            <Text as="p" className="note">{b.span.title}{b.frozen ? '，已定稿' : '，至今'}</Text>
            {b.rows.length === 0 && <Empty text="这一期还没有可评的单位。" />}
            {b.rows.map((r) => <Unit key={r.key} row={r} />)}
            {b.formulas.filter((f) => f.name === 'score').map((f) => (
              <Box key={f.name} as="section">
                <Text as="h2" className="section-title">怎么算的</Text>
                <Text as="p" className="note">{f.label} = {f.text}</Text>
              </Box>
            ))}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Unit({ row }: { row: Row }) {
  const [open, setOpen] = useState(false)
  const score = row.figures.find((f) => f.name === 'score') ?? row.figures[0]
  return (
    <Tap className="card" pressed={open} onTap={() => setOpen(!open)}>
      <Box className="row">
        <Text className="sky">{SKY[row.weather ?? ''] ?? '·'}</Text>
        <Box className="grow">
          <Text className="title">{row.name}</Text>
          <Text as="p" className="note">{[row.group && row.rank ? `${row.group}第 ${row.rank} 名` : row.group, row.label].filter(Boolean).join(' · ')}</Text>
        </Box>
        {score && <Text className="num">{score.printed}</Text>}
      </Box>
      {open && (
        <Box className="section">
          {row.lost.length === 0 && <Text as="p" className="note">没有扣分。</Text>}
          {row.lost.map((l) => <Text as="p" key={l.item} className="note">{l.text}</Text>)}
        </Box>
      )}
    </Tap>
  )
}
