/** The built mini-program, tapped through in the simulator of components. Run after `build:weapp`. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { built, OFFLINE, openWeapp, refused } from './weapp.mjs'

const require = createRequire(import.meta.url)
const asked = (page, path) => page.did.requests.filter((r) => r.path === path)

/** The home page, past the consent, with one photo taken. */
async function photographed(given = {}) {
  const page = await openWeapp('pages/home/index', given)
  await page.tap('.btn-main', '同意并开始')
  await page.until(() => page.text().includes('已定位'))
  await page.tap('.shutter')
  await page.until(() => page.count('.kept') === 1)
  return page
}

test('the home page of the mini-program: consent, camera, photo, place, sent', { timeout: 60_000 }, async () => {
  assert.equal(JSON.parse(await built('app.json')).pages[0], 'pages/home/index')
  const page = await openWeapp('pages/home/index')
  const { did, tap, text, until } = page
  await until(() => text().includes('开始之前'))
  await tap('.btn-main', '同意并开始')
  await until(() => !text().includes('开始之前'))
  await until(() => asked(page, '/v1/me/consents').length)
  assert.deepEqual(asked(page, '/v1/me/consents')[0].data, { privacy_version: 2 })
  assert.ok(asked(page, '/v1/me/consents')[0].header['Idempotency-Key'])
  await until(() => text().includes('已定位，误差约 12 米'))
  assert.deepEqual([...new Set(did.located)], ['gcj02'])

  // Who can't see the screen is told what the button does.
  assert.match(await built('base.wxml'), /<view [^>]*aria-label="{{i\.p\d+}}"/)
  assert.ok(page.named('拍照上报'))
  await tap('.shutter')
  await until(() => page.count('.kept') === 1)
  assert.deepEqual([did.chosen[0].sourceType, did.chosen[0].sizeType], [['camera'], ['original']])
  assert.match(did.copied[0], /^wxfile:\/\/usr\/.+\.jpg$/)
  await until(() => text().includes('环秀街道'))
  await tap('.btn-main', '提交')
  await until(() => text().includes('收到了，谢谢您'))

  const [upload] = did.uploads
  assert.equal(upload.name, 'file')
  assert.deepEqual([upload.formData.coord_type, upload.formData.channel], ['gcj02', 'mini_program'])
  const sent = asked(page, '/v1/reports')[0].data
  assert.deepEqual([sent.photo_ids, sent.coord_type, sent.location_source, sent.source], [['p1'], 'gcj02', 'device', 'mini_program'])
  assert.deepEqual([sent.longitude, sent.latitude], [120.4495, 36.3645])
  assert.deepEqual(did.subscribed, [['tmpl-1']])
  assert.deepEqual(did.unlinked, did.copied) // what was delivered leaves the phone
  assert.ok(did.requests.every((r) => r.path.startsWith('/v1/')))

  await tap('.btn', '看进度')
  await until(() => did.opened.includes('/pages/report/index?id=r1'))
  await tap('.tab', '我的')
  await until(() => text().includes('还没有上报过') && text().includes('工作人员登录'))
  await page.close()
})

test('a finger on the photo marks the problem, and the mark is sent', { timeout: 60_000 }, async () => {
  const page = await photographed()
  await page.tap('.kept-mark')
  await page.until(() => page.text().includes('用手指在照片上框出问题'))
  await page.until(() => page.count('.mark') === 1)
  await page.send('.mark-whole', 'load', { width: 900, height: 1600 }) // upright: the buttons stay in sight
  await page.until(() => /width: 228\.15px/.test(page.style('.mark')))
  await page.until(() => page.did.measured.includes('.mark'))
  await page.touch('.mark', [[16 + 358 * 0.1, 200 + 268 * 0.2], [16 + 358 * 0.12, 200 + 268 * 0.22]]) // a slip
  assert.equal(page.count('.mark-box'), 0)
  await page.touch('.mark', [[16 + 358 * 0.25, 200 + 268 * 0.5], [16 + 358 * 0.5, 200 + 268 * 0.6], [16 + 358 * 0.75, 200 + 268 * 2]])
  await page.until(() => page.text().includes('已框出，约占照片的 25%')) // it ends with the photo
  assert.match(page.style('.mark-box'), /left: 25%.*top: 50%.*width: 50%.*height: 50%/)
  await page.tap('.btn-main', '就是这块')
  await page.until(() => page.text().includes('已圈出'))
  await page.tap('.btn-main', '提交')
  await page.until(() => asked(page, '/v1/reports').length)
  assert.deepEqual(asked(page, '/v1/reports')[0].data.regions, [{ photo_id: 'p1', x: 0.25, y: 0.5, width: 0.5, height: 0.5 }])
  await page.close()
})

