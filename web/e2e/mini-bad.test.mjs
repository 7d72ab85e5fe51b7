/** Bad input on a phone: each a sentence that says what to do, and nothing typed or snapped is lost. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { photo } from './mini-draw.mjs';
import { agree, choose, person, PHONE, PLACE, prove, RUN, shutter, stage, submit, until } from './mini-help.mjs';
import { keptServer, PASSWORD } from './server.mjs';

const { on, phone, staff, sound, report } = stage(keptServer);

const file = (name, head, size) => ({ name, mimeType: 'image/jpeg', buffer: Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(size)]) });

/** Gives the chooser a file too large to be passed by value. */
async function chooseLarge(page, button, buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'mini-e2e-'));
  await writeFile(join(folder, 'large.jpg'), buffer);
  await choose(page, button, [join(folder, 'large.jpg')]);
  return () => rm(folder, { recursive: true });
}

test('a denied location: the place is marked by hand, in the datum of the map, and sent', { timeout: 120_000 }, async () => {
  const page = await phone({ permissions: [] });
  await page.getByText('没有定位权限').first().waitFor();
  await choose(page, shutter(page), [await photo(page, RUN + 51, true)]);
  await page.getByLabel('补充说明').fill('没有定位也能报');
  await page.getByRole('button', { name: '在地图上标' }).click();
  await page.getByRole('button', { name: '就是这里' }).click();
  await page.getByText('您在地图上标的位置').waitFor();
  await sound(page, 'no-location');
  await submit(page).click();
  await page.getByText('收到了，谢谢您').waitFor();
  const [row] = await until(async () => { const found = await on.desk.find('没有定位也能报'); return found.length && found; });
  const { map } = await on.desk.get('/v1/config');
  const ticket = await on.desk.get(`/v1/tickets/${row.id}?coord_type=gcj02`);
  assert.ok(Math.abs(ticket.place.longitude - map.center.longitude) < 2e-5, `${ticket.place.longitude} ${map.center.longitude}`);
  assert.ok(Math.abs(ticket.place.latitude - map.center.latitude) < 2e-5);
});

test('a denied camera: the proof is taken with the phone’s own camera', { timeout: 120_000 }, async () => {
  const page = await staff('grid-huanxiu1', { ...PLACE, longitude: 120.46, latitude: 36.358 });
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await page.reload();
  await choose(page, shutter(page), [await photo(page, RUN + 52, true)]);
  await page.getByRole('button', { name: '拍处理后' }).click();
  await page.getByText('没有相机权限，请在浏览器设置里允许，或用手机相机拍').waitFor();
  await sound(page, 'no-camera');
  await choose(page, page.getByRole('button', { name: '用手机相机' }), [await photo(page, RUN + 52, false)]);
  await page.getByRole('button', { name: '上报并已处置' }).waitFor();
  await page.getByRole('img', { name: '第 1 张照片' }).nth(1).waitFor();
});

test('a HEIC, a thing that is no photo, an unreadable and a readable 40 MB photo', { timeout: 120_000 }, async () => {
  const page = await phone({ geolocation: { ...PLACE, longitude: 120.4535, latitude: 36.3565 } });
  await choose(page, shutter(page), [await photo(page, RUN + 53, true)]);
  await page.getByLabel('补充说明').fill('写好的话');
  const more = page.getByRole('button', { name: '再拍一张' });
  await choose(page, more, [file('a.heic', '\0\0\0\x18ftypheic', 1000)]);
  await page.getByText('这张是 HEIC 照片').waitFor();
  await sound(page, 'heic');
  await choose(page, more, [file('c.pdf', '%PDF-1.7', 1000)]);
  await page.getByText('这个文件不是照片').waitFor();
  const unread = await chooseLarge(page, more, file('b.jpg', '\xff\xd8\xff\xe0', 40_000_000).buffer);
  await page.getByText('这张照片太大').waitFor();
  await unread();
  const { buffer } = await photo(page, RUN + 54, true);
  const read = await chooseLarge(page, more, Buffer.concat([buffer, Buffer.alloc(40_000_000)]));
  await page.getByRole('img', { name: '第 2 张照片' }).waitFor();
  await read();
  assert.equal(await page.getByLabel('补充说明').inputValue(), '写好的话');
  await submit(page).click();
  await page.getByText('收到了，谢谢您').waitFor();
  const [row] = await until(async () => { const found = await on.desk.find('写好的话'); return found.length && found; });
  assert.equal((await on.desk.get(`/v1/tickets/${row.id}`)).photos.length, 2);
});

