/** What a citizen has besides reporting: the weather, consent on record, a mark on the photo, "not fixed" without signal, fresh pages, exposure, points. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { photo } from './mini-draw.mjs';
import { agree, choose, person, PHONE, PLACE, prove, RUN, shutter, stage, submit, until } from './mini-help.mjs';
import { PASSWORD } from './server.mjs';

const { on, phone, staff, sound, report } = stage();
let reporter;

/** Runs in the page: a camera that sees a swept street. */
function street() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 960, height: 1280 });
  const pen = canvas.getContext('2d');
  const draw = () => {
    pen.fillStyle = '#c9d3da';
    pen.fillRect(0, 0, 960, 520);
    pen.fillStyle = '#97938a';
    pen.fillRect(0, 520, 960, 760);
    for (let i = 0; i < 5; i++) {
      pen.fillStyle = ['#7d6a5a', '#5a6b7d', '#6f7d5a', '#7d5a6a', '#66707a'][i];
      pen.fillRect(i * 195, 120 + (i % 3) * 40, 170, 420);
    }
  };
  draw();
  setInterval(draw, 100);
  navigator.mediaDevices.getUserMedia = () => Promise.resolve(canvas.captureStream(10));
}

test('the weather of every unit, for everybody, with its formula', { timeout: 60_000 }, async () => {
  const page = await phone();
  await page.getByRole('button', { name: '周边', exact: true }).click();
  await page.getByRole('button', { name: '文明天气图' }).click();
  await page.getByRole('heading', { name: /全区/ }).waitFor();
  await page.getByRole('img', { name: '各街道的天气' }).waitFor();
  await page.getByText('怎么算的').waitFor();
  await sound(page, 'weather');
  const unit = page.getByRole('button', { name: /环秀街道片区组/ });
  await unit.click();
  await page.getByText(/ = \d+ ÷ \d+/).first().waitFor();
  await sound(page, 'weather-open');
  await on.browser.shot(page, 'mini-weather-whole', { fullPage: true });
});

test('consent is asked once, recorded for the account, and sent later when there is no signal', { timeout: 120_000 }, async () => {
  const page = await on.browser.page({ ...PHONE, geolocation: PLACE, permissions: ['geolocation'] });
  page.forgive(/auth\/guest|ERR_INTERNET_DISCONNECTED|Failed to fetch/);
  await page.goto('/m/');
  await agree(page).waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await sound(page, 'consent');
  await page.context().setOffline(true);
  await agree(page).click();
  await agree(page).waitFor({ state: 'detached' });
  await page.reload();
  await shutter(page).waitFor();
  await page.waitForTimeout(500);
  assert.equal(await agree(page).count(), 0);
  const recorded = page.waitForResponse((r) => r.url().endsWith('/v1/me/consents') && r.ok());
  await page.context().setOffline(false);
  const { data } = await (await recorded).json();
  assert.ok(data.consented_version >= 1);

  // Staff on the same phone are asked for themselves, and on another phone not again.
  await page.getByRole('button', { name: '我的' }).click();
  await page.getByRole('button', { name: '工作人员登录' }).click();
  await page.getByLabel('用户名').fill('head-huanxiu');
  await page.getByLabel('密码').fill(PASSWORD);
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await agree(page).waitFor();
  await sound(page, 'consent-staff');
  const again = page.waitForResponse((r) => r.url().endsWith('/v1/me/consents') && r.ok());
  await agree(page).click();
  await again;
  const head = await person(on.server.base, 'head-huanxiu');
  assert.ok((await head.get('/v1/me')).consented_version >= 1);
  await page.reload();
  await shutter(page).waitFor();
  await page.waitForTimeout(500);
  assert.equal(await agree(page).count(), 0);
});

test('the problem is marked with a finger or with keys, and sent with the report', { timeout: 120_000 }, async () => {
  const page = await phone({ geolocation: { ...PLACE, longitude: 120.4475, latitude: 36.3675 } });
  await choose(page, shutter(page), [await photo(page, RUN + 201, true)]);
  await page.getByText('手机定位').waitFor();
  await page.getByRole('button', { name: '在第 1 张照片上圈出问题', exact: true }).click();
  const pad = page.getByRole('application', { name: /框出问题/ });
  await pad.waitFor();
  await sound(page, 'mark-empty');
  const box = await pad.boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + box.height * 0.55);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.7);
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.95);
  await page.mouse.up();
  await page.getByText('已框出，约占照片的 20%').waitFor();
  await pad.press('ArrowLeft');
  await pad.press('Shift+ArrowRight');
  await page.getByText('已框出，约占照片的 21%').waitFor();
  await sound(page, 'mark');
  await page.getByRole('button', { name: '就是这块' }).click();
  await page.getByText('已圈出').waitFor();
  await sound(page, 'marked');
  await page.getByRole('button', { name: '暴露垃圾', exact: true }).click();
  const posted = page.waitForRequest((r) => r.url().endsWith('/v1/reports') && r.method() === 'POST');
  await submit(page).click();
  const body = (await posted).postDataJSON();
  assert.equal(body.regions.length, 1);
  const { photo_id, x, y, width, height } = body.regions[0];
  assert.equal(photo_id, body.photo_ids[0]);
  for (const [got, meant] of [[x, 0.23], [y, 0.55], [width, 0.52], [height, 0.4]]) assert.ok(Math.abs(got - meant) < 0.01, `${got} ${meant}`);
  await page.getByText('收到了，谢谢您').waitFor();
});