test('the pin on WeChat’s map follows a hand, not the map’s own moves', { timeout: 60_000 }, async () => {
  const page = await photographed()
  await page.tap('.link', '改位置')
  const there = { longitude: 120.4511, latitude: 36.3651 }
  await page.hand('.map-tall', { type: 'begin', causedBy: 'update' })
  await page.hand('.map-tall', { type: 'end', causedBy: 'update', detail: { centerLocation: there } })
  await page.hand('.map-tall', { type: 'begin', causedBy: 'gesture' })
  assert.ok(page.text().includes('手机定位，误差约 12 米'))
  await page.hand('.map-tall', { type: 'end', causedBy: 'drag', detail: { centerLocation: there } })
  await page.until(() => page.text().includes('您在地图上标的位置'))
  await page.tap('.btn-main', '就是这里')
  await page.tap('.btn-main', '提交')
  await page.until(() => asked(page, '/v1/reports').length)
  const { longitude, latitude, coord_type, location_source, accuracy } = asked(page, '/v1/reports')[0].data
  assert.deepEqual([longitude, latitude, coord_type, location_source, accuracy], [120.4511, 36.3651, 'gcj02', 'pin', undefined])
  await page.close()
})

test('a draft: words and category are kept over a restart, the last photo taken out ends it', { timeout: 60_000 }, async () => {
  const store = new Map()
  const said = {
    '/v1/categories': { version: 'v1', worklines: [{ code: 'w', name: '市容环境', categories: [{ code: 'c1', name: '暴露垃圾' }, { code: 'c2', name: '道路破损' }] }] },
    '/v1/categories/suggest': { items: [{ code: 'c2', name: '道路破损', confidence: 0.8 }] },
  }
  const page = await photographed({ store, said })
  await page.send('.field-many', 'input', { value: '路上有个坑' })
  await page.until(() => page.text().includes('可能是这一类，点一下确认'))
  await page.tap('.chip', '道路破损')
  await page.until(() => page.count('.chip-on') === 1)
  await page.tap('.strip-add', '再拍一张')
  await page.until(() => page.count('.kept') === 2)
  await page.close()

  const again = await openWeapp('pages/home/index', { store, said })
  await again.until(() => again.count('.kept') === 2 && again.texts('.chip-on').join() === '道路破损')
  assert.ok(again.named('路上有个坑'))
  await again.tap('.kept-drop')
  await again.until(() => again.count('.kept') === 1)
  await again.tap('.kept-drop')
  await again.until(() => again.text().includes('看到问题，拍下来'))
  assert.deepEqual(again.did.unlinked.length, 2)
  assert.deepEqual(store.get('ssp.jobs'), [])
  await again.close()
})

test('the states of what waits: no network, kept over a restart, refused with what to do, sent', { timeout: 60_000 }, async () => {
  const store = new Map()
  const page = await photographed({ store, said: { '/v1/photos': OFFLINE } })
  await page.tap('.btn-main', '提交')
  await page.until(() => page.text().includes('连接不上服务器，已保存，恢复后继续'))
  assert.deepEqual(page.texts('.kept-state'), ['已存'])
  assert.equal(asked(page, '/v1/reports').length, 0)
  await page.close()

  const again = await openWeapp('pages/home/index', { store, said: { '/v1/photos': refused(422, 42200, '照片打不开') } })
  await again.until(() => again.texts('.kept-state').join() === '没被接收')
  await again.until(() => again.text().includes('照片打不开') && again.text().includes('去掉这张再发') && again.text().includes('改一改'))
  again.server['/v1/photos'] = { id: 'p2' }
  again.server['/v1/reports'] = refused(422, 42200, '位置不在辖区')
  await again.tap('.btn', '改一改')
  await again.until(() => again.text().includes('再拍一张'))
  await again.tap('.strip-add', '再拍一张')
  await again.until(() => again.count('.kept') === 1)
  await again.tap('.btn-main', '提交')
  await again.until(() => again.text().includes('位置不在辖区'))
  again.server['/v1/reports'] = { report_id: 'r1', ticket_id: 't1', received_at: '2026-11-23T12:00:00+08:00', repeated: false, place_hint: { sentence: '到了' } }
  const [first] = asked(again, '/v1/reports')
  await again.tap('.btn', '现在就发')
  await again.until(() => asked(again, '/v1/reports').length === 2)
  const second = asked(again, '/v1/reports')[1]
  assert.notEqual(second.header['Idempotency-Key'], first.header['Idempotency-Key']) // another act than the refused one
  assert.deepEqual([second.data.photo_ids, again.did.uploads.length], [['p2'], 2])
  await again.until(() => store.get('ssp.jobs').length === 0)
  await again.close()
})