test('a clock wrong by a day is said and mended', { timeout: 60_000 }, async () => {
  const page = await on.browser.page({ ...PHONE, geolocation: { ...PLACE, longitude: 120.457, latitude: 36.35 }, permissions: ['geolocation'] });
  page.forgive(/auth\/guest/);
  await page.addInitScript(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() - 86_400_000;
  });
  await page.goto('/m/');
  await agree(page).click();
  await page.getByText(/手机时间慢了约 1 天/).waitFor();
  await sound(page, 'clock');
  await report(page, 61, '手机时间不对');
  const [row] = await until(async () => { const found = await on.desk.find('手机时间不对'); return found.length && found; });
  const off = Math.abs(Date.parse((await on.desk.get(`/v1/tickets/${row.id}`)).opened_at) - Date.now());
  assert.ok(off < 600_000, `${off} ms`);
});

test('a session that ends in the middle of an upload: the password over the page, and it goes on', { timeout: 180_000 }, async () => {
  const page = await staff('grid-huanxiu1', { ...PLACE, longitude: 120.4605, latitude: 36.3545 });
  page.forgive(/auth\/refresh|v1\/photos|v1\/me|v1\/tickets|v1\/tasks|v1\/rechecks|401/);
  await page.getByRole('button', { name: '拍一拍', exact: true }).click();
  await choose(page, shutter(page), [await photo(page, RUN + 62, true)]);
  await page.getByLabel('补充说明').fill('传到一半过期');
  let ended = 0;
  await page.route('**/v1/photos', async (route) => {
    if (ended++) return route.continue();
    await page.evaluate(() => localStorage.setItem('ssp.refresh', 'gone'));
    const { authorization: _gone, ...headers } = route.request().headers();
    return route.continue({ headers: { ...headers, authorization: 'Bearer ended' } });
  });
  await submit(page).click();
  const asked = page.getByRole('dialog', { name: '请再输入一次密码' });
  await asked.waitFor();
  await sound(page, 'password');
  await page.getByRole('textbox', { name: '密码' }).fill('不对');
  await page.getByRole('button', { name: '继续' }).click();
  await asked.getByRole('alert').waitFor();
  page.forgive(/auth\/login/);
  await page.getByRole('textbox', { name: '密码' }).fill(PASSWORD);
  await page.getByRole('button', { name: '继续' }).click();
  await asked.waitFor({ state: 'detached' });
  await page.getByText('收到了，谢谢您').waitFor();
  await until(async () => (await on.desk.find('传到一半过期')).length === 1);
});

test('a citizen’s session that ends in the middle of an upload is renewed without a question', { timeout: 120_000 }, async () => {
  const page = await phone({ geolocation: { ...PLACE, longitude: 120.462, latitude: 36.3525 } });
  page.forgive(/auth\/refresh|v1\/photos|401/);
  let ended = 0;
  await page.route('**/v1/photos', async (route) => {
    if (ended++) return route.continue();
    await page.evaluate(() => localStorage.setItem('ssp.refresh', 'gone'));
    return route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer ended' } });
  });
  await report(page, 63, '市民会话过期');
  await until(async () => (await on.desk.find('市民会话过期')).length === 1);
  assert.ok(ended >= 2);
});

test('a 409 by a colleague: who it was, and what was typed is still there', { timeout: 180_000 }, async () => {
  const place = { ...PLACE, longitude: 120.4475, latitude: 36.3675 };
  await report(await phone({ geolocation: place }), 64, '同事先办了');
  const [row] = await until(async () => { const found = await on.desk.find('同事先办了'); return found[0]?.stage === 'dispatched' && found; });
  const page = await staff('handler-huanxiu', place);
  page.forgive(/events|409/);
  await page.route('**/v1/events', (route) => route.abort());
  await page.goto(`/m/#/pages/ticket/index?id=${row.id}`);
  await page.getByText('同事先办了').first().waitFor();
  await page.getByRole('button', { name: '退单' }).click();
  await page.getByRole('button', { name: /潮海街道/ }).first().click();
  await page.getByLabel('说明原因').fill('路的那一边是潮海的');
  await on.desk.act(row.id, { action: 'note', text: '我在联系上报人' });
  await page.getByRole('button', { name: '退单', exact: true }).last().click();
  await page.getByText(/案件已被.+更新/).first().waitFor();
  await page.getByText('“路的那一边是潮海的”').waitFor();
  await sound(page, 'conflict');
  await page.getByRole('button', { name: '改一改' }).click();
  assert.equal(await page.getByLabel('说明原因').inputValue(), '路的那一边是潮海的');
  await page.getByLabel('说明原因').fill('路的那一边是潮海的，请核实');
  await page.getByRole('button', { name: '退单', exact: true }).last().click();
  await until(async () => (await on.desk.get(`/v1/tickets/${row.id}`)).state.stage === 'disputed');
});

