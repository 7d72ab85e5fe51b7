/** Times as people read them. All in China's zone, whatever the phone's. */

const ZONE = 8 * 3_600_000

function parts(at: string | number): { y: number; m: number; d: number; hm: string; day: number } {
  const ms = (typeof at === 'number' ? at : Date.parse(at)) + ZONE
  const iso = new Date(ms).toISOString()
  return { y: +iso.slice(0, 4), m: +iso.slice(5, 7), d: +iso.slice(8, 10), hm: iso.slice(11, 16), day: Math.floor(ms / 86_400_000) }
}

/** `今天 09:30`, `昨天 09:30`, `11月3日 09:30`, `2025年11月3日`. */
export function moment(at: string | number, now: number): string {
  const [p, q] = [parts(at), parts(now)]
  if (p.day === q.day) return `今天 ${p.hm}`
  if (p.day === q.day - 1) return `昨天 ${p.hm}`
  if (p.day === q.day + 1) return `明天 ${p.hm}`
  return p.y === q.y ? `${p.m}月${p.d}日 ${p.hm}` : `${p.y}年${p.m}月${p.d}日`
}

/** A length of time in its two largest units: `2 天 3 小时`, `40 分钟`. */
export function span(minutes: number): string {
  const m = Math.max(0, Math.round(minutes))
  const [d, h, r] = [Math.floor(m / 1440), Math.floor((m % 1440) / 60), m % 60]
  if (d) return h ? `${d} 天 ${h} 小时` : `${d} 天`
  if (h) return r ? `${h} 小时 ${r} 分` : `${h} 小时`
  return `${r} 分钟`
}

/** How a deadline stands: text and tone (`ok`, `soon` under a quarter of a day, `late`). */
export interface Remaining {
  text: string
  tone: 'ok' | 'soon' | 'late'
}

/** Remaining time to `due`, natural time. */
export function remaining(due: string, now: number): Remaining {
  const minutes = (Date.parse(due) - now) / 60_000
  if (minutes < 0) return { text: `超期 ${span(-minutes)}`, tone: 'late' }
  return { text: `还剩 ${span(minutes)}`, tone: minutes < 360 ? 'soon' : 'ok' }
}

/** The sentence for a phone whose clock is wrong by more than ten minutes; null when it is right enough. */
export function skewSentence(skew: number): string | null {
  if (Math.abs(skew) < 600_000) return null
  return `手机时间${skew > 0 ? '慢' : '快'}了约 ${span(Math.abs(skew) / 60_000)}，已按服务器时间记录。请在手机设置里打开“自动设置时间”`
}
