import { describe, expect, it } from 'vitest'
import { Answer, Offline } from '../../shared/mini-api'
import { Account, Session } from '../../shared/mini-session'

const citizen: Account = { id: 'c1', name: '市民', role: 'citizen', role_label: '市民', username: null, department: null, grids: [] }
const worker: Account = { ...citizen, id: 'w1', name: '王一', role: 'grid_worker', role_label: '网格员', username: 'grid-1' }

function good(token: string, account?: Account): Answer {
  return { status: 200, body: { code: 0, data: { access_token: token, expires_in: 900, refresh_token: `r-${token}`, account } } }
}

function world(answers: (path: string, body: unknown) => Answer | Promise<Answer>) {
  const disk = new Map<string, string>()
  const calls: string[] = []
  let clock = 0
  const session = () =>
    new Session({
      kept: { get: (k) => disk.get(k) ?? null, set: (k, v) => void (v === null ? disk.delete(k) : disk.set(k, v)) },
      post: async (path, body) => (calls.push(path), answers(path, body)),
      quiet: async () => (calls.push('quiet'), good(`q${calls.length}`, citizen)),
      now: () => clock,
      changed: () => undefined,
    })
  return { disk, calls, session, pass: (ms: number) => (clock += ms) }
}

describe('the session', () => {
  it('logs a citizen in without a question, once for ten callers', async () => {
    const w = world(() => good('x'))
    const s = w.session()
    const tokens = await Promise.all(Array.from({ length: 10 }, () => s.token()))
    expect(new Set(tokens).size).toBe(1)
    expect(w.calls).toEqual(['quiet'])
    expect(s.staff).toBe(false)
  })

  it('renews once on 401 and sends once more', async () => {
    const w = world((p) => (p === '/v1/auth/refresh' ? good('new') : good('old', worker)))
    const s = w.session()
    await s.login('grid-1', 'pw')
    const seen: (string | null)[] = []
    const send = async (t: string | null): Promise<Answer> => (seen.push(t), { status: t === 'new' ? 200 : 401, body: null })
    const answers = await Promise.all([s.send(send), s.send(send), s.send(send)])
    expect(answers.every((a) => a.status === 200)).toBe(true)
    expect(w.calls.filter((c) => c === '/v1/auth/refresh').length).toBe(1)
  })

  it('asks staff for the password when the renewal is refused; what waited goes on', async () => {
    const w = world((p) => (p === '/v1/auth/refresh' ? { status: 401, body: { code: 40103, message: '登录已过期' } } : good('again', worker)))
    const s = w.session()
    await s.login('grid-1', 'pw')
    w.pass(2_000_000)
    const waiting = s.send(async (t) => ({ status: t === 'again' ? 200 : 401, body: null }))
    await new Promise((r) => setTimeout(r, 5))
    expect(s.expired).toBe(true)
    await s.login('grid-1', 'pw')
    expect((await waiting).status).toBe(200)
    expect(s.expired).toBe(false)
  })

  it('tells what waited when the password is not given', async () => {
    const w = world((p) => (p === '/v1/auth/refresh' ? { status: 401, body: null } : good('x', worker)))
    const s = w.session()
    await s.login('grid-1', 'pw')
    w.pass(2_000_000)
    const waiting = s.token()
    await new Promise((r) => setTimeout(r, 5))
    s.abandon()
    await expect(waiting).rejects.toThrow('登录已过期')
    expect(s.account).toBeNull()
  })

  it('keeps the account and the refresh token when the network is gone', async () => {
    let gone = false
    const w = world(() => {
      if (gone) throw new Offline()
      return good('x', worker)
    })
    await w.session().login('grid-1', 'pw')
    gone = true
    const later = w.session()
    expect(later.account?.name).toBe('王一')
    await expect(later.token()).rejects.toThrow(Offline)
    expect(w.disk.has('refresh')).toBe(true)
  })

  it('is a citizen again after leaving', async () => {
    const w = world(() => good('x', worker))
    const s = w.session()
    await s.login('grid-1', 'pw')
    await s.logout()
    expect(s.account).toBeNull()
    expect(w.disk.size).toBe(0)
    await s.token()
    expect(s.staff).toBe(false)
  })
})
