/** Keeps what is on the screen true: a stream of changes where the server gives one, else a question now and then. */
import { useEffect, useRef } from 'react'
import { backoff } from '../../../shared/mini-api'
import { ASK_EVERY, EventLines, LONGEST_PAUSE, streamed } from '../../../shared/mini-live'
import { follow, say, Schemas, session } from './app'
import { onLook, stream } from './platform'

type LiveEvent = Schemas['LiveEvent']
interface Watcher {
  wants(e: LiveEvent): boolean
  heard(e: LiveEvent | null): void
}

const watchers = new Set<Watcher>()
/** Who acts when nobody does. */
const MACHINE = '系统'
/** Events come in handfuls: one more question for each handful, ms. */
const GATHER = 500

let looking = true
let asked = Date.now()
let stop: AbortController | null = null
/** True while the stream speaks; questions rest meanwhile. */
let streaming = false
let last = ''

/** The app is looked at again, or no longer. Nothing is asked or streamed behind a closed door. */
onLook((now) => {
  looking = now
  if (now && Date.now() - asked > ASK_EVERY) ask()
  tend()
})
setInterval(() => {
  if (looking && !streaming) ask()
  tend()
}, ASK_EVERY)

function ask(): void {
  asked = Date.now()
  for (const w of watchers) w.heard(null)
}

/** Opens the stream when somebody watches who may have one, closes it when nobody does. */
function tend(): void {
  const wanted = looking && watchers.size > 0 && !!stream && streamed(session.account?.role)
  if (wanted && !stop) {
    stop = new AbortController()
    void run(stop.signal)
  } else if (!wanted && stop) {
    stop.abort()
    stop = null
  }
}

async function run(signal: AbortSignal): Promise<void> {
  const who = session.account?.id
  let tries = 0
  while (!signal.aborted && session.account?.id === who) {
    const lines = new EventLines()
    const hear = (piece: string) => {
      streaming = true
      tries = 0
      for (const e of lines.feed(piece)) {
        if (e.id) last = e.id
        if (e.event === 'ticket') tell(JSON.parse(e.data) as LiveEvent)
      }
    }
    const status = await follow((headers) => stream!('/v1/events', last ? { ...headers, 'Last-Event-ID': last } : headers, signal, hear)).catch(() => 0)
    streaming = false
    // An id from another server's life is not known here: begin afresh.
    if (status === 400) last = ''
    if (status === 403) return
    if (!signal.aborted) await new Promise((go) => setTimeout(go, Math.min(LONGEST_PAUSE, backoff(++tries, Math.random()))))
  }
  if (stop?.signal === signal) stop = null
}

function tell(e: LiveEvent): void {
  for (const w of watchers) if (w.wants(e)) w.heard(e)
}

/** Calls `again` when something `wants` has changed, and with the event when one is known; every half minute where there is no stream. */
export function useLive(wants: (e: LiveEvent) => boolean, again: (e: LiveEvent | null) => void): void {
  const now = useRef({ wants, again })
  now.current = { wants, again }
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const w: Watcher = {
      wants: (e) => now.current.wants(e),
      heard: (e) => {
        clearTimeout(timer)
        timer = setTimeout(() => now.current.again(e), e ? GATHER : 0)
      },
    }
    watchers.add(w)
    tend()
    return () => {
      clearTimeout(timer)
      watchers.delete(w)
      setTimeout(tend, 1000)
    }
  }, [])
}

/** Tells what a colleague did meanwhile; one's own acts are known, and the machine's show on the page. */
export function tellOf(e: LiveEvent | null): void {
  if (e && e.by !== session.account?.name && e.by !== MACHINE) say(`${e.by}：${e.action_label}`)
}
