/** What the whole app shares: session, queue, configuration, catalogue, and a way to watch them. */
import { useSyncExternalStore } from 'react'
import type { components } from '../../../shared/openapi'
import { Answer, Offline, sentence, unwrap, versionServes } from '../../../shared/mini-api'
import { CONSENTS } from '../../../shared/mini-consent'
import { Job, Queue } from '../../../shared/mini-queue'
import { Account, Session } from '../../../shared/mini-session'
import * as platform from './platform'

export type Schemas = components['schemas']
export type Tab = 'snap' | 'around' | 'mine' | 'work'

/** This build's version, held against `min_client_version`. */
export const VERSION = '1.0.0'

/** State that several screens read. `skew` is server time minus phone time, ms. */
export const app = {
  tab: 'snap' as Tab,
  /** True once what the phone keeps was read. */
  opened: false,
  online: true,
  skew: 0,
  config: cached<Schemas['Config']>('config'),
  catalogue: cached<Schemas['Catalogue']>('catalogue'),
  toast: null as { text: string; bad: boolean } | null,
}

function cached<T>(key: string): T | null {
  const text = platform.kept.get(key)
  return text ? (JSON.parse(text) as T) : null
}

let version = 0
const watchers = new Set<() => void>()

/** Tells every watching component that something changed. */
export function changed(): void {
  version++
  for (const w of watchers) w()
}

/** Re-renders the caller at every change of the shared state. */
export function useApp(): typeof app {
  useSyncExternalStore(
    (w) => (watchers.add(w), () => watchers.delete(w)),
    () => version,
  )
  return app
}

/** Server time, ms, as well as the phone can know it. */
export const now = (): number => Date.now() + (Math.abs(app.skew) > 120_000 ? app.skew : 0)

function heard(answer: Answer): Answer {
  if (answer.date) app.skew = answer.date - Date.now()
  if (!app.online) {
    app.online = true
    changed()
  }
  return answer
}

async function call(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
  try {
    return heard(await platform.request(method, path, body, headers))
  } catch (error) {
    if (error instanceof Offline && app.online) {
      app.online = false
      changed()
    }
    throw error
  }
}

const open = (path: string, body: unknown) => call('POST', path, body, {})

export const session = new Session({
  kept: platform.kept,
  post: open,
  quiet: () => platform.quiet(open),
  now: Date.now,
  changed,
})

const bearer = (token: string | null): Record<string, string> => (token ? { Authorization: `Bearer ${token}` } : {})

/** GET of the door as the current account (or nobody's, `free`). */
export async function get<T>(path: string, free = false): Promise<T> {
  if (free) return unwrap<T>(await call('GET', path, undefined, {}))
  return unwrap<T>(await session.send((token) => call('GET', path, undefined, bearer(token))))
}

/** Answers kept for a patrol without signal: at most this many, the oldest go first. */
const KEPT_ANSWERS = 60

/** As `get`, but without signal the last answer heard serves; written on the phone for the account it was given to. */
export async function getKept<T>(path: string): Promise<T> {
  const key = `answer.${session.account?.id ?? ''}.${path}`
  try {
    const data = await get<T>(path)
    keepAnswer(key, JSON.stringify(data))
    return data
  } catch (error) {
    const text = error instanceof Offline ? platform.kept.get(key) : null
    if (text) return JSON.parse(text) as T
    throw error
  }
}

function keepAnswer(key: string, text: string): void {
  const order = JSON.parse(platform.kept.get('answers') ?? '[]') as string[]
  const next = [...order.filter((k) => k !== key), key]
  for (const old of next.splice(0, Math.max(0, next.length - KEPT_ANSWERS))) platform.kept.set(old, null)
  try {
    platform.kept.set(key, text)
    platform.kept.set('answers', JSON.stringify(next))
  } catch {
    // The phone is full: photos matter more than answers that can be asked again.
  }
}

/** Leaves the staff account and whatever was kept for it, save what is not yet sent. */
export async function leave(): Promise<void> {
  for (const key of JSON.parse(platform.kept.get('answers') ?? '[]') as string[]) platform.kept.set(key, null)
  platform.kept.set('answers', null)
  await platform.forgetPictures()
  await session.logout()
}

/** Follows a stream of the door as the current account until it ends; its status. */
export async function follow(read: (headers: Record<string, string>) => Promise<number>): Promise<number> {
  return (await session.send(async (token) => ({ status: await read(bearer(token)), body: null }))).status
}

/** POST of the door as the current account, repeatable under `key`. */
export async function post<T>(path: string, body: unknown, key = platform.key()): Promise<T> {
  return unwrap<T>(await session.send((token) => call('POST', path, body, { ...bearer(token), 'Idempotency-Key': key })))
}

export const queue = new Queue({
  load: platform.jobs.load,
  save: platform.jobs.save,
  drop: platform.jobs.drop,
  upload: async (shot, onShare) => {
    const { longitude, latitude, coord_type, accuracy } = shot.facts
    const fields: Record<string, string> = { channel: platform.channel }
    if (shot.told) fields.captured_at = shot.told
    if (coord_type) Object.assign(fields, { longitude: String(longitude), latitude: String(latitude), coord_type })
    if (coord_type && accuracy) fields.accuracy = String(Math.round(accuracy))
    const send = (token: string | null) =>
      platform.upload('/v1/photos', shot.key, fields, { ...bearer(token), 'Idempotency-Key': shot.idem }, onShare)
    return unwrap<{ id: string }>(await session.send(send))
  },
  post: async (job, body) => {
    const answer = await post(job.path, body, job.idem)
    if (job.path === CONSENTS) session.learn(answer as Account)
    changed()
    return answer
  },
  owner: () => session.account?.id ?? null,
  now: Date.now,
  skew: () => app.skew,
  chance: Math.random,
  key: platform.key,
  changed,
  wake: (after) => void setTimeout(() => void queue.retry(), after),
})

/** Jobs to show as not yet delivered. */
export const unsent = (): Job[] => queue.jobs.filter((j) => !j.quiet && j.state !== 'draft' && j.state !== 'done')

/** How long a sentence is shown, ms: what says what to do takes longer to read. */
const [SHORT, LONG] = [4000, 8000]

/** Shows a sentence for a while. */
export function say(text: unknown, bad = false): void {
  app.toast = { text: typeof text === 'string' ? text : sentence(text), bad: bad || typeof text !== 'string' }
  changed()
  const shown = app.toast
  setTimeout(() => {
    if (app.toast === shown) {
      app.toast = null
      changed()
    }
  }, app.toast.bad ? LONG : SHORT)
}

/** Whether this build is too old for the server. */
export const tooOld = (): boolean => !!app.config && !versionServes(VERSION, app.config.min_client_version)

/** Loads configuration and catalogue (the kept ones serve until then) and lets the queue go. */
export async function start(): Promise<void> {
  platform.keepScreens()
  platform.onHope(() => void queue.retry(), (online) => ((app.online = online), changed()))
  await queue.open().catch((e: Error) => say(e.message, true))
  app.opened = true
  changed()
  await refreshBooks().catch(() => undefined)
}

/** Fetches what changes seldom; the catalogue only when its version moved. */
export async function refreshBooks(): Promise<void> {
  app.config = await get<Schemas['Config']>('/v1/config', true)
  platform.kept.set('config', JSON.stringify(app.config))
  changed()
  if (app.catalogue?.version === app.config.categories_version) return
  app.catalogue = await get<Schemas['Catalogue']>('/v1/categories')
  platform.kept.set('catalogue', JSON.stringify(app.catalogue))
  changed()
}
