/** Who is using the app, and the one place that renews a token. */
import { Answer, Refused, unwrap } from './mini-api'

/** A request as the session hands it to the transport; `token` is null for open doors. */
export type Send = (token: string | null) => Promise<Answer>

/** A small store of strings that survives a restart. */
export interface Kept {
  get(key: string): string | null
  set(key: string, value: string | null): void
}

/** The account as `/v1/me` and the logins give it. */
export interface Account {
  id: string
  name: string
  role: string
  role_label: string
  username: string | null
  department: { code: string; name: string } | null
  side?: string | null
  grids: { layer: string; code: string; name: string | null }[]
  /** The privacy notice last agreed to; null for none. */
  consented_version?: number | null
}

interface Tokens {
  access_token: string
  expires_in: number
  refresh_token: string
  account?: Account
}

/** What the session needs from outside: `post` calls an open door, `quiet` logs a citizen in without a question. */
export interface SessionPorts {
  kept: Kept
  post(path: string, body: unknown): Promise<Answer>
  quiet(): Promise<Answer>
  now(): number
  changed(): void
}

const REFRESH = 'refresh'
const ACCOUNT = 'account'

/** Tokens with a single-flight renewal. Staff whose session ran out are asked for the password; work waits meanwhile. */
export class Session {
  private access: { token: string; until: number } | null = null
  private renewing: Promise<string> | null = null
  private waiting: { go(token: string): void; stop(why: unknown): void }[] = []
  /** The account of the last login, known offline too. */
  account: Account | null
  /** Whether the server told of the account in this run; else it is what the phone remembers. */
  fresh = false
  /** True while a member of staff must type the password again. */
  expired = false

  constructor(private readonly ports: SessionPorts) {
    const text = ports.kept.get(ACCOUNT)
    this.account = text ? (JSON.parse(text) as Account) : null
  }

  /** Whether the account works here rather than reports here. */
  get staff(): boolean {
    return !!this.account && this.account.role !== 'citizen'
  }

  /** Sends with a live token; on 401 renews once and sends once more. */
  async send(send: Send): Promise<Answer> {
    const token = await this.token()
    const answer = await send(token)
    if (answer.status !== 401) return answer
    if (this.access?.token === token) this.access = null
    return send(await this.token())
  }

  /** A live access token. Ten callers at once cause one renewal. */
  token(): Promise<string> {
    if (this.access && this.access.until > this.ports.now()) return Promise.resolve(this.access.token)
    this.renewing ??= this.renew().finally(() => (this.renewing = null))
    return this.renewing
  }

  /** Staff login by name and password; work that waited for it goes on. */
  async login(username: string, password: string): Promise<Account> {
    const account = this.keep(unwrap<Tokens>(await this.ports.post('/v1/auth/login', { username, password })))
    this.expired = false
    for (const w of this.waiting.splice(0)) w.go(this.access!.token)
    this.ports.changed()
    return account!
  }

  /** Leaves the staff account; the next call is a citizen's again. */
  async logout(): Promise<void> {
    const refresh_token = this.ports.kept.get(REFRESH)
    if (refresh_token) await this.ports.post('/v1/auth/logout', { refresh_token }).catch(() => undefined)
    this.forget()
    this.ports.changed()
  }

  /** The password was not given: what waited is told so, and the app is a citizen's. */
  abandon(): void {
    const waiting = this.waiting.splice(0)
    this.forget()
    for (const w of waiting) w.stop(new Refused(401, 40102, '登录已过期，请重新登录'))
    this.ports.changed()
  }

  /** Takes what the server now says of the account in use; news of another account is nobody's. */
  learn(account: Account): void {
    if (account.id !== this.account?.id) return
    this.account = account
    this.fresh = true
    this.ports.kept.set(ACCOUNT, JSON.stringify(account))
    this.ports.changed()
  }

  private async renew(): Promise<string> {
    const refresh_token = this.ports.kept.get(REFRESH)
    if (refresh_token) {
      const answer = await this.ports.post('/v1/auth/refresh', { refresh_token })
      const dead = answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429
      if (!dead) {
        this.keep(unwrap<Tokens>(answer))
        return this.access!.token
      }
      if (this.staff) return this.askPassword()
    }
    this.keep(unwrap<Tokens>(await this.ports.quiet()))
    this.ports.changed()
    return this.access!.token
  }

  private askPassword(): Promise<string> {
    this.expired = true
    this.ports.changed()
    return new Promise((go, stop) => this.waiting.push({ go, stop }))
  }

  private keep(tokens: Tokens): Account | null {
    // Renew a little before the end, so that a long upload does not outlive its token.
    const life = Math.max(tokens.expires_in - 60, tokens.expires_in / 2)
    this.access = { token: tokens.access_token, until: this.ports.now() + life * 1000 }
    this.ports.kept.set(REFRESH, tokens.refresh_token)
    if (tokens.account) {
      this.account = tokens.account
      this.fresh = true
      this.ports.kept.set(ACCOUNT, JSON.stringify(tokens.account))
    }
    return this.account
  }

  private forget(): void {
    this.access = null
    this.account = null
    this.expired = false
    this.ports.kept.set(REFRESH, null)
    this.ports.kept.set(ACCOUNT, null)
  }
}
