/** Work that must not be lost: photos and acts kept on the phone until the server has them. */
import { backoff, keptSentence, Refused, sentence, verdict } from './mini-api'
import type { Region } from './mini-mark'

/** A photo of a job. Its bytes lie in the phone's store under `key`. */
export interface Shot {
  key: string
  /** Idempotency key of its upload. */
  idem: string
  /** The list of the body it goes into. */
  field: 'photo_ids' | 'fixed_photo_ids'
  state: 'kept' | 'sending' | 'sent' | 'refused'
  /** The server's id, once sent. */
  id?: string
  /** Share sent, 0 to 1. */
  share?: number
  /** Why it was refused. */
  why?: string
  /** Upload fields read before anything touched the picture; `taken` is the phone's clock, ms. */
  facts: ShotFacts
  /** Where on it the problem is, when the reporter marked it. */
  region?: Region
  /** `facts.taken` as told to the server; set at the first try, so that a repeat is the same request. */
  told?: string
}

/** When and where a picture was taken, as far as known. */
export interface ShotFacts {
  taken?: number
  /** True when `taken` comes from the picture itself and not from the phone's clock. */
  fromPicture?: boolean
  longitude?: number
  latitude?: number
  coord_type?: 'wgs84' | 'gcj02'
  accuracy?: number
}

/** One act to be sent: its photos first, then `body` to `path`. */
export interface Job {
  id: string
  /** Jobs of one lane go one after another, in the order they were made. */
  lane: string
  /** The account that made it; null when nobody was known yet. */
  owner: string | null
  title: string
  path: string
  body: Record<string, unknown>
  /** Field of the body that gets the moment of the act, and that moment by the phone's clock, ms. */
  stamp?: { field: string; at: number }
  idem: string
  /** The body as first posted under `idem`; a repeat must be the same. */
  told?: Record<string, unknown>
  shots: Shot[]
  state: 'draft' | 'waiting' | 'sending' | 'done' | 'refused'
  tries: number
  notBefore: number
  made: number
  /** What was filled into the form the body was made from, to open it again. */
  filled?: Record<string, unknown>
  /** Nothing to look at: not shown among what waits. */
  quiet?: boolean
  why?: string
  result?: unknown
}

/** What the queue needs from outside. `skew` is server time minus phone time, ms. */
export interface QueuePorts {
  load(): Promise<Job[]>
  save(job: Job): Promise<void>
  drop(job: Job): Promise<void>
  upload(shot: Shot, onShare: (share: number) => void): Promise<{ id: string }>
  post(job: Job, body: Record<string, unknown>): Promise<unknown>
  owner(): string | null
  now(): number
  skew(): number
  chance(): number
  key(): string
  changed(): void
  wake(afterMs: number): void
}

/** Uploads at once; the platform allows ten, the rest is left to the screens. */
export const PARALLEL = 4

/** The time of an act for the server: the phone's clock, mended when it is off by more than two minutes. */
export function trueTime(at: number, skew: number): string {
  const ms = Math.abs(skew) > 120_000 ? at + skew : at
  return new Date(ms + 8 * 3_600_000).toISOString().replace('Z', '+08:00')
}

/** The body that goes to the server: the ids of the sent photos, what is marked on them, and the true moment put in. */
export function finalBody(job: Job, skew: number): Record<string, unknown> {
  const body = { ...job.body }
  for (const field of ['photo_ids', 'fixed_photo_ids'] as const) {
    const ids = job.shots.filter((s) => s.field === field && s.id).map((s) => s.id)
    if (ids.length) body[field] = ids
  }
  const marked = job.shots.filter((s) => s.field === 'photo_ids' && s.id && s.region)
  if (marked.length) body.regions = marked.map((s) => ({ photo_id: s.id, ...s.region }))
  if (job.stamp) body[job.stamp.field] = trueTime(job.stamp.at, skew)
  return body
}

/** The jobs that may start now: due, of this account, and first of their lane. */
export function ready(jobs: Job[], now: number, owner: string | null): Job[] {
  const lanes = new Set<string>()
  return jobs.filter((job) => {
    if (job.state !== 'waiting' && job.state !== 'sending') return false
    const first = !lanes.has(job.lane)
    lanes.add(job.lane)
    return first && job.state === 'waiting' && job.notBefore <= now && (job.owner === null || owner === null || job.owner === owner)
  })
}

/** A line on how far a job is, for its owner. */
export function progress(job: Job): string {
  const sent = job.shots.filter((s) => s.state === 'sent').length
  if (job.state === 'done') return '已送达'
  if (job.state === 'refused') return job.why ?? '没有被接收'
  if (job.state === 'sending') return job.shots.length && sent < job.shots.length ? `正在发送照片 ${sent + 1}/${job.shots.length}` : '正在提交'
  return job.why ?? '等待发送'
}

/**
 * Keeps jobs and sends them; what is done stays in memory until the app closes. At
 * most `PARALLEL` uploads, each step with its own key, again after a restart.
 */
