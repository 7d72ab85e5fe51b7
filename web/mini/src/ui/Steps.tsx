import { moment } from '../../../shared/mini-time'
import { now } from '../lib/app'
import { Box, Text } from './base'

/** What happened, the latest first, as a citizen reads it. */
export function Steps({ items }: { items: { at: string; stage_label: string; sentence: string }[] }) {
  const list = [...items].reverse()
  return (
    <Box as="ol" className="steps">
      {list.map((s, i) => (
        <Box as="li" key={i} className={`step ${i === 0 ? 'step-now' : ''}`}>
          <Text as="p" className={i === 0 ? 'title' : ''}>{s.sentence}</Text>
          <Text as="p" className="note">{moment(s.at, now())}</Text>
        </Box>
      ))}
    </Box>
  )
}
