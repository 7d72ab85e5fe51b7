/** What a picture says of itself, read from its bytes, and what to do with it before sending. */

/** A picture's own facts. `taken` is ms since 1970; a time without a zone is China's. */
export interface PhotoFacts {
  format: 'jpeg' | 'png' | 'webp' | 'heic' | 'other'
  taken?: number
  longitude?: number
  latitude?: number
}

/** Bytes from the head of a file that hold the facts: EXIF comes in the first 64 KiB of a JPEG, after APP0. */
export const HEAD_BYTES = 131_072

/** The format by magic bytes; names and declared types lie. */
export function format(b: Uint8Array): PhotoFacts['format'] {
  const at = (i: number, text: string) => [...text].every((c, k) => b[i + k] === c.charCodeAt(0))
  if (b[0] === 0xff && b[1] === 0xd8) return 'jpeg'
  if (b[0] === 0x89 && at(1, 'PNG')) return 'png'
  if (at(0, 'RIFF') && at(8, 'WEBP')) return 'webp'
  if (at(4, 'ftyp') && ['heic', 'heix', 'hevc', 'mif1', 'msf1', 'heim', 'heis'].some((brand) => at(8, brand))) return 'heic'
  return 'other'
}

/** Reads format, time and place. Damaged EXIF gives fewer facts, never an error. Source: EXIF 2.32, JPEG ITU T.81. */
export function readFacts(head: Uint8Array): PhotoFacts {
  const facts: PhotoFacts = { format: format(head) }
  try {
    const tiff = facts.format === 'jpeg' ? exifOfJpeg(head) : null
    if (tiff) readTiff(tiff, facts)
  } catch {
    // What was read before the damage stands.
  }
  return facts
}

function exifOfJpeg(b: Uint8Array): DataView | null {
  for (let i = 2; i + 4 < b.length && b[i] === 0xff; ) {
    const [mark, size] = [b[i + 1]!, (b[i + 2]! << 8) | b[i + 3]!]
    if (mark === 0xda) return null
    if (mark === 0xe1 && b[i + 4] === 0x45 && b[i + 5] === 0x78) {
      return new DataView(b.buffer, b.byteOffset + i + 10, Math.min(size - 8, b.length - i - 10))
    }
    i += 2 + size
  }
  return null
}

interface Entry {
  tag: number
  type: number
  count: number
  at: number
}

function readTiff(v: DataView, facts: PhotoFacts): void {
  const little = v.getUint16(0) === 0x4949
  const u16 = (i: number) => v.getUint16(i, little)
  const u32 = (i: number) => v.getUint32(i, little)
  const directory = (at: number): Entry[] =>
    Array.from({ length: Math.min(u16(at), 200) }, (_, n) => {
      const e = at + 2 + n * 12
      const [tag, type, count] = [u16(e), u16(e + 2), u32(e + 4)]
      const width = ({ 3: 2, 4: 4, 5: 8, 10: 8 } as Record<number, number>)[type] ?? 1
      return { tag, type, count, at: width * count > 4 ? u32(e + 8) : e + 8 }
    })
  const text = (e: Entry | undefined) =>
    e && Array.from({ length: Math.min(e.count, 40) }, (_, i) => String.fromCharCode(v.getUint8(e.at + i))).join('').replace(/\0.*$/, '')
  const degrees = (e: Entry) => [0, 1, 2].reduce((sum, i) => sum + u32(e.at + i * 8) / (u32(e.at + i * 8 + 4) || 1) / 60 ** i, 0)

  const main = directory(u32(4))
  const find = (list: Entry[], tag: number) => list.find((e) => e.tag === tag)
  const exifAt = find(main, 0x8769)
  const exif = exifAt ? directory(u32(exifAt.at)) : []
  const said = text(find(exif, 0x9003)) ?? text(find(main, 0x0132))
  const m = said?.match(/^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/)
  if (m && m[1] !== '0000') {
    const zone = text(find(exif, 0x9011))
    const taken = Date.parse(`${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}${zone?.match(/^[+-]\d\d:\d\d$/) ? zone : '+08:00'}`)
    if (!Number.isNaN(taken)) facts.taken = taken
  }
  const gpsAt = find(main, 0x8825)
  if (!gpsAt) return
  const gps = directory(u32(gpsAt.at))
  const [lat, lon] = [find(gps, 2), find(gps, 4)]
  if (!lat || !lon) return
  const latitude = degrees(lat) * (text(find(gps, 1)) === 'S' ? -1 : 1)
  const longitude = degrees(lon) * (text(find(gps, 3)) === 'W' ? -1 : 1)
  const sane = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && (latitude !== 0 || longitude !== 0)
  if (sane) Object.assign(facts, { latitude, longitude })
}

/** What to do with a picture before sending it. */
export type Plan = { do: 'send' } | { do: 'reduce' } | { do: 'refuse'; why: string }

/** Largest file sent untouched, bytes. */
export const SEND_WHOLE = 8 * 1024 * 1024
/** Longest side after reducing, pixels. */
export const LONGEST = 4096

/** Originals go untouched while small enough: proof checks want the camera's own bytes. `canReduce`: this phone can decode it. */
export function plan(format: PhotoFacts['format'], bytes: number, limit: number): Plan {
  if (bytes === 0) return { do: 'refuse', why: '这张照片是空的，请重新拍一张' }
  if (format === 'other') return { do: 'refuse', why: '这个文件不是照片，请选 JPEG、PNG 或 WebP 格式的照片' }
  if (format === 'heic') return { do: 'reduce' }
  return bytes <= Math.min(SEND_WHOLE, limit) ? { do: 'send' } : { do: 'reduce' }
}

/** The sentence for a picture this phone could not reduce. */
export function cannotReduce(format: PhotoFacts['format']): string {
  return format === 'heic'
    ? '这张是 HEIC 照片，本机不能转换。请在手机“设置 › 相机 › 格式”里选“兼容性最佳”后重拍'
    : '这张照片太大，本机处理不了。请把相机分辨率调低后重拍'
}

/** Width and height with the longest side at most `LONGEST`. */
export function reducedSize(width: number, height: number): { width: number; height: number } {
  const k = Math.min(1, LONGEST / Math.max(width, height))
  return { width: Math.round(width * k), height: Math.round(height * k) }
}