test('a server gone for an hour: drafts made, the page closed, and everything arrives once', { timeout: 240_000 }, async () => {
  const page = await phone({ geolocation: { ...PLACE, longitude: 120.4645, latitude: 36.3605 } });
  const context = page.context();
  const gone = /ERR_CONNECTION|ERR_FAILED|Failed to fetch|net::|502|503/;
  page.forgive(gone);
  await page.getByText('已定位').waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  // An answer that is lost on its way back: the server has the report, the phone does not know.
  let lost = false;
  await page.route('**/v1/reports', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    if (!lost) await route.fetch();
    lost = true;
    return route.abort();
  });
  await choose(page, shutter(page), [await photo(page, RUN + 65, true)]);
  await page.getByLabel('补充说明').fill('一小时甲');
  await submit(page).click();
  await until(() => lost);
  await on.server.stop();
  await page.getByText(/连接不上服务器|等待发送/).first().waitFor();
  const again = page.getByRole('button', { name: '再报一件' }).or(shutter(page));
  await page.goto('/m/');
  await page.context().setGeolocation({ ...PLACE, longitude: 120.4475, latitude: 36.3605 });
  await choose(page, again.first(), [await photo(page, RUN + 66, true)]);
  await page.getByLabel('补充说明').fill('一小时乙');
  await submit(page).click();
  await page.getByText('连接不上服务器').first().waitFor();
  await sound(page, 'server-gone');
  await page.context().setGeolocation({ ...PLACE, longitude: 120.451, latitude: 36.3515 });
  await choose(page, shutter(page), [await photo(page, RUN + 67, true)]);
  await page.getByLabel('补充说明').fill('一小时丙，没写完');
  await page.waitForTimeout(500);
  await page.close();

  const next = await context.newPage();
  await next.clock.install();
  await next.goto('/m/'); // from the phone: there is no server
  await next.getByLabel('补充说明').waitFor();
  assert.equal(await next.getByLabel('补充说明').inputValue(), '一小时丙，没写完');
  for (let passed = 0; passed < 12; passed++) await next.clock.fastForward(5 * 60_000); // it tries, and waits, and tries
  await on.server.start();
  await next.clock.fastForward(5 * 60_000 + 1_000);
  on.desk = await person(on.server.base, 'dispatcher2');
  await until(async () => (await on.desk.find('一小时乙')).length === 1);
  await until(async () => (await on.desk.find('一小时甲')).length === 1);
  await next.getByRole('button', { name: '不报了' }).waitFor();
  await submit(next).click();
  await next.getByText('收到了，谢谢您').waitFor();
  await until(async () => (await on.desk.find('一小时丙，没写完')).length === 1);
  for (const words of ['一小时甲', '一小时乙', '一小时丙，没写完']) {
    const [row] = await on.desk.find(words);
    const ticket = await on.desk.get(`/v1/tickets/${row.id}`);
    assert.deepEqual([ticket.reports, ticket.photos.length], [1, 1], words);
  }
});

test('a proof without signal while the session ends too: first the signal, then the password, then all of it', { timeout: 180_000 }, async () => {
  const place = { ...PLACE, longitude: 120.459, latitude: 36.3515 };
  await report(await phone({ geolocation: place }), 68, '断网又过期');
  const [row] = await until(async () => { const found = await on.desk.find('断网又过期'); return found[0]?.stage === 'dispatched' && found; });
  const page = await staff('handler-huanxiu', place);
  page.forgive(/ERR_INTERNET_DISCONNECTED|Failed to fetch|auth\/refresh|401/);
  await page.goto(`/m/#/pages/ticket/index?id=${row.id}`);
  await page.getByRole('button', { name: '签收' }).waitFor();
  await page.context().setOffline(true);
  await page.evaluate(() => localStorage.setItem('ssp.refresh', 'gone'));
  await page.reload();
  await page.getByRole('button', { name: '签收' }).click();
  await page.getByRole('button', { name: '提交处置' }).click();
  await prove(page, await photo(page, RUN + 68, false));
  await page.getByRole('button', { name: '提交处置' }).last().click();
  await page.context().setOffline(false);
  await page.getByRole('dialog', { name: '请再输入一次密码' }).waitFor();
  await page.getByRole('textbox', { name: '密码' }).fill(PASSWORD);
  await page.getByRole('button', { name: '继续' }).click();
  await until(async () => (await on.desk.get(`/v1/tickets/${row.id}`)).proof);
});
