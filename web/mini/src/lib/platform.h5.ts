/** The browser's side of the ports: fetch, IndexedDB, file inputs, geolocation. Same exports as `platform.ts`. */
import { Answer, Offline, randomKey } from '../../../shared/mini-api'
import type { Fix } from '../../../shared/mini-geo'
import { cannotReduce, HEAD_BYTES, plan, readFacts, reducedSize } from '../../../shared/mini-photo'
import type { Job, ShotFacts } from '../../../shared/mini-queue'
import type { Kept } from '../../../shared/mini-session'

export const coordType: 'wgs84' | 'gcj02' = 'wgs84'
export const source = 'h5' as const
export const channel = 'h5' as const

/** A picture ready to be kept, or the reason why it can't be. */
export type Picked = { blob: Blob; facts: ShotFacts } | { why: string }

export const kept: Kept = {
  get: (key) => localStorage.getItem(`ssp.${key}`),
  set: (key, value) => (value === null ? localStorage.removeItem(`ssp.${key}`) : localStorage.setItem(`ssp.${key}`, value)),
}

export function key(): string {
  return randomKey(crypto.getRandomValues(new Uint8Array(16)))
}

/** Calls the door; throws `Offline` when nothing came back. */
export async function request(method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout?.(60_000),
  }).catch(() => {
    throw new Offline()
  })
  return {
    status: answer.status,
    body: (await answer.json().catch(() => null)) as Answer['body'],
    date: Date.parse(answer.headers.get('date') ?? '') || undefined,
    retryAfter: Number(answer.headers.get('retry-after')) || undefined,
  }
}

/** Reads a stream of text until it ends or `signal` stops it; its status. */
export const stream: null | ((path: string, headers: Record<string, string>, signal: AbortSignal, onText: (piece: string) => void) => Promise<number>) = async (path, headers, signal, onText) => {
  const answer = await fetch(path, { headers: { ...headers, Accept: 'text/event-stream' }, signal })
  const reader = answer.ok ? answer.body?.getReader() : undefined
  const text = new TextDecoder()
  for (let part = await reader?.read(); part && !part.done; part = await reader!.read()) onText(text.decode(part.value, { stream: true }))
  return answer.status
}

/** Tells when the app is looked at and when it no longer is. */
export function onLook(tell: (looking: boolean) => void): void {
  document.addEventListener('visibilitychange', () => tell(document.visibilityState === 'visible'))
}

/** Uploads a kept picture with text fields; tells the share sent as it goes. */
export async function upload(path: string, photo: string, fields: Record<string, string>, headers: Record<string, string>, onShare: (share: number) => void): Promise<Answer> {
  const blob = await get<Blob>('photos', photo)
  if (!blob) return { status: 422, body: { code: 42200, message: '手机里找不到这张照片了，请重新拍一张' } }
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', blob, 'photo.jpg')
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open('POST', path)
    xhr.timeout = 60_000
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    xhr.upload.onprogress = (e) => onShare(e.total ? e.loaded / e.total : 0)
    xhr.onerror = xhr.ontimeout = xhr.onabort = () => reject(new Offline())
    xhr.onload = () => {
      let body: Answer['body'] = null
      try {
        body = JSON.parse(xhr.responseText) as Answer['body']
      } catch {
        // Not ours; the status tells enough.
      }
      resolve({ status: xhr.status, body, retryAfter: Number(xhr.getResponseHeader('retry-after')) || undefined })
    }
    xhr.send(form)
  })
}

let database: Promise<IDBDatabase> | undefined

function db(): Promise<IDBDatabase> {
  database ??= new Promise((resolve, reject) => {
    const open = indexedDB.open('suishoupai', 1)
    open.onupgradeneeded = () => {
      open.result.createObjectStore('jobs', { keyPath: 'id' })
      open.result.createObjectStore('photos')
    }
    open.onsuccess = () => resolve(open.result)
    open.onerror = () => reject(new Error('手机存储不可用，请退出无痕模式或清理空间后再试'))
  })
  return database
}

async function run<T>(store: string, mode: IDBTransactionMode, act: (s: IDBObjectStore) => IDBRequest): Promise<T> {
  const d = await db()
  return new Promise((resolve, reject) => {
    const deal = d.transaction(store, mode)
    const asked = act(deal.objectStore(store))
    deal.oncomplete = () => resolve(asked.result as T)
    deal.onerror = deal.onabort = () => reject(new Error('手机空间不足，没能存下。请清理空间后再试'))
  })
}

const get = <T>(store: string, id: string) => run<T | undefined>(store, 'readonly', (s) => s.get(id))

export const jobs = {
  load: () => run<Job[]>('jobs', 'readonly', (s) => s.getAll()),
  save: (job: Job) => run<void>('jobs', 'readwrite', (s) => s.put(JSON.parse(JSON.stringify(job)))),
  drop: async (job: Job) => {
    for (const shot of job.shots) await dropPhoto(shot.key)
    await run<void>('jobs', 'readwrite', (s) => s.delete(job.id))
  },
}

