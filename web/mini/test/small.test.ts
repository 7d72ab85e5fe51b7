import { describe, expect, it } from 'vitest'
import { actBody, ACTS, missing, offered } from '../../shared/mini-acts'
import { backoff, Offline, query, randomKey, Refused, sentence, unwrap, verdict, versionServes } from '../../shared/mini-api'
import { bounds, distanceText, fromPixel, metres, shapes, toGcj02, toPixel } from '../../shared/mini-geo'
import { moment, remaining, skewSentence, span } from '../../shared/mini-time'

const NOON = Date.parse('2026-11-23T12:00:00+08:00')

describe('times', () => {
  it('reads like people', () => {
    expect(moment('2026-11-23T09:30:00+08:00', NOON)).toBe('今天 09:30')
    expect(moment('2026-11-22T23:59:00+08:00', NOON)).toBe('昨天 23:59')
    expect(moment('2026-11-24T00:00:00+08:00', NOON)).toBe('明天 00:00')
    expect(moment('2026-11-03T09:30:00+08:00', NOON)).toBe('11月3日 09:30')
    expect(moment('2025-11-03T09:30:00+08:00', NOON)).toBe('2025年11月3日')
  })
  it('gives two units', () => {
    expect([span(0), span(40), span(60), span(185), span(1440), span(3000)]).toEqual(['0 分钟', '40 分钟', '1 小时', '3 小时 5 分', '1 天', '2 天 2 小时'])
  })
  it('colours a deadline', () => {
    expect(remaining('2026-11-25T12:00:00+08:00', NOON)).toEqual({ text: '还剩 2 天', tone: 'ok' })
    expect(remaining('2026-11-23T14:00:00+08:00', NOON)).toEqual({ text: '还剩 2 小时', tone: 'soon' })
    expect(remaining('2026-11-23T11:20:00+08:00', NOON)).toEqual({ text: '超期 40 分钟', tone: 'late' })
  })
  it('speaks of a clock that is wrong, and only then', () => {
    expect(skewSentence(5_000)).toBeNull()
    expect(skewSentence(86_400_000)).toContain('慢了约 1 天')
    expect(skewSentence(-3_600_000)).toContain('快了约 1 小时')
  })
})

describe('answers', () => {
  it('gives the data or the refusal', () => {
    expect(unwrap({ status: 201, body: { code: 0, data: 5 } })).toBe(5)
    expect(() => unwrap({ status: 502, body: null })).toThrow('服务暂时不可用')
    expect(sentence(new Refused(422, 42200, '内容不符合要求', [{ field: 'words', reason: '太长' }]))).toBe('内容不符合要求：太长')
  })
  it('judges failures', () => {
    expect([new Offline(), new Refused(503, 50300, ''), new Refused(429, 42900, '')].map(verdict)).toEqual(['again', 'again', 'again'])
    expect([new Refused(401, 40102, ''), new Refused(409, 40903, ''), new Refused(409, 40902, ''), new Refused(413, 41301, '')].map(verdict)).toEqual(['login', 'rekey', 'give up', 'give up'])
  })
  it('backs off to five minutes and heeds Retry-After', () => {
    expect([1, 2, 20].map((n) => backoff(n, 0.5))).toEqual([2000, 4000, 300_000])
    expect(backoff(1, 0.5, 30)).toBe(30_000)
  })
  it('writes queries and keys', () => {
    expect(query({ a: 1, b: undefined, c: '井 盖', d: null, e: '' })).toBe('?a=1&c=%E4%BA%95%20%E7%9B%96')
    expect(query({})).toBe('')
    expect(randomKey(new Uint8Array(32))).toBe('A'.repeat(43))
    expect(randomKey(new Uint8Array(32).fill(255))).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })
  it('compares versions', () => {
    expect([versionServes('1.0.0', '1.0.0'), versionServes('1.10.0', '1.9'), versionServes('1.0', '1.0.1')]).toEqual([true, true, false])
  })
})

describe('places', () => {
  it('measures', () => {
    expect(metres({ longitude: 120, latitude: 36 }, { longitude: 120, latitude: 36.001 })).toBeCloseTo(111.3, 1)
    expect([distanceText(0.2), distanceText(345), distanceText(1234), distanceText(45_600)]).toEqual(['1 米', '345 米', '1.2 公里', '46 公里'])
  })
  it('goes to pixels and back', () => {
    const view = { longitude: 120.45, latitude: 36.36, scale: 2 }
    const [x, y] = toPixel(view, 120.451, 36.361)
    const p = fromPixel(view, x, y)
    expect(p.longitude).toBeCloseTo(120.451, 9)
    expect(p.latitude).toBeCloseTo(36.361, 9)
    expect(y).toBeLessThan(0)
  })
  it('draws on the datum of WeChat as the server does', () => {
    // The server's answer for 120.457768, 36.358697 (wgs84) in gcj02.
    const p = toGcj02(120.457768, 36.358697)
    expect(p.longitude).toBeCloseTo(120.4628171, 5)
    expect(p.latitude).toBeCloseTo(36.3589944, 5)
  })
  it('boxes shapes', () => {
    const [s] = shapes({ features: [{ properties: { code: 'a', name: '甲' }, geometry: { coordinates: [[[[1, 2], [3, 4], [1, 4], [1, 2]]]] } }] })
    expect(s!.box).toEqual([1, 2, 3, 4])
    expect(bounds([s!])).toEqual([1, 2, 3, 4])
  })
})

describe('acts', () => {
  it('offers exactly what is allowed, the desk by name', () => {
    const allowed = [{ action: 'return', label: '退单' }, { action: 'dispatch', label: '派单' }, { action: 'sign_in', label: '签收' }, { action: 'follow', label: '我也遇到' }]
    expect(offered(allowed)).toEqual({ here: [{ action: 'sign_in', label: '签收' }, { action: 'return', label: '退单' }], desk: ['派单'] })
  })
  it('goes on without signal: nothing twice, the next thing already', () => {
    const allowed = [{ action: 'sign_in', label: '签收' }, { action: 'note', label: '备注' }]
    expect(offered(allowed, ['sign_in']).here.map((a) => a.action)).toEqual(['submit_fix', 'note'])
    expect(offered(allowed, ['sign_in', 'submit_fix']).here.map((a) => a.action)).toEqual(['note'])
  })
  it('says what is missing, then makes the body', () => {
    const form = ACTS.verify!
    expect(missing(form, {}, 0)).toBe('请选“现场情况”')
    expect(missing(form, { choice: 'real' }, 0)).toBeNull()
    expect(missing(ACTS.submit_fix!, {}, 0)).toBe('请先拍照')
    expect(missing(ACTS.contest!, { text: ' ' }, 1)).toBe('请写哪里没修好')
    expect(actBody('recheck', ACTS.recheck!, { choice: false, text: ' 又堆了 ' })).toEqual({ action: 'recheck', holds: false, note: '又堆了' })
    expect(actBody('request_extension', ACTS.request_extension!, { time: 3, text: '等料' }, 'calendar_days')).toEqual({ action: 'request_extension', by: { amount: 3, unit: 'calendar_days' }, reason: '等料' })
  })
})