test('the mark is shown over the ghost when the fix is taken with the phone’s camera in the page', { timeout: 120_000 }, async () => {
  const page = await staff('grid-huanxiu1', { ...PLACE, longitude: 120.46, latitude: 36.358 });
  await page.getByRole('button', { name: '拍一拍', exact: true }).click();
  await choose(page, shutter(page), [await photo(page, RUN + 202, true)]);
  await page.getByRole('button', { name: '在第 1 张照片上圈出问题', exact: true }).click();
  const pad = page.getByRole('application', { name: /框出问题/ });
  await pad.press('Enter');
  await page.getByRole('button', { name: '就是这块' }).click();
  await page.evaluate(street);
  await page.getByRole('button', { name: '拍处理后' }).click();
  await page.getByRole('img', { name: '框出的是要处置的地方' }).waitFor();
  await page.getByRole('slider', { name: '处置前照片的深浅' }).fill('70');
  await sound(page, 'ghost-mark');
  await page.getByRole('button', { name: '拍照', exact: true }).click();
  await page.getByRole('button', { name: '上报并已处置' }).waitFor();
  assert.deepEqual(await page.locator('.kept-img').last().evaluate((i) => i.decode().then(() => [i.naturalWidth, i.naturalHeight])), [960, 1280]);
});

test('not fixed: said with a photo, without signal, and sent when there is one; the page of the report renews itself', { timeout: 240_000 }, async () => {
  const place = { ...PLACE, longitude: 120.4535, latitude: 36.3565 };
  const page = (reporter = await phone({ geolocation: place }));
  page.forgive(/ERR_INTERNET_DISCONNECTED|Failed to fetch|net::ERR_FAILED/);
  await report(page, 203, '墙根一堆');
  await page.getByRole('button', { name: '看进度' }).click();
  await page.getByText(/还剩/).first().waitFor({ timeout: 60_000 });
  await sound(page, 'citizen-ticket');
  const [row] = await on.desk.find('墙根一堆');

  // The unit does its work elsewhere; this page is not touched.
  const unit = await staff('handler-huanxiu', place);
  await unit.goto(`/m/#/pages/ticket/index?id=${row.id}`);
  await unit.getByRole('button', { name: '签收' }).click();
  await unit.getByRole('button', { name: '提交处置' }).click();
  await unit.getByText('您就在现场').waitFor();
  await prove(unit, await photo(unit, RUN + 203, false));
  await unit.getByRole('button', { name: '提交处置' }).last().click();
  await unit.getByText('已销号').first().waitFor({ timeout: 60_000 });
  await page.getByRole('slider', { name: /对比处置前后/ }).waitFor({ timeout: 60_000 });
  await page.getByText('修好了吗？').waitFor();
  await sound(page, 'citizen-closed');

  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.context().setOffline(true);
  await page.getByRole('button', { name: '没修好' }).click();
  await page.getByRole('button', { name: '只处理了一部分' }).click();
  await choose(page, page.getByRole('button', { name: '拍照', exact: true }), [await photo(page, RUN + 204, true)]);
  await page.getByRole('img', { name: '第 1 张照片' }).waitFor();
  await sound(page, 'contest');
  await page.getByRole('button', { name: '没修好', exact: true }).last().click();
  await page.getByRole('region', { name: '待发送' }).waitFor();
  await sound(page, 'contest-waiting');
  await page.context().setOffline(false);
  await page.getByText(/提出质疑/).first().waitFor({ timeout: 60_000 });
  const ticket = await until(async () => { const t = await on.desk.get(`/v1/tickets/${row.id}`); return t.attention.some((a) => a.kind === 'contested') && t; });
  assert.ok(ticket.photos.some((p) => p.part === 'contest'));
  await page.getByText('您说没修好，正在复核').waitFor();
  await sound(page, 'contested');
});

test('held up to the public, with its echo, judged by a citizen; points and their rule; the privacy notice', { timeout: 120_000 }, async () => {
  const [row] = await on.desk.find('墙根一堆');
  const { photos } = await on.desk.get(`/v1/tickets/${row.id}`);
  const of = (part) => photos.filter((p) => p.part === part).map((p) => p.id);
  const publicity = await person(on.server.base, 'publicity');
  const draft = await publicity.post('/v1/exposures', { ticket_id: row.id, title: '墙根垃圾多日无人清理', words: '市民多次反映，直到曝光前一天才清运。', photo_ids: of('before') });
  await on.desk.post(`/v1/acts/${draft.id}/actions`, { action: 'publish', no_faces: of('before') });
  await on.desk.post(`/v1/acts/${draft.id}/actions`, { action: 'echo', words: '已清运，每天两次巡查。', photo_ids: of('after'), no_faces: of('after') });

  const page = await phone();
  await page.getByRole('button', { name: '周边', exact: true }).click();
  await page.getByRole('button', { name: '曝光与回音' }).click();
  await page.getByText('墙根垃圾多日无人清理').waitFor();
  await page.getByText('已清运，每天两次巡查。').waitFor();
  await sound(page, 'exposure');
  await page.getByRole('button', { name: '满意 0', exact: true }).click();
  await page.getByRole('button', { name: '满意 1', exact: true }).waitFor();
  await page.getByRole('button', { name: '返回' }).click();
  await page.getByRole('button', { name: '我的', exact: true }).click();
  await sound(page, 'mine-empty');
  await page.getByRole('button', { name: '隐私说明' }).click();
  await page.getByText('您可以', { exact: true }).waitFor();
  await sound(page, 'privacy');

  await reporter.goto('/m/#/pages/points/index');
  await reporter.getByText('怎么得分').waitFor();
  assert.ok(await reporter.getByText(/^\+\d+$/).count() >= 4); // the rule's, and at least one of this report
  await sound(reporter, 'points');
});