const URLS = { display: 'https://localhost/d.jpg', medium: 'https://localhost/m.jpg', thumb: 'https://localhost/t.jpg' }
const picture = (id, part, region = null, round = 0) => ({ id, part, round, ticket_id: 't1', state: 'ready', captured_at: null, received_at: '2026-11-23T10:00:00+08:00', region, urls: URLS })
const TICKET = {
  id: 't1', number: 'SSP2026-000009', version: 3, state: { stage: 'handling', label: '处置中', reason: null }, source_label: '市民上报', words: '墙根一堆', reports: 1, reworks: 1, stars: null,
  category: { code: 'c1', name: '暴露垃圾' }, category_hint: null, photos: [picture('p0', 'before'), picture('p1', 'before', { x: 0.25, y: 0.25, width: 0.5, height: 0.5 })],
  proof: null, clock: { due_at: '2026-11-24T12:00:00+08:00' }, place: { longitude: 120.4495, latitude: 36.3645, coord_type: 'gcj02', address: '文化社区第4网格', accuracy: 12 },
  lead: { name: '环秀街道片区组' }, person: null, assist: null, task: null, duty: null, standard: null, opened_at: '2026-11-23T10:00:00+08:00', attention: [],
  allowed_actions: [{ action: 'submit_fix', label: '提交处置' }, { action: 'dispatch', label: '派遣' }],
}
const STEPS = { items: [
  { at: '2026-11-23T10:00:00+08:00', stage_label: '待受理', sentence: '收到上报' },
  { at: '2026-11-23T10:30:00+08:00', stage_label: '处置中', sentence: '督查组返工', action: 'rework', note: '没清干净', by: { name: '督查一' } },
] }
const TOLD = { '/v1/tickets/t1': TICKET, '/v1/tickets/t1/timeline': STEPS }

test('a ticket: the latest step first, why it came back, the mark on the photo, the acts', { timeout: 60_000 }, async () => {
  const page = await openWeapp('pages/ticket/index', { query: { id: 't1' }, said: TOLD })
  await page.until(() => page.count('.step') === 2)
  assert.match(page.texts('.step')[0], /督查组返工.*10:30/)
  assert.match(page.texts('.step')[1], /收到上报/)
  assert.ok(page.text().includes('返工：没清干净') && page.text().includes('在电脑上还可以：派遣'))
  await page.send('.hero-img', 'load', { width: 1600, height: 900 })
  await page.until(() => page.count('.mark-box') === 1)
  assert.ok(page.named('框出的是要处置的地方'))
  // 16:9 filling 358 × 264: the sides are cut off, so the mark is wider than half.
  assert.match(page.style('.mark-box'), /left: 17\.2\d%.*top: 25%.*width: 65\.5\d%.*height: 50%/)
  await page.tap('.btn', '提交处置')
  await page.until(() => page.did.opened.some((url) => url.startsWith('/pages/act/index?id=t1&action=submit_fix')))
  await page.close()
})

test('a proof through the viewfinder: guided by the marked photo, kept, sent; a camera that is not allowed says what to do', { timeout: 60_000 }, async () => {
  const query = { id: 't1', action: 'submit_fix', label: encodeURIComponent('提交处置') }
  const page = await openWeapp('pages/act/index', { query, said: { ...TOLD, '/v1/tickets/t1/actions': TICKET } })
  await page.until(() => page.text().includes('您就在现场'))
  await page.tap('.strip-add', '拍照')
  await page.until(() => page.text().includes('框里是要处置的地方'))
  // 4:3, shown whole in 390 × 520.
  await page.until(() => page.count('.finder-frame') === 1)
  assert.match(page.style('.finder-frame'), /left: 25%.*top: 35\.94%.*width: 50%.*height: 28\.13%/)

  await page.send('.finder-view', 'error', {})
  await page.until(() => page.text().includes('没有相机权限，请点“去设置”允许，或用手机相机拍'))
  assert.equal(page.count('.finder-shutter'), 0)
  await page.tap('.finder-btn', '去设置')
  await page.until(() => page.count('.finder-shutter') === 1)
  await page.tap('.finder-shutter')
  await page.until(() => page.count('.finder-shutter') === 0 && page.count('.kept') === 1)
  assert.deepEqual(page.did.shots, ['original'])
  await page.tap('.btn-main', '提交处置')
  await page.until(() => asked(page, '/v1/tickets/t1/actions').length)
  assert.deepEqual(asked(page, '/v1/tickets/t1/actions')[0].data, { action: 'submit_fix', photo_ids: ['p1'] })
  await page.until(() => page.did.opened.join() === '/pages/home/index') // nothing to go back to: opened by its address
  await page.close()
})

test('WeChat’s own compilers take every template and style sheet, and no rule is lost for its universal selector', async () => {
  const folder = resolve(import.meta.dirname, '../dist/weapp')
  const compiler = require('miniprogram-compiler')
  assert.ok(compiler.wxmlToJs(folder).length > 10_000)
  assert.ok(compiler.wxssToJs(folder).length > 10_000)
  const told = (await built('app-origin.wxss')).replace(/\s/g, '')
  const sources = resolve(import.meta.dirname, '../src/ui')
  const css = (await Promise.all((await readdir(sources)).filter((f) => f.endsWith('.css')).map((f) => readFile(resolve(sources, f), 'utf8')))).join('\n')
  const universal = css.replace(/\/\*.*?\*\//gs, '').match(/[^{},]*\*[^{},]*(?=[,{])/g).map((s) => s.replace(/\s/g, ''))
  assert.ok(universal.length >= 4)
  for (const selector of universal) assert.ok(told.includes(selector === '.page*' ? '.pageview' : selector.replaceAll('*', 'view')), selector)
})
