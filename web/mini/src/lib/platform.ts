/** The mini-program's side of the ports: Taro.request and uploadFile, files in the user's folder, wx.getLocation. */
import Taro from '@tarojs/taro'
import { Answer, Offline, randomKey } from '../../../shared/mini-api'
import type { Fix } from '../../../shared/mini-geo'
import { cannotReduce, HEAD_BYTES, plan, readFacts } from '../../../shared/mini-photo'
import type { Job, ShotFacts } from '../../../shared/mini-queue'
import type { Kept } from '../../../shared/mini-session'

declare const API_ORIGIN: string

export const coordType: 'wgs84' | 'gcj02' = 'gcj02'
export const source = 'mini_program' as const
export const channel = 'mini_program' as const

/** A picture ready to be kept, or the reason why it can't be. */
export type Picked = { path: string; facts: ShotFacts } | { why: string }

export const kept: Kept = {
  get: (key) => (Taro.getStorageSync(`ssp.${key}`) as string) || null,
  set: (key, value) => (value === null ? Taro.removeStorageSync(`ssp.${key}`) : Taro.setStorageSync(`ssp.${key}`, value)),
}

/** Keys need to be unlike each other, not secret; the login's code comes from WeChat. */
export function key(): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(Math.random() * 256))
  return randomKey(bytes)
}

type Headers = Record<string, string>

function header(all: Headers, name: string): string | undefined {
  const found = Object.keys(all).find((k) => k.toLowerCase() === name)
  return found && all[found]
}

/** Calls the door; throws `Offline` when nothing came back. */
export async function request(method: string, path: string, body: unknown, headers: Headers): Promise<Answer> {
  const answer = await Taro.request({ url: API_ORIGIN + path, method: method as 'GET' | 'POST', data: body, header: headers, timeout: 60_000 }).catch(() => {
    throw new Offline()
  })
  const said = answer.header as Headers
  return {
    status: answer.statusCode,
    body: typeof answer.data === 'object' ? (answer.data as Answer['body']) : null,
    date: Date.parse(header(said, 'date') ?? '') || undefined,
    retryAfter: Number(header(said, 'retry-after')) || undefined,
  }
}

/** The mini-program has no streams worth the battery: it asks now and then. */
export const stream: null | ((path: string, headers: Headers, signal: AbortSignal, onText: (piece: string) => void) => Promise<number>) = null

/** Tells when the app is looked at and when it no longer is. */
export function onLook(tell: (looking: boolean) => void): void {
  Taro.onAppShow(() => tell(true))
  Taro.onAppHide(() => tell(false))
}

/** Uploads a kept picture with text fields; tells the share sent as it goes. */
export function upload(path: string, photo: string, fields: Headers, headers: Headers, onShare: (share: number) => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const task = Taro.uploadFile({
      url: API_ORIGIN + path,
      filePath: fileOf(photo),
      name: 'file',
      formData: fields,
      header: headers,
      timeout: 60_000,
      success: (r) => {
        let body: Answer['body'] = null
        try {
          body = JSON.parse(r.data) as Answer['body']
        } catch {
          // Not ours; the status tells enough.
        }
        resolve({ status: r.statusCode, body })
      },
      fail: () => reject(new Offline()),
    })
    // The task is a promise as well; its failure is heard above.
    void Promise.resolve(task).catch(() => undefined)
    task.onProgressUpdate?.((p) => onShare(p.progress / 100))
  })
}

const files = () => Taro.getFileSystemManager()
const fileOf = (photo: string) => `${Taro.env.USER_DATA_PATH}/${photo}.jpg`
const INDEX = 'ssp.jobs'
const index = () => (Taro.getStorageSync(INDEX) as string[]) || []

export const jobs = {
  load: async (): Promise<Job[]> => index().map((id) => Taro.getStorageSync(`ssp.job.${id}`) as Job).filter(Boolean),
  save: async (job: Job): Promise<void> => {
    Taro.setStorageSync(`ssp.job.${job.id}`, job)
    if (!index().includes(job.id)) Taro.setStorageSync(INDEX, [...index(), job.id])
  },
  drop: async (job: Job): Promise<void> => {
    for (const shot of job.shots) await dropPhoto(shot.key)
    Taro.setStorageSync(INDEX, index().filter((id) => id !== job.id))
    Taro.removeStorageSync(`ssp.job.${job.id}`)
  },
}

