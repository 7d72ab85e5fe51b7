/**
 * The built mini-program in WeChat's own simulator of components (miniprogram-simulate, with the official template compiler): the
 * home page as WeChat gets it, its templates, its setData and its taps, over a `wx` that records what it was asked.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { JSDOM } from 'jsdom'

const require = createRequire(import.meta.url)

/** A JPEG as far as its head tells. */
const PHOTO = Uint8Array.from([0xff, 0xd8, 0xff, 0xda, 0, 0]).buffer

/** What the server of these tests answers, by path. */
function answers(config) {
  const account = { id: 'c1', name: '市民', role: 'citizen', role_label: '市民', username: null, department: null, side: null, grids: [], consented_version: null }
  const tokens = { access_token: 't', token_type: 'Bearer', expires_in: 900, refresh_token: 'r', refresh_expires_in: 9000, account, is_new: true }
  return {
    '/v1/config': config,
    '/v1/categories': { version: config.categories_version, worklines: [] },
    '/v1/auth/wechat': tokens,
    '/v1/me/consents': { ...account, consented_version: config.privacy_version },
    '/v1/me': account,
    '/v1/grids/locate': { inside: true, sentence: '环秀街道', layers: {} },
    '/v1/reports/nearby': { items: [] },
    '/v1/tickets': { items: [] },
    '/v1/points': { balance: 0, month: { sentence: '本月还没有积分' }, items: [] },
    'GET /v1/reports': { items: [] },
    '/v1/reports': { report_id: 'r1', ticket_id: 't1', received_at: '2026-11-23T12:00:00+08:00', repeated: false, place_hint: { sentence: '环秀街道第一网格' } },
  }
}

const CONFIG = {
  mode: 'demo', wechat_login: true, guest_login: true, limits: { photo_bytes: 20_000_000, photos: 9, words: 500, upload_seconds: 60 },
  photo: { formats: ['jpeg'], advice: '近景一张;远景一张', display_side: 1600, medium_side: 640, thumb_side: 240 },
  categories_version: 'v1', map: null, coord_types: ['wgs84', 'gcj02'], default_coord_type: 'gcj02', privacy_version: 2,
  min_client_version: '1.0.0', subscribe_template_ids: ['tmpl-1'], district: '示例区', now: '2026-11-23T12:00:00+08:00', base_map: null,
}

/** Everything of `wx` the first page asks for; `did` keeps what it was asked. */
function phone(wx, did) {
  const store = new Map()
  const said = answers(CONFIG)
  const later = (act) => setTimeout(act, 1)
  // WeChat answers both ways: by the callback when there is one, else by a promise.
  const answer = (o, said) => new Promise((done) => later(() => (o.success?.(said), done(said))))
  const date = new Date().toUTCString()
  Object.assign(wx, {
    getStorageSync: (key) => store.get(key) ?? '',
    setStorageSync: (key, value) => void store.set(key, structuredClone(value)),
    removeStorageSync: (key) => void store.delete(key),
    env: { USER_DATA_PATH: 'wxfile://usr' },
    login: (o) => answer(o, { code: 'code-1' }),
    getLocation: (o) => (did.located.push(o.type), answer(o, { longitude: 120.4495, latitude: 36.3645, accuracy: 12 })),
    chooseMedia: (o) => (did.chosen.push(o), answer(o, { tempFiles: [{ tempFilePath: 'tmp/a.jpg', size: 6 }] })),
    requestSubscribeMessage: (o) => (did.subscribed.push(o.tmplIds), answer(o, { 'tmpl-1': 'accept' })),
    getFileSystemManager: () => ({
      readFileSync: () => PHOTO,
      copyFile: (o) => (did.copied.push(o.destPath), later(o.success)),
      unlink: (o) => (did.unlinked.push(o.filePath), later(o.success)),
    }),
    request: (o) => {
      const path = new URL(o.url).pathname
      did.requests.push({ path, method: o.method, data: o.data, header: o.header })
      const data = said[`${o.method} ${path}`] ?? said[path]
      later(() => o.success({ statusCode: data ? 200 : 404, header: { Date: date }, data: data ? { code: 0, data } : { code: 40400, message: '没有' } }))
      return { abort() {} }
    },
    uploadFile: (o) => {
      did.uploads.push(o)
      later(() => o.success({ statusCode: 201, data: JSON.stringify({ code: 0, data: { id: 'p1' } }) }))
      return { onProgressUpdate: (tell) => tell({ progress: 50 }), abort() {} }
    },
    onNetworkStatusChange() {},
    onAppShow() {},
    onAppHide() {},
    setNavigationBarTitle: (o) => void did.titles.push(o.title),
    navigateTo: (o) => (did.opened.push(o.url), answer(o, {})),
    createSelectorQuery: () => ({ select() { return this }, boundingClientRect() { return this }, exec() {} }),
  })
}

/** Opens a page of the built mini-program; `tap`, `text` and `until` act on what is drawn, `did` is what was asked of `wx`. */
export async function openWeapp(page) {
  // A copy of its own, because the folder above speaks of ES modules and the simulator caches by path.
  const root = await mkdtemp(join(tmpdir(), 'weapp-'))
  await cp(resolve(import.meta.dirname, '../dist/weapp'), root, { recursive: true })
  await writeFile(join(root, 'package.json'), '{"type":"commonjs"}')
  const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true })
  for (const name of ['document', 'Element', 'Node', 'Event', 'CustomEvent', 'HTMLElement', 'TouchEvent', 'MouseEvent']) globalThis[name] = window[name]
  globalThis.window = window
  const simulate = require('miniprogram-simulate')
  const did = { requests: [], uploads: [], chosen: [], located: [], subscribed: [], copied: [], unlinked: [], titles: [], opened: [] }
  phone(globalThis.wx, did)
  let app
  globalThis.App = (given) => (app = given)
  globalThis.getApp = () => app
  globalThis.getCurrentPages = () => []
  // A page is a component with the same templates; the simulator knows components only.
  globalThis.Page = (given) => {
    const methods = Object.fromEntries(Object.entries(given).filter(([, v]) => typeof v === 'function'))
    const attached = function () {
      this.route = page
      this.onLoad({})
    }
    const ready = function () {
      this.onShow?.()
      this.onReady?.()
    }
    globalThis.Component({ data: given.data, methods, lifetimes: { attached, ready } })
  }
  require(join(root, 'app.js'))
  app.onLaunch?.({})
  const shown = simulate.render(simulate.load(join(root, page), { compiler: 'official', rootPath: root }))
  shown.attach(window.document.body)
  const text = () => shown.dom.textContent
  const until = async (what, limit = 4000) => {
    for (let waited = 0; waited < limit; waited += 10) {
      const found = what()
      if (found) return found
      await new Promise((go) => setTimeout(go, 10))
    }
    throw new Error(`never came: ${what}\n${text()}`)
  }
  return {
    did,
    text,
    until,
    /** What the templates got as this element's attribute: the simulator draws only attributes that it knows itself. */
    named: (words) => JSON.stringify(shown.instance.data).includes(words),
    count: (selector) => shown.querySelectorAll(selector).length,
    tap: async (selector, words) => {
      const found = await until(() => shown.querySelectorAll(selector).find((e) => !words || e.dom.textContent.includes(words)))
      found.dispatchEvent('tap')
    },
    close: async () => {
      shown.detach()
      window.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** A file of the built mini-program. */
export const built = (name) => readFile(resolve(import.meta.dirname, '../dist/weapp', name), 'utf8')
