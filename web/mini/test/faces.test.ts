import { describe, expect, it } from 'vitest'
import { agreedTo, CONSENTS } from '../../shared/mini-consent'
import { EventLines, streamed } from '../../shared/mini-live'
import { boxStyle, dragged, framed, keyed, markSentence, MIDDLE } from '../../shared/mini-mark'
import type { Job } from '../../shared/mini-queue'
import type { Account } from '../../shared/mini-session'
import { rateOf, reckoned, unitOf } from '../../shared/mini-weather'

describe('a mark on a photo', () => {
  it('lies on its photo however that is shown', () => {
    const middle = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 }
    const near = (r: typeof middle) => Object.values(r).map((n) => +n.toFixed(3))
    expect(near(framed(middle, [400, 300], [200, 150]))).toEqual([0.25, 0.25, 0.5, 0.5])
    // Filling a square: a sixth of the width is cut off on each side.
    expect(near(framed(middle, [300, 200], [100, 100]))).toEqual([0.125, 0.25, 0.75, 0.5])
    // All of it in a square: a sixth of the height is empty above and below.
    expect(near(framed(middle, [300, 200], [100, 100], true))).toEqual([0.25, 0.333, 0.5, 0.333])
    // What is cut off is marked up to the edge.
    expect(near(framed({ x: 0, y: 0, width: 1, height: 1 }, [300, 100], [100, 100]))).toEqual([0.03, 0.03, 0.94, 0.94])
  })
  it('is the rectangle between two points, whichever comes first, and stays on the photo', () => {
    expect(dragged([0.8, 0.9], [0.2, 0.5])).toEqual({ x: 0.2, y: 0.5, width: 0.6, height: 0.4 })
    expect(dragged([0.5, 0.5], [1.4, 2])).toEqual({ x: 0.5, y: 0.5, width: 0.5, height: 0.5 })
    expect(dragged([0.5, 0.5], [0.51, 0.9])).toBeNull()
  })
  it('is moved and resized by keys and never leaves the photo', () => {
    expect(keyed(null, 'ArrowUp', false)).toEqual(MIDDLE)
    expect(keyed(null, 'a', false)).toBeUndefined()
    expect(keyed(MIDDLE, 'ArrowLeft', false)).toEqual({ ...MIDDLE, x: 0.28 })
    let r = MIDDLE
    for (let i = 0; i < 99; i++) r = keyed(r, 'ArrowRight', false)!
    expect(r.x).toBeCloseTo(0.6)
    for (let i = 0; i < 99; i++) r = keyed(r, 'ArrowDown', true)!
    expect(r.y + r.height).toBeCloseTo(1)
    for (let i = 0; i < 99; i++) r = keyed(r, 'ArrowLeft', true)!
    expect(r.width).toBe(0.04)
  })
  it('says how much it is', () => {
    expect(markSentence(MIDDLE)).toBe('已框出，约占照片的 16%')
    expect(boxStyle(MIDDLE)).toEqual({ left: '30.00%', top: '30.00%', width: '40.00%', height: '40.00%' })
  })
})

describe('an agreement', () => {
  const citizen = { id: 'c', role: 'citizen', consented_version: null } as unknown as Account
  const job = (owner: string | null, state: Job['state'], version = 2) => ({ path: CONSENTS, owner, state, body: { privacy_version: version } }) as unknown as Job
  it('counts for the account that gave it, for the version it was given to', () => {
    expect(agreedTo(1, null, 0, [])).toBe(false)
    expect(agreedTo(1, null, 1, [])).toBe(true)
    expect(agreedTo(1, citizen, 1, [])).toBe(false)
    expect(agreedTo(2, { ...citizen, consented_version: 2 }, 0, [])).toBe(true)
    expect(agreedTo(3, { ...citizen, consented_version: 2 }, 3, [])).toBe(false)
  })
  it('counts while it is on its way, and not when it was refused or is another account’s', () => {
    expect(agreedTo(2, citizen, 0, [job('c', 'waiting')])).toBe(true)
    expect(agreedTo(2, citizen, 0, [job(null, 'sending')])).toBe(true)
    expect(agreedTo(2, citizen, 0, [job('c', 'refused')])).toBe(false)
    expect(agreedTo(2, citizen, 0, [job('d', 'waiting')])).toBe(false)
    expect(agreedTo(3, citizen, 0, [job('c', 'waiting')])).toBe(false)
  })
})

describe('live changes', () => {
  it('are put together from pieces, whatever the line ends, comments dropped', () => {
    const lines = new EventLines()
    expect(lines.feed('retry: 3000\n\n: \n\nid: a\nevent: tick')).toEqual([])
    expect(lines.feed('et\ndata: {"x":1}\n')).toEqual([])
    expect(lines.feed('\nid: b\r\ndata: 1\r\ndata: 2\r\n\r\n')).toEqual([
      { id: 'a', event: 'ticket', data: '{"x":1}' },
      { id: 'b', event: 'message', data: '1\n2' },
    ])
    expect(lines.last).toBe('b')
  })
  it('are streamed to desks and units, not to the street', () => {
    expect(['inspector', 'handler', 'grid_worker', 'citizen', undefined].map(streamed)).toEqual([true, true, false, false, false])
  })
})

describe('the weather', () => {
  const figure = { label: '清零率', unit: 'percent', printed: '98.73 %', value: 9873, numerator: 40990, denominator: 41516, formula: 'clearing' }
  it('says how a figure came about', () => {
    expect(reckoned(figure)).toBe('清零率 98.73 % = 40990 ÷ 41516')
    expect(reckoned({ ...figure, label: '发现', printed: '12', unit: 'count', denominator: 1 })).toBe('发现 12')
    expect(reckoned({ ...figure, value: null, denominator: 0 })).toBe('清零率：本期没有可计的事项')
  })
  it('comes from the last rate of the row', () => {
    const counts = [{ ...figure, unit: 'count' }, { ...figure, formula: 'other' }, figure]
    expect(rateOf(counts)).toBe(figure)
    expect(unitOf('环秀街道', [{ name: '潮海街道片区组' }, { name: '环秀街道片区组' }])?.name).toBe('环秀街道片区组')
  })
})
