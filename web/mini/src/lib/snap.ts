/** The report being made: one draft on the phone, kept at every touch. */
import type { Fix } from '../../../shared/mini-geo'
import type { Job, Shot } from '../../../shared/mini-queue'
import { app, changed, queue, say, session } from './app'
import * as platform from './platform'

/** Where the phone was last found, or why not. */
export const here: { fix: Fix | null; why: string | null; busy: boolean } = { fix: null, why: null, busy: false }

/** Looks where the phone is, and gives the place to a draft that has none. */
export async function findPlace(force = false): Promise<void> {
  if (here.busy) return
  here.busy = true
  here.why = null
  changed()
  try {
    here.fix = await platform.locate()
  } catch (e) {
    here.why = (e as Error).message
  }
  here.busy = false
  const job = draft()
  if (job && here.fix && (force || job.body.longitude === undefined)) await setPlace(here.fix)
  changed()
}

/** The unfinished report, if there is one. */
export const draft = (): Job | undefined => queue.jobs.find((j) => j.state === 'draft' && j.path === '/v1/reports')

/** A job with nothing in it yet. */
export function newJob(path: string, title: string, state: Job['state'], lane?: string): Job {
  const id = platform.key()
  return { id, lane: lane ?? id, owner: session.account?.id ?? null, title, path, body: {}, idem: platform.key(), shots: [], state, tries: 0, notBefore: 0, made: Date.now() }
}

/** Takes or chooses pictures, keeps them on the phone, gives them to a job. Says why for each that can't be taken. */
export async function addShots(job: Job, field: Shot['field'], camera: boolean, most: number): Promise<void> {
  const limit = app.config?.limits.photo_bytes ?? 20 * 1024 * 1024
  let picked: platform.Picked[]
  try {
    picked = await platform.pick(most, camera, limit)
  } catch (e) {
    return say((e as Error).message, true)
  }
  for (const one of picked) {
    if ('why' in one) say(one.why, true)
    else await keepShot(job, field, one, camera)
  }
}

/** Keeps one picture; one just taken is where the phone is. */
export async function keepShot(job: Job, field: Shot['field'], one: Exclude<platform.Picked, { why: string }>, taken: boolean): Promise<void> {
  const shot: Shot = { key: platform.key(), idem: platform.key(), field, state: 'kept', facts: one.facts }
  if (taken && here.fix && one.facts.coord_type === undefined) {
    const { longitude, latitude, coord_type, accuracy } = here.fix
    Object.assign(shot.facts, { longitude, latitude, coord_type, accuracy })
  }
  try {
    await platform.keepPhoto(shot.key, one)
  } catch (e) {
    return say((e as Error).message, true)
  }
  job.shots.push(shot)
  await queue.put(job)
}

/** Starts a report with pictures, or adds to the one begun. */
export async function snap(camera: boolean): Promise<void> {
  const job = draft() ?? newJob('/v1/reports', '上报', 'draft')
  void findPlace()
  await addShots(job, 'photo_ids', camera, (app.config?.limits.photos ?? 9) - job.shots.filter((s) => s.field === 'photo_ids').length)
  const told = job.shots.find((s) => s.facts.fromPicture && s.facts.coord_type)
  if (job.shots.length && job.body.longitude === undefined) {
    if (here.fix) await setPlace(here.fix)
    else if (told?.facts.coord_type) await setPlace({ longitude: told.facts.longitude!, latitude: told.facts.latitude!, coord_type: told.facts.coord_type, source: 'exif' })
  }
}

/** The place of a job as a fix. */
export function placeOf(job: Job): Fix | null {
  const b = job.body
  if (b.longitude === undefined) return null
  return { longitude: b.longitude as number, latitude: b.latitude as number, coord_type: b.coord_type as Fix['coord_type'], accuracy: b.accuracy as number | undefined, source: b.location_source as Fix['source'] }
}

export async function setPlace(fix: Fix): Promise<void> {
  await edit({ longitude: fix.longitude, latitude: fix.latitude, coord_type: fix.coord_type, accuracy: fix.accuracy && Math.round(fix.accuracy), location_source: fix.source })
}

/** Changes fields of the draft's body; what is undefined goes away. */
export async function edit(fields: Record<string, unknown>): Promise<void> {
  const job = draft()
  if (!job) return
  Object.assign(job.body, fields)
  await queue.put(job)
}

/** Takes a picture out of a draft. */
export async function dropShot(job: Job, shot: Shot): Promise<void> {
  job.shots = job.shots.filter((s) => s !== shot)
  await platform.dropPhoto(shot.key)
  if (job.shots.length) await queue.put(job)
  else await queue.remove(job)
}

const SOURCES: Record<string, string> = { citizen: platform.source, grid_worker: 'patrol', crew: 'crew', visitor: 'visit' }

/** Hands the draft to the queue: from here on it is sent whatever happens to this page. */
export async function submit(): Promise<Job | undefined> {
  const job = draft()
  if (!job) return
  if (job.body.longitude === undefined) job.body.location_source = 'none'
  const source = SOURCES[session.account?.role ?? 'citizen']
  if (source) job.body.source = source
  const first = job.shots.map((s) => s.facts.taken).filter(Boolean)
  job.stamp = { field: 'captured_at', at: Math.min(Date.now(), ...(first as number[])) }
  job.title = '上报'
  job.state = 'waiting'
  void platform.askMessages(app.config?.subscribe_template_ids ?? [])
  await queue.put(job)
  return job
}