/** Keeps a picture under a key: temporary files go away with the app. */
export function keepPhoto(photo: string, picked: Extract<Picked, { path: string }>): Promise<void> {
  return new Promise((resolve, reject) => {
    files().copyFile({
      srcPath: picked.path,
      destPath: fileOf(photo),
      success: () => resolve(),
      fail: () => reject(new Error('手机空间不足，没能存下。请清理空间后再试')),
    })
  })
}

/** An address to show a kept picture at. */
export async function photoUrl(photo: string): Promise<string> {
  return fileOf(photo)
}

export async function dropPhoto(photo: string): Promise<void> {
  await new Promise<void>((done) => files().unlink({ filePath: fileOf(photo), success: () => done(), fail: () => done() }))
}

/** Lets the user take (`camera`) or choose up to `count` pictures; resolves empty when he changes his mind. */
export async function pick(count: number, camera: boolean, limit: number): Promise<Picked[]> {
  const chosen = await Taro.chooseMedia({
    count,
    mediaType: ['image'],
    sourceType: camera ? ['camera'] : ['album'],
    sizeType: ['original'],
  }).catch((e: { errMsg?: string }) => {
    if (e.errMsg?.includes('cancel')) return null
    return Promise.reject(new Error('没有相机权限，请点右上角“…›设置”允许使用摄像头，或从相册选'))
  })
  return chosen ? Promise.all(chosen.tempFiles.map((f) => prepare(f.tempFilePath, f.size, limit, camera))) : []
}

/** Reads a picture's facts, then makes it small enough if it must be. */
export async function prepare(path: string, size: number, limit: number, camera: boolean): Promise<Picked> {
  const head = files().readFileSync(path, undefined, 0, Math.min(HEAD_BYTES, size)) as ArrayBuffer
  const read = readFacts(new Uint8Array(head))
  const todo = plan(read.format, size, limit)
  if (todo.do === 'refuse') return todo
  const facts: ShotFacts = { taken: read.taken ?? (camera ? Date.now() : undefined), fromPicture: !!read.taken }
  if (read.longitude !== undefined) Object.assign(facts, { longitude: read.longitude, latitude: read.latitude, coord_type: 'wgs84' })
  if (todo.do === 'send') return { path, facts }
  const small = await Taro.compressImage({ src: path, quality: 80 }).catch(() => null)
  return small ? { path: small.tempFilePath, facts } : { why: cannotReduce(read.format) }
}

/** Where the phone is; throws a sentence that says what to do. */
export async function locate(): Promise<Fix> {
  const at = await Taro.getLocation({ type: 'gcj02', isHighAccuracy: true, highAccuracyExpireTime: 4000 }).catch((e: { errMsg?: string }) => {
    throw new Error(e.errMsg?.includes('auth') ? '没有定位权限，请在地图上标出位置，或点右上角“…›设置”允许定位' : '暂时定不到位置，请在地图上标出')
  })
  return { longitude: at.longitude, latitude: at.latitude, accuracy: at.accuracy, coord_type: 'gcj02', source: 'device' }
}

/** Calls back when there is reason to hope that the network is there again. */
export function onHope(again: () => void, changed: (online: boolean) => void): void {
  Taro.onNetworkStatusChange((n) => {
    changed(n.isConnected)
    if (n.isConnected) again()
  })
  Taro.onAppShow(() => again())
}

/** A citizen's login without a question. */
export async function quiet(post: (path: string, body: unknown) => Promise<Answer>): Promise<Answer> {
  const { code } = await Taro.login()
  return post('/v1/auth/wechat', { code })
}

/** The mini-program is on the phone already. */
export function keepScreens(): void {}

/** WeChat keeps pictures for itself, those it has shown. */
export async function fetchPicture(_url: string): Promise<void> {}

/** WeChat keeps pictures for itself. */
export async function forgetPictures(): Promise<void> {}

/** Asks leave to send progress messages; must follow a tap, and a refusal is nobody's business. */
export async function askMessages(templates: string[]): Promise<void> {
  if (templates.length) await Taro.requestSubscribeMessage({ tmplIds: templates.slice(0, 3), entityIds: [] }).catch(() => undefined)
}
