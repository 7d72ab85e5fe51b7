import { describe, expect, it } from 'vitest'
import { Offline, Refused } from '../../shared/mini-api'
import { finalBody, Job, PARALLEL, progress, Queue, QueuePorts, ready, trueTime } from '../../shared/mini-queue'

/** A job with `n` photos, waiting. */
function job(id: string, n: number, more: Partial<Job> = {}): Job {
  const shots = Array.from({ length: n }, (_, i) => ({ key: `${id}-p${i}`, idem: `${id}-k${i}`, field: 'photo_ids' as const, state: 'kept' as const, facts: { taken: 1_000 + i } }))
  return { id, lane: id, owner: null, title: '上报', path: '/v1/reports', body: { words: 'x' }, idem: `${id}-key`, shots, state: 'waiting', tries: 0, notBefore: 0, made: 1, ...more }
}

/** Ports over a plain map, with a clock that is moved by hand. */
function world(over: Partial<QueuePorts> = {}) {
  const disk = new Map<string, string>()
  const w = { disk, clock: 0, posts: [] as unknown[], uploads: [] as string[], wakes: [] as number[], keys: 0, busy: 0, most: 0 }
  const ports: QueuePorts = {
    load: async () => [...disk.values()].map((t) => JSON.parse(t) as Job),
    save: async (j) => void disk.set(j.id, JSON.stringify(j)),
    drop: async (j) => void disk.delete(j.id),
    upload: async (shot) => {
      w.uploads.push(shot.idem)
      w.most = Math.max(w.most, ++w.busy)
      await new Promise((r) => setTimeout(r, 1))
      w.busy--
      return { id: `id-${shot.key}` }
    },
    post: async (_job, body) => (w.posts.push(body), { ok: true }),
    owner: () => null,
    now: () => w.clock,
    skew: () => 0,
    chance: () => 0.5,
    key: () => `new-${++w.keys}`,
    changed: () => undefined,
    wake: (ms) => void w.wakes.push(ms),
    ...over,
  }
  return { ...w, w, queue: new Queue(ports), ports }
}

const settled = () => new Promise((r) => setTimeout(r, 40))

