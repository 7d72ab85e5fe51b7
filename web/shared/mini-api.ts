/** What the server said, or that it could not be reached. The client's only two kinds of failure. */

/** One answer of the door, whatever its status; `date` is the Date header, milliseconds, when there was one. */
export interface Answer {
  status: number
  body: { code?: number; message?: string; data?: unknown; details?: { field: string; reason: string }[] } | null
  date?: number
  retryAfter?: number
}

/** The network did not carry the request: nothing is known of its fate. */
export class Offline extends Error {
  constructor() {
    super('连接不上服务器，已保存，恢复后继续')
  }
}

/** The server understood and said no; `message` is Chinese and fit to show. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly details: { field: string; reason: string }[] = [],
    readonly retryAfter?: number,
  ) {
    super(message)
  }
}

/** The data of a good answer; throws `Refused` for any other. */
export function unwrap<T>(answer: Answer): T {
  if (answer.status >= 200 && answer.status < 300 && answer.body) return answer.body.data as T
  const body = answer.body
  throw new Refused(
    answer.status,
    body?.code ?? answer.status * 100,
    body?.message ?? '服务暂时不可用，请稍后再试',
    body?.details ?? [],
    answer.retryAfter,
  )
}

/** What to do after a failure: `again` later, `login` first, `rekey` with a new key, or `give up`. */
export type Verdict = 'again' | 'login' | 'rekey' | 'give up'

/** The verdict on a failure of a queued step. Unknown failures are tried again: losing work is worse than a wasted try. */
export function verdict(error: unknown): Verdict {
  if (!(error instanceof Refused)) return 'again'
  if (error.status === 401) return 'login'
  if (error.code === 40903) return 'rekey'
  if (error.status === 408 || error.status === 429 || error.status >= 500) return 'again'
  return 'give up'
}

/** A sentence that says what to do, for any failure. */
export function sentence(error: unknown): string {
  if (error instanceof Refused) {
    const why = error.details.find((d) => d.reason && d.field !== 'expected_version' && !error.message.includes(d.reason))
    return why ? `${error.message}：${why.reason}` : error.message
  }
  if (error instanceof Offline) return error.message
  return '出了点问题，请再试一次'
}

/** As `sentence`, of something kept on the phone: a ticket that a colleague changed has been asked for again, nothing is lost. */
export function keptSentence(error: unknown): string {
  const said = sentence(error)
  if (!(error instanceof Refused) || error.code !== 40902) return said
  return `${said.replace(/[,，]?请刷新后重试$/, '')}。页面已是最新，您填的都在：看过后可“现在就发”，或先“改一改”`
}

/** Milliseconds to wait before try `tries` (from 1): 2 s doubling to 5 min, ± 20 % by `chance` in 0..1. */
export function backoff(tries: number, chance: number, retryAfter?: number): number {
  if (retryAfter) return retryAfter * 1000
  const base = Math.min(2000 * 2 ** (tries - 1), 300_000)
  return Math.round(base * (0.8 + 0.4 * chance))
}

/** A query string, `?a=1&b=2`, without what is undefined or null; empty when nothing is left. */
export function query(parts: Record<string, string | number | boolean | null | undefined>): string {
  const kept = Object.entries(parts).filter(([, v]) => v !== undefined && v !== null && v !== '')
  return kept.length ? '?' + kept.map(([k, v]) => `${k}=${encodeURIComponent(String(v))}`).join('&') : ''
}

/** A random key of 43 base64url characters from 32 random bytes; 22 from 16. */
export function randomKey(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  let bits = 0
  let held = 0
  let text = ''
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 6) {
      bits -= 6
      text += alphabet[(held >> bits) & 63]
    }
    held &= (1 << bits) - 1
  }
  return bits ? text + alphabet[(held << (6 - bits)) & 63] : text
}

/** Whether version `have` is at least `need`; both dotted numbers, missing parts are 0. */
export function versionServes(have: string, need: string): boolean {
  const [a, b] = [have, need].map((v) => v.split('.').map((n) => parseInt(n, 10) || 0))
  for (let i = 0; i < Math.max(a!.length, b!.length); i++) {
    const [x, y] = [a![i] ?? 0, b![i] ?? 0]
    if (x !== y) return x > y
  }
  return true
}