export class Queue {
  jobs: Job[] = []
  private running = 0

  constructor(private readonly ports: QueuePorts) {}

  /** Loads what an earlier run left; what was being sent then waits again. */
  async open(): Promise<void> {
    this.jobs = (await this.ports.load()).sort((a, b) => a.made - b.made)
    for (const job of this.jobs) {
      if (job.state === 'sending') job.state = 'waiting'
      for (const shot of job.shots) if (shot.state === 'sending') shot.state = 'kept'
      job.notBefore = 0
    }
    this.ports.changed()
    void this.run()
  }

  /** Keeps a job (a draft or one to send). Resolves when it is on the phone's disk. */
  async put(job: Job): Promise<void> {
    if (!this.jobs.includes(job)) this.jobs.push(job)
    await this.ports.save(job)
    this.ports.changed()
    void this.run()
  }

  /** Forgets a job and its pictures. */
  async remove(job: Job): Promise<void> {
    this.jobs = this.jobs.filter((j) => j !== job)
    await this.ports.drop(job)
    this.ports.changed()
  }

  /** Tries at once what waits (signal came back, the user asked) and, given a refused job, that one again with new keys. */
  async retry(job?: Job): Promise<void> {
    for (const j of this.jobs) if (j.state === 'waiting') j.notBefore = 0
    if (job?.state === 'refused') {
      // Who sends once more has been told what changed.
      delete job.body.expected_version
      job.shots = job.shots.filter((s) => s.state !== 'refused')
      Object.assign(job, { state: 'waiting', why: undefined, tries: 0, told: undefined, idem: this.ports.key() })
      await this.ports.save(job)
    }
    this.ports.changed()
    await this.run()
  }

  /** Makes a job that was not taken a draft again: everything filled in is there to be changed. */
  async reopen(job: Job): Promise<void> {
    if (job.filled) job.body = { action: job.body.action, filled: job.filled }
    job.shots = job.shots.filter((s) => s.state !== 'refused')
    Object.assign(job, { state: 'draft', why: undefined, tries: 0, told: undefined, idem: this.ports.key() })
    await this.ports.save(job)
    this.ports.changed()
  }

  private async run(): Promise<void> {
    for (const job of ready(this.jobs, this.ports.now(), this.ports.owner())) {
      if (this.running >= PARALLEL) return
      this.running++
      void this.sendJob(job).finally(() => {
        this.running--
        void this.run()
      })
    }
  }

  private async sendJob(job: Job): Promise<void> {
    job.state = 'sending'
    job.why = undefined
    this.ports.changed()
    try {
      await this.sendShots(job)
      if (!job.told) {
        // On the phone's disk before it is said: a repeat after a restart must be the same.
        job.told = finalBody(job, this.ports.skew())
        await this.ports.save(job)
      }
      job.result = await this.ports.post(job, job.told)
      job.owner ??= this.ports.owner()
      job.state = 'done'
      await this.ports.drop(job)
    } catch (error) {
      this.settle(job, error)
      await this.ports.save(job)
    }
    this.ports.changed()
  }

  private async sendShots(job: Job): Promise<void> {
    const left = job.shots.filter((s) => s.state !== 'sent')
    let failed: unknown
    const lane = async () => {
      for (let shot = left.shift(); shot && !failed; shot = left.shift()) {
        await this.sendShot(job, shot).catch((error: unknown) => (failed ??= error))
      }
    }
    await Promise.all(Array.from({ length: PARALLEL }, lane))
    if (failed) throw failed
  }

  private async sendShot(job: Job, shot: Shot): Promise<void> {
    shot.state = 'sending'
    this.ports.changed()
    try {
      if (shot.facts.taken && !shot.told) {
        shot.told = trueTime(shot.facts.taken, shot.facts.fromPicture ? 0 : this.ports.skew())
        await this.ports.save(job)
      }
      shot.id = (await this.ports.upload(shot, (share) => {
        shot.share = share
        this.ports.changed()
      })).id
      shot.state = 'sent'
    } catch (error) {
      const said = verdict(error)
      if (said === 'rekey') shot.idem = this.ports.key()
      shot.state = said === 'give up' ? 'refused' : 'kept'
      shot.why = said === 'give up' ? sentence(error) : undefined
      throw error
    } finally {
      await this.ports.save(job)
      this.ports.changed()
    }
  }

  private settle(job: Job, error: unknown): void {
    const said = verdict(error)
    job.why = keptSentence(error)
    if (said === 'give up') {
      job.state = 'refused'
      return
    }
    job.state = 'waiting'
    job.tries++
    if (said === 'rekey') Object.assign(job, { idem: this.ports.key(), told: undefined })
    const wait = backoff(job.tries, this.ports.chance(), error instanceof Refused ? error.retryAfter : undefined)
    job.notBefore = this.ports.now() + wait
    this.ports.wake(wait)
  }
}
