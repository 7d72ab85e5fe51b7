/** The first page of the built mini-program, tapped through in the simulator of components. Run after `build:weapp`. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { built, openWeapp } from './weapp.mjs'

test('the home page of the mini-program: consent, camera, photo, place, sent', { timeout: 60_000 }, async () => {
  assert.equal(JSON.parse(await built('app.json')).pages[0], 'pages/home/index')
  const page = await openWeapp('pages/home/index')
  const { did, tap, text, until } = page
  const asked = (path) => did.requests.filter((r) => r.path === path)
  await until(() => text().includes('开始之前'))
  await tap('.btn-main', '同意并开始')
  await until(() => !text().includes('开始之前'))
  await until(() => asked('/v1/me/consents').length)
  assert.deepEqual(asked('/v1/me/consents')[0].data, { privacy_version: 2 })
  assert.ok(asked('/v1/me/consents')[0].header['Idempotency-Key'])
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
  const sent = asked('/v1/reports')[0].data
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