const urls = new Map<string, string>()

/** Keeps the bytes of a picture under a key. */
export async function keepPhoto(photo: string, picked: Extract<Picked, { blob: Blob }>): Promise<void> {
  await run('photos', 'readwrite', (s) => s.put(picked.blob, photo))
}

/** An address to show a kept picture at. */
export async function photoUrl(photo: string): Promise<string> {
  const known = urls.get(photo)
  if (known) return known
  const blob = await get<Blob>('photos', photo)
  const url = blob ? URL.createObjectURL(blob) : ''
  urls.set(photo, url)
  return url
}

export async function dropPhoto(photo: string): Promise<void> {
  const url = urls.get(photo)
  if (url) URL.revokeObjectURL(url)
  urls.delete(photo)
  await run('photos', 'readwrite', (s) => s.delete(photo))
}

/** Lets the user take (`camera`) or choose up to `count` pictures; resolves empty when he changes his mind. */
export function pick(count: number, camera: boolean, limit: number): Promise<Picked[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = 'image/*'
    input.multiple = !camera && count > 1
    if (camera) input.setAttribute('capture', 'environment')
    input.oncancel = () => resolve([])
    input.onchange = () => resolve(Promise.all([...(input.files ?? [])].slice(0, count).map((f) => prepare(f, limit))))
    input.click()
  })
}

/** Reads a picture's facts, then makes it small enough if it must be. */
export async function prepare(file: Blob & { lastModified?: number }, limit: number): Promise<Picked> {
  const read = readFacts(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()))
  const todo = plan(read.format, file.size, limit)
  if (todo.do === 'refuse') return todo
  const facts: ShotFacts = { taken: read.taken ?? file.lastModified ?? Date.now(), fromPicture: !!read.taken }
  if (read.longitude !== undefined) Object.assign(facts, { longitude: read.longitude, latitude: read.latitude, coord_type: 'wgs84' })
  if (todo.do === 'send') return { blob: new Blob([await file.arrayBuffer()], { type: file.type }), facts }
  try {
    return { blob: await reduce(file), facts }
  } catch {
    return { why: cannotReduce(read.format) }
  }
}

/** Decoding and encoding run off the main thread where the browser has OffscreenCanvas. */
async function reduce(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
  const { width, height } = reducedSize(bitmap.width, bitmap.height)
  if (typeof OffscreenCanvas !== 'undefined') {
    const canvas = new OffscreenCanvas(width, height)
    canvas.getContext('2d')!.drawImage(bitmap, 0, 0, width, height)
    return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.88 })
  }
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  canvas.getContext('2d')!.drawImage(bitmap, 0, 0, width, height)
  return new Promise((resolve, reject) => canvas.toBlob((b) => (b ? resolve(b) : reject(new Error('no blob'))), 'image/jpeg', 0.88))
}

/** Where the phone is; throws a sentence that says what to do. */
export function locate(): Promise<Fix> {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) return reject(new Error('这个浏览器不能定位，请在地图上标出位置'))
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ longitude: coords.longitude, latitude: coords.latitude, accuracy: coords.accuracy, coord_type: 'wgs84', source: 'device' }),
      (e) => reject(new Error(e.code === 1 ? '没有定位权限，请在地图上标出位置，或在浏览器设置里允许定位' : '暂时定不到位置，请在地图上标出')),
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 3_000 },
    )
  })
}

/** Calls back when there is reason to hope that the network is there again. */
export function onHope(again: () => void, changed: (online: boolean) => void): void {
  addEventListener('online', () => (changed(true), again()))
  addEventListener('offline', () => changed(false))
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && again())
}

/** A citizen's login without a question: the key of this browser, or the demonstration's code where the door is older. */
export async function quiet(post: (path: string, body: unknown) => Promise<Answer>): Promise<Answer> {
  let guest = kept.get('guest')
  if (!guest) {
    guest = randomKey(crypto.getRandomValues(new Uint8Array(32)))
    kept.set('guest', guest)
  }
  const answer = await post('/v1/auth/guest', { key: guest })
  return answer.status === 404 ? post('/v1/auth/wechat', { code: `demo-${guest}.${Date.now()}` }) : answer
}

/** Lets the app open without signal: its own files and the pictures it showed stay on the phone. Only over https or on this machine. */
export function keepScreens(): void {
  void navigator.serviceWorker?.register('/m/sw.js').catch(() => undefined)
}

/** Fetches a picture that will be wanted where there is no signal: what is fetched is kept. */
export async function fetchPicture(url: string): Promise<void> {
  await fetch(url).catch(() => undefined)
}

/** Forgets the pictures that were kept for work without signal. */
export async function forgetPictures(): Promise<void> {
  await globalThis.caches?.delete('pictures')
}

/** Subscription messages are the mini-program's. */
export async function askMessages(_templates: string[]): Promise<void> {}
