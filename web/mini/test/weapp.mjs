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

/** As an answer: there is no network; or the server refuses, in its words. */
export const OFFLINE = { offline: true }
export const refused = (status, code, message) => ({ refused: { statusCode: status, data: { code, message } } })

/** Where things are drawn, by selector: WeChat measures, the simulator does not. */
const FRAMES = { '.mark': { left: 16, top: 200, width: 358, height: 268 }, '.finder-view': { left: 0, top: 44, width: 390, height: 520 } }
const HERO = { left: 16, top: 60, width: 358, height: 264 }

/** Everything of `wx` the pages ask for; `did` keeps what it was asked, `said` is what the server answers, `store` what the phone keeps. */
function phone(wx, did, said, store) {
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
      statSync: () => ({ size: 6 }),
      copyFile: (o) => (did.copied.push(o.destPath), later(o.success)),
      unlink: (o) => (did.unlinked.push(o.filePath), later(o.success)),
    }),
    request: (o) => {
      const path = new URL(o.url).pathname
      did.requests.push({ path, method: o.method, data: o.data, header: o.header })
      const data = said[`${o.method} ${path}`] ?? said[path] ?? refused(404, 40400, '没有')
      later(() => {
        if (data.offline) o.fail({ errMsg: 'request:fail' })
        else o.success({ header: { Date: date }, ...(data.refused ?? { statusCode: 200, data: { code: 0, data } }) })
      })
      return { abort() {} }
    },
    uploadFile: (o) => {
      did.uploads.push(o)
      const data = said['/v1/photos'] ?? { id: 'p1' }
      later(() => {
        if (data.offline) o.fail({ errMsg: 'uploadFile:fail' })
        else o.success(data.refused ? { ...data.refused, data: JSON.stringify(data.refused.data) } : { statusCode: 201, data: JSON.stringify({ code: 0, data }) })
      })
      return { onProgressUpdate: (tell) => tell({ progress: 50 }), abort() {} }
    },
    getImageInfo: (o) => answer(o, { width: 1200, height: 900 }),
    getWindowInfo: () => ({ windowWidth: 390, windowHeight: 780 }),
    createCameraContext: () => ({ takePhoto: (o) => (did.shots.push(o.quality), later(() => o.success({ tempImagePath: 'tmp/shot.jpg' }))) }),
    openSetting: (o) => answer(o, { authSetting: { 'scope.camera': true } }),
    onNetworkStatusChange() {},
    onAppShow() {},
    onAppHide() {},
    setNavigationBarTitle: (o) => void did.titles.push(o.title),
    navigateTo: (o) => (did.opened.push(o.url), answer(o, {})),
    reLaunch: (o) => (did.opened.push(o.url), answer(o, {})),
    createSelectorQuery: () => {
      const asked = []
      let selector
      const query = {
        select: (one) => ((selector = one), query),
        boundingClientRect: (tell) => (asked.push([tell, FRAMES[selector] ?? HERO, selector]), query),
        exec: () => later(() => asked.forEach(([tell, frame, of]) => (tell(frame), did.measured.push(of)))),
      }
      return query
    },
  })
}

const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true })
for (const name of ['document', 'Element', 'Node', 'Event', 'CustomEvent', 'HTMLElement', 'TouchEvent', 'MouseEvent']) globalThis[name] = window[name]
globalThis.window = window
const simulate = require('miniprogram-simulate')
const exparser = createRequire(require.resolve('j-component'))('miniprogram-exparser')

/**
 * Opens a page of the built mini-program, as a fresh start of it. `query` is the page's, `said` goes over the server's answers, `store`
 * is what the phone keeps. `tap`, `touch`, `text` and `until` act on what is drawn, `did` is what was asked of `wx`.
 */
export async function openWeapp(page, { query = {}, said = {}, store = new Map() } = {}) {
  // A copy of its own, because the folder above speaks of ES modules and the simulator caches by path.
  const root = await mkdtemp(join(tmpdir(), 'weapp-'))
  await cp(resolve(import.meta.dirname, '../dist/weapp'), root, { recursive: true })
  await writeFile(join(root, 'package.json'), '{"type":"commonjs"}')
  const did = { requests: [], uploads: [], chosen: [], located: [], subscribed: [], copied: [], unlinked: [], titles: [], opened: [], shots: [], measured: [] }
  const server = Object.assign(answers(CONFIG), said)
  phone(globalThis.wx, did, server, store)
  let app
  globalThis.App = (given) => (app = given)
  globalThis.getApp = () => app
  globalThis.getCurrentPages = () => []
  // A page is a component with the same templates; the simulator knows components only.
  globalThis.Page = (given) => {
    const methods = Object.fromEntries(Object.entries(given).filter(([, v]) => typeof v === 'function'))
    const attached = function () {
      this.route = page
      this.onLoad(query)
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
  const all = (selector) => shown.querySelectorAll(selector)
  const send = (element, name, detail, fields) =>
    exparser.Event.dispatchEvent(element._exparserNode, exparser.Event.create(name, detail, { bubbles: true, capturePhase: true, composed: true, extraFields: fields }))
  return {
    did,
    /** The server's answers from now on. */
    server,
    text,
    until,
    /** What the templates got as this element's attribute: the simulator draws only attributes that it knows itself. */
    named: (words) => JSON.stringify(shown.instance.data).includes(words),
    count: (selector) => all(selector).length,
    texts: (selector) => all(selector).map((e) => e.dom.textContent),
    style: (selector) => all(selector)[0]?.dom.style.cssText ?? '',
    tap: async (selector, words) => {
      const found = await until(() => all(selector).find((e) => !words || e.dom.textContent.includes(words)))
      found.dispatchEvent('tap')
    },
    /** A finger from one point of the screen over others. */
    touch: async (selector, [from, ...over]) => {
      const found = await until(() => all(selector)[0])
      const at = ([clientX, clientY]) => ({ touches: [{ clientX, clientY }], changedTouches: [{ clientX, clientY }] })
      send(found, 'touchstart', {}, at(from))
      for (const point of over) send(found, 'touchmove', {}, at(point))
      send(found, 'touchend', {}, { touches: [], changedTouches: [] })
    },
    /** An event of a component of WeChat's own. */
    send: async (selector, name, detail) => send(await until(() => all(selector)[0]), name, detail, {}),
    /** An event as WeChat hands it to the page, for those of native components whose name is not that of their binding. */
    hand: async (selector, event) => {
      const { dataset } = (await until(() => all(selector)[0])).dom
      shown.instance.eh({ currentTarget: { dataset: { ...dataset } }, target: { dataset: { ...dataset } }, detail: {}, ...event })
    },
    close: async () => {
      shown.detach()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** A file of the built mini-program. */
export const built = (name) => readFile(resolve(import.meta.dirname, '../dist/weapp', name), 'utf8')
