import { useEffect, useRef } from 'react'
import { ACTS, offered } from '../../../shared/mini-acts'
import { distanceText, metres } from '../../../shared/mini-geo'
import { queue, say, useApp } from '../lib/app'
import { here, newJob } from '../lib/snap'
import { Box, Tap, Text } from './base'
import { go } from './parts'
import { WaitingCard } from './Sending'

/** The acts a ticket allows now, exactly: those without a form at once, the others on a page of their own. */
export function Acts({ id, name, allowed }: { id: string; name: string; allowed: { action: string; label: string }[] }) {
  useApp()
  const underway = queue.jobs.filter((j) => j.lane === id && (j.state === 'waiting' || j.state === 'sending')).map((j) => j.body.action as string)
  const { here: mine, desk } = offered(allowed, underway)
  if (!mine.length && !desk.length) return null
  const start = (action: string, label: string) => {
    if (Object.keys(ACTS[action]!).length) return go(`/pages/act/index?id=${id}&action=${action}&label=${encodeURIComponent(label)}`)
    const job = newJob(`/v1/tickets/${id}/actions`, `${label} · ${name}`, 'waiting', id)
    job.body = { action }
    void queue.put(job)
  }
  return (
    <Box as="section" className="section" label="可以做的事">
      <Box className="acts">
        {mine.map((a, i) => (
          <Tap key={a.action} className={`btn btn-wide ${ACTS[a.action]!.plain ? '' : i === 0 ? 'btn-main' : 'btn-soft'}`} onTap={() => start(a.action, a.label)}>{a.label}</Tap>
        ))}
      </Box>
      {desk.length > 0 && <Text as="p" className="note section">在电脑上还可以：{desk.join('、')}</Text>}
    </Box>
  )
}

/** What is on its way for this ticket; tells `onDone` when something arrived. */
export function Pending({ id, onDone }: { id: string; onDone: () => void }) {
  useApp()
  const jobs = queue.jobs.filter((j) => j.lane === id && j.state !== 'draft')
  const done = jobs.filter((j) => j.state === 'done').length
  const told = useRef(done)
  const refused = jobs.filter((j) => j.state === 'refused').length
  const denied = useRef(refused)
  useEffect(() => {
    if (done > told.current) say('已送达')
    // What was refused was refused because the ticket is no longer what was seen.
    if (done > told.current || refused > denied.current) onDone()
    told.current = done
    denied.current = refused
  }, [done, refused])
  return <>{jobs.filter((j) => j.state !== 'done').map((j) => <WaitingCard key={j.id} job={j} />)}</>
}

/** How far the phone is from a place: `距您 35 米`. */
export function Away({ place }: { place: { longitude: number; latitude: number; coord_type: string } | null }) {
  useApp()
  if (!place || !here.fix || place.coord_type !== here.fix.coord_type) return null
  return <Text className="note">距您 {distanceText(metres(place, here.fix))}</Text>
}