describe('the queue', () => {
  it('sends photos first, then the body with their ids, and forgets the bytes', async () => {
    const { w, queue, disk } = world()
    await queue.put(job('a', 3))
    await settled()
    expect(w.posts).toEqual([{ words: 'x', photo_ids: ['id-a-p0', 'id-a-p1', 'id-a-p2'] }])
    expect(queue.jobs[0]!.state).toBe('done')
    expect(disk.size).toBe(0)
  })

  it('never uploads more than a few at once', async () => {
    const { w, queue } = world()
    await queue.put(job('a', 9))
    await settled()
    expect(w.uploads.length).toBe(9)
    expect(w.most).toBeLessThanOrEqual(PARALLEL)
  })

  it('keeps what was sent when the signal goes, and goes on after a restart with the same keys', async () => {
    let up = false
    const first = world({
      upload: async (shot) => {
        if (shot.key === 'a-p1' && !up) throw new Offline()
        return { id: `id-${shot.key}` }
      },
    })
    await first.queue.put(job('a', 2))
    await settled()
    expect(first.queue.jobs[0]!.state).toBe('waiting')
    expect(first.w.wakes.length).toBe(1)
    up = true
    const again = new Queue(first.ports)
    await again.open()
    await settled()
    expect(again.jobs[0]!.state).toBe('done')
    expect(first.w.posts).toEqual([{ words: 'x', photo_ids: ['id-a-p0', 'id-a-p1'] }])
  })

  it('shows a refused photo with its reason, and sends the rest when asked', async () => {
    const { w, queue } = world({
      upload: async (shot) => {
        if (shot.key === 'a-p0') throw new Refused(415, 41501, '这个文件不是照片')
        return { id: `id-${shot.key}` }
      },
    })
    await queue.put(job('a', 2))
    await settled()
    const j = queue.jobs[0]!
    expect(j.state).toBe('refused')
    expect(j.shots[0]!.why).toBe('这个文件不是照片')
    await queue.retry(j)
    await settled()
    expect(j.state).toBe('done')
    expect(w.posts).toEqual([{ words: 'x', photo_ids: ['id-a-p1'] }])
  })

  it('repeats the very same body under one key', async () => {
    const seen: [string, string][] = []
    let skew = 86_400_000
    const { queue } = world({
      skew: () => skew,
      post: async (j, body) => {
        seen.push([j.idem, JSON.stringify(body)])
        skew += 1234
        if (seen.length === 1) throw new Offline()
        return {}
      },
    })
    await queue.put(job('a', 0, { stamp: { field: 'captured_at', at: 0 } }))
    await settled()
    await queue.retry()
    await settled()
    expect(seen.length).toBe(2)
    expect(seen[0]).toEqual(seen[1])
  })

  it('takes a new key when the old one was used for something else', async () => {
    const keys: string[] = []
    const { queue } = world({
      post: async (j) => {
        keys.push(j.idem)
        if (keys.length === 1) throw new Refused(409, 40903, '同一幂等键已用于另一个请求')
        return {}
      },
    })
    await queue.put(job('a', 0))
    await settled()
    await queue.retry()
    await settled()
    expect(keys).toEqual(['a-key', 'new-1'])
  })

  it('stops at a conflict with a colleague and keeps everything', async () => {
    const { queue, disk } = world({ post: () => Promise.reject(new Refused(409, 40902, '案件已被他人更新', [{ field: 'version', reason: '由王一更新' }])) })
    await queue.put(job('a', 1))
    await settled()
    expect(queue.jobs[0]!.state).toBe('refused')
    expect(queue.jobs[0]!.why).toContain('由王一更新')
    expect(disk.size).toBe(1)
  })

  it('outlives a server that is gone for an hour', async () => {
    let down = true
    const { queue, w } = world({
      post: async () => {
        if (down) throw new Refused(503, 50300, '服务暂时不可用')
        return {}
      },
    })
    await queue.put(job('a', 1))
    for (let i = 0; i < 12; i++) {
      await settled()
      await queue.retry()
    }
    await settled()
    expect(Math.max(...w.wakes)).toBe(300_000)
    down = false
    await queue.retry()
    await settled()
    expect(queue.jobs[0]!.state).toBe('done')
  })

  it('sends the acts on one ticket in their order, others beside them', () => {
    const jobs = [job('a', 0, { lane: 't' }), job('b', 0, { lane: 't' }), job('c', 0)]
    expect(ready(jobs, 0, null).map((j) => j.id)).toEqual(['a', 'c'])
    jobs[0]!.state = 'refused'
    expect(ready(jobs, 0, null).map((j) => j.id)).toEqual(['b', 'c'])
  })

  it("leaves another account's work alone", () => {
    expect(ready([job('a', 0, { owner: 'grid-1' })], 0, 'citizen-2')).toEqual([])
  })

  it('writes drafts down but does not send them', async () => {
    const { w, queue, disk } = world()
    await queue.put(job('a', 1, { state: 'draft' }))
    await settled()
    expect(w.uploads).toEqual([])
    expect(disk.size).toBe(1)
  })

  it('tells how far it is', () => {
    const j = job('a', 3, { state: 'sending' })
    j.shots[0]!.state = 'sent'
    expect(progress(j)).toBe('正在发送照片 2/3')
  })
})

describe('true times', () => {
  it('writes China time', () => expect(trueTime(Date.UTC(2026, 0, 1, 4, 0, 0), 0)).toBe('2026-01-01T12:00:00.000+08:00'))
  it('mends a clock that is wrong by a day and leaves a small difference', () => {
    expect(trueTime(0, 86_400_000)).toBe('1970-01-02T08:00:00.000+08:00')
    expect(trueTime(0, 30_000)).toBe('1970-01-01T08:00:00.000+08:00')
  })
  it('puts the stamp into the body', () => {
    expect(finalBody(job('a', 0, { stamp: { field: 'captured_at', at: 0 } }), 0).captured_at).toBe('1970-01-01T08:00:00.000+08:00')
  })

  it('tells what is marked on the photos that were taken', () => {
    const marked = job('a', 2)
    marked.shots[0]!.id = 'one'
    marked.shots[1]!.id = 'two'
    marked.shots[1]!.region = { x: 0.1, y: 0.2, width: 0.3, height: 0.4 }
    expect(finalBody(marked, 0).regions).toEqual([{ photo_id: 'two', x: 0.1, y: 0.2, width: 0.3, height: 0.4 }])
  })

  it('opens a refused act again with all that was filled in, and under a new key', async () => {
    const { queue, w } = world({ post: async () => Promise.reject(new Refused(409, 40902, '案件已被张三更新，请刷新后重试')) })
    const act = job('a', 1, { path: '/v1/tickets/t/actions', body: { action: 'rework', reason: '没扫净', expected_version: 3 }, filled: { text: '没扫净' } })
    await queue.put(act)
    await settled()
    expect([act.state, act.why]).toEqual(['refused', '案件已被张三更新。页面已是最新，您填的都在：看过后可“现在就发”，或先“改一改”'])
    await queue.reopen(act)
    expect([act.state, act.body, act.shots.length]).toEqual(['draft', { action: 'rework', filled: { text: '没扫净' } }, 1])
    expect(act.idem).toBe(`new-${w.keys}`)
  })
})
