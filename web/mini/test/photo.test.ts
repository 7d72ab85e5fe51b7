import { describe, expect, it } from 'vitest'
import { format, plan, readFacts, reducedSize, SEND_WHOLE } from '../../shared/mini-photo'

/** A JPEG head with the given EXIF: `time`, `zone`, and degrees-minutes-seconds of a place. */
function jpeg(o: { time?: string; zone?: string; lat?: [number, number, number]; lon?: [number, number, number]; south?: boolean; big?: boolean }): Uint8Array {
  const le = !o.big
  const v = new DataView(new ArrayBuffer(512))
  const bytes = new Uint8Array(v.buffer)
  const text = (at: number, s: string) => [...s].forEach((c, i) => (bytes[at + i] = c.charCodeAt(0)))
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    v.setUint16(at, tag, le)
    v.setUint16(at + 2, type, le)
    v.setUint32(at + 4, count, le)
    v.setUint32(at + 8, value, le)
  }
  text(0, le ? 'II' : 'MM')
  v.setUint16(2, 42, le)
  v.setUint32(4, 8, le)
  v.setUint16(8, 2, le)
  entry(10, 0x8769, 4, 1, 64)
  entry(22, 0x8825, 4, 1, 160)
  v.setUint16(64, o.time ? (o.zone ? 2 : 1) : 0, le)
  if (o.time) entry(66, 0x9003, 2, 20, 110), text(110, o.time)
  if (o.zone) entry(78, 0x9011, 2, 7, 134), text(134, o.zone)
  v.setUint16(160, o.lat ? 4 : 0, le)
  if (o.lat && o.lon) {
    entry(162, 1, 2, 2, 0)
    text(170, o.south ? 'S' : 'N')
    entry(174, 2, 5, 3, 260)
    entry(186, 3, 2, 2, 0)
    text(194, 'E')
    entry(198, 4, 5, 3, 290)
    const put = (at: number, d: number[]) => d.forEach((n, i) => (v.setUint32(at + i * 8, Math.round(n * 100), le), v.setUint32(at + i * 8 + 4, 100, le)))
    put(260, o.lat)
    put(290, o.lon)
  }
  const head = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xe1, 2, 8, 0x45, 0x78, 0x69, 0x66, 0, 0]
  return new Uint8Array([...head, ...bytes])
}

describe('facts of a picture', () => {
  for (const big of [false, true]) {
    it(`reads time and place, ${big ? 'big' : 'little'} endian`, () => {
      const f = readFacts(jpeg({ time: '2026:02:16 09:30:00', lat: [36, 21, 31.31], lon: [120, 27, 27.96], big }))
      expect(f.format).toBe('jpeg')
      expect(f.taken).toBe(Date.parse('2026-02-16T09:30:00+08:00'))
      expect(f.latitude).toBeCloseTo(36.358697, 5)
      expect(f.longitude).toBeCloseTo(120.457767, 5)
    })
  }
  it('believes a zone that is written', () => {
    expect(readFacts(jpeg({ time: '2026:02:16 09:30:00', zone: '+09:00' })).taken).toBe(Date.parse('2026-02-16T09:30:00+09:00'))
  })
  it('knows the south', () => {
    expect(readFacts(jpeg({ lat: [36, 0, 0], lon: [120, 0, 0], south: true })).latitude).toBe(-36)
  })
  it('takes 0,0 and 0000:00:00 for nothing', () => {
    const f = readFacts(jpeg({ time: '0000:00:00 00:00:00', lat: [0, 0, 0], lon: [0, 0, 0] }))
    expect(f).toEqual({ format: 'jpeg' })
  })
  it('survives every cut and every damaged byte', () => {
    const whole = jpeg({ time: '2026:02:16 09:30:00', lat: [36, 21, 31], lon: [120, 27, 27] })
    for (let n = 0; n < whole.length; n += 3) {
      expect(() => readFacts(whole.slice(0, n))).not.toThrow()
      const hurt = whole.slice()
      hurt[n] = 0xff
      expect(() => readFacts(hurt)).not.toThrow()
    }
  })
})

describe('format', () => {
  const ascii = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0))
  it('goes by magic bytes', () => {
    expect(format(Uint8Array.of(0x89, 0x50, 0x4e, 0x47))).toBe('png')
    expect(format(ascii('RIFF....WEBPVP8 '))).toBe('webp')
    expect(format(ascii('\0\0\0\x18ftypheic'))).toBe('heic')
    expect(format(ascii('%PDF-1.7'))).toBe('other')
    expect(format(new Uint8Array())).toBe('other')
  })
})

describe('what to do with it', () => {
  const limit = 20 * 1024 * 1024
  it('leaves a camera original alone', () => expect(plan('jpeg', 6_000_000, limit)).toEqual({ do: 'send' }))
  it('reduces 40 MB and anything over the limit', () => {
    expect(plan('jpeg', 40_000_000, limit).do).toBe('reduce')
    expect(plan('jpeg', SEND_WHOLE, 1_000_000).do).toBe('reduce')
  })
  it('turns a HEIC into something the server reads', () => expect(plan('heic', 1_000, limit).do).toBe('reduce'))
  it('says what to do with a file that is no picture', () => {
    expect(plan('other', 10, limit)).toEqual({ do: 'refuse', why: expect.stringContaining('请选 JPEG') })
    expect(plan('jpeg', 0, limit).do).toBe('refuse')
  })
  it('keeps the shape', () => {
    expect(reducedSize(8192, 6144)).toEqual({ width: 4096, height: 3072 })
    expect(reducedSize(1000, 500)).toEqual({ width: 1000, height: 500 })
  })
})
