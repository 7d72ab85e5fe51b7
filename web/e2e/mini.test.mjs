/** The mini-program on a phone, by clicking only, against the real server: report, +1, no signal, proof, rating, bad input. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openBrowser } from './browser.mjs';
import { photo } from './mini-draw.mjs';
import { PASSWORD, startServer } from './server.mjs';

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
/** The middle of a grid, far from its borders and from the demonstration's own tickets; each story has its own. */
const PLACE = { longitude: 120.4495, latitude: 36.3645, accuracy: 12 };
/** Scenes unlike those of an earlier run on the same server: a photograph is used once. */
const RUN = (Date.now() % 100_000) * 100;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let server;
let browser;

before(async () => {
  server = await startServer();
  browser = await openBrowser(server.base);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A phone at a place, past the consent. `more` goes to the browser context. */
async function phone(more = {}, path = '') {
  const page = await browser.page({ ...PHONE, geolocation: PLACE, permissions: ['geolocation'], ...more });
  page.setDefaultTimeout(20_000);
  page.forgive(/auth\/guest/); // servers without guest logins answer 404, the demonstration's code follows
  await page.goto(`/m/${path}`);
  await page.getByRole('button', { name: '同意并开始' }).click();
  return page;
}

/** A phone of a member of staff, on the tab of tasks. */
async function staff(username, geolocation = PLACE) {
  const page = await phone({ geolocation });
  await page.getByRole('button', { name: '我的' }).click();
  await page.getByRole('button', { name: '工作人员登录' }).click();
  await page.getByLabel('用户名').fill(username);
  await page.getByLabel('密码').fill(PASSWORD);
  page.forgive(/auth\/login/); // many logins from one address: told to wait, and waits
  const tasks = page.getByRole('button', { name: '按期限' });
  const often = page.getByText('太频繁');
  for (let tries = 0; tries < 8; tries++) {
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await tasks.or(often).first().waitFor();
    if (await tasks.isVisible()) break;
    await page.waitForTimeout(10_000);
  }
  return page;
}

/** Taps `button` and gives the chooser `files`. */
async function choose(page, button, files) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.click()]);
  await chooser.setFiles(files);
}

const shutter = (page) => page.getByRole('button', { name: '拍照上报' });
const submit = (page) => page.getByRole('button', { name: '提交', exact: true });

/** No violation of WCAG A and AA, in both colour schemes; keeps a picture of each. */
async function sound(page, name) {
  await page.waitForTimeout(400); // pages slide in
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await browser.shot(page, `mini-${name}-${colorScheme}`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }));
    assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), [], `${name} ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

/** A report at `place`, taken by the server. Leaves the page on "received". */
async function report(page, seed) {
  await choose(page, shutter(page), [await photo(page, RUN + seed, true)]);
  await page.getByText('手机定位').waitFor();
  await page.getByRole('button', { name: '暴露垃圾', exact: true }).click();
  await submit(page).click();
  await page.getByText('收到了，谢谢您').waitFor();
}

test('from a photo to a rated fix, with a proof refused on the way', { timeout: 180_000 }, async () => {
  const citizen = await phone();
  await sound(citizen, 'snap');
  const tapped = Date.now();
  await choose(citizen, shutter(citizen), [await photo(citizen, RUN + 11, true)]);
  await citizen.getByText(/社区第\d+网格/).first().waitFor();
  await sound(citizen, 'compose');
  await citizen.getByRole('button', { name: '改位置' }).click();
  await citizen.getByRole('application', { name: '标出问题的位置' }).press('ArrowUp');
  await sound(citizen, 'pin');
  await citizen.getByRole('button', { name: '就是这里' }).click();
  await citizen.getByText('您在地图上标的位置').waitFor();
  await citizen.getByLabel('补充说明').fill('路边一堆垃圾没人清');
  await citizen.getByRole('button', { name: '暴露垃圾', exact: true }).click();
  await submit(citizen).click();
  await citizen.getByText('收到了，谢谢您').waitFor();
  assert.ok(Date.now() - tapped < 60_000);
  await sound(citizen, 'sent');
  await citizen.getByRole('button', { name: '看进度' }).click();
  await citizen.getByText(/已交由.*办理/).waitFor({ timeout: 30_000 });
  await sound(citizen, 'report');

  const elsewhere = { ...PLACE, longitude: 120.463, latitude: 36.3685 };
  await report(await phone({ geolocation: elsewhere }), 13);

  const handler = await staff('handler-huanxiu', elsewhere);
  await handler.getByRole('button', { name: '按距离' }).click();
  await handler.getByRole('button', { name: /暴露垃圾.*待处置/ }).first().waitFor();
  await sound(handler, 'tasks');
  await handler.context().setGeolocation(PLACE);
  await handler.reload();
  await handler.getByRole('button', { name: '任务', exact: true }).click();
  await handler.getByRole('button', { name: '按距离' }).click();
  await handler.getByRole('button', { name: /^暴露垃圾.*待处置\s*\d+ 米/ }).first().click();
  await handler.getByText('路边一堆垃圾没人清').waitFor();
  await handler.getByRole('button', { name: '签收' }).click();
  const prove = handler.getByRole('button', { name: '提交处置' });
  await prove.click();
  await handler.getByText('您就在现场').waitFor();
  await handler.getByRole('button', { name: '拍照', exact: true }).click();
  await handler.getByRole('button', { name: '用手机相机' }).waitFor();
  await sound(handler, 'viewfinder');
  await choose(handler, handler.getByRole('button', { name: '用手机相机' }), [await photo(handler, RUN + 13, true)]); // another ticket's
  await handler.getByRole('img', { name: '第 1 张照片' }).waitFor();
  await prove.last().click();
  await handler.getByText('不通过').first().waitFor({ timeout: 60_000 });
  await handler.getByText(/就是另一案件/).waitFor();
  await sound(handler, 'refused');

  await prove.click();
  await handler.getByRole('button', { name: '拍照', exact: true }).click();
  await choose(handler, handler.getByRole('button', { name: '用手机相机' }), [await photo(handler, RUN + 11, false)]);
  await handler.getByRole('img', { name: '第 1 张照片' }).waitFor();
  await prove.last().click();
  await handler.getByText('已销号').first().waitFor({ timeout: 60_000 });

  await citizen.reload();
  await citizen.getByRole('slider', { name: /对比处置前后/ }).waitFor({ timeout: 30_000 });
  await sound(citizen, 'closed');
  await citizen.getByRole('button', { name: '评价' }).click();
  await citizen.getByRole('button', { name: /5 星/ }).click();
  await sound(citizen, 'rate');
  await citizen.getByRole('button', { name: '评价', exact: true }).last().click();
  await citizen.getByRole('img', { name: '5 星' }).waitFor({ timeout: 30_000 });
  browser.check();
});

test('a neighbour says: this one, +1', { timeout: 120_000 }, async () => {
  const place = { ...PLACE, longitude: 120.4655, latitude: 36.35 };
  const first = await phone({ geolocation: place });
  await report(first, 21);
  const second = await phone({ geolocation: place });
  await choose(second, shutter(second), [await photo(second, RUN + 22, true)]);
  await second.getByRole('button', { name: /是这件/ }).first().waitFor({ timeout: 30_000 });
  await sound(second, 'nearby');
  await second.getByRole('button', { name: /是这件/ }).first().click();
  await second.getByText('办理过程').waitFor();
  await second.getByRole('button', { name: '返回' }).click();
  await second.getByRole('button', { name: '我的', exact: true }).click();
  await second.getByRole('button', { name: '我关注的' }).click();
  await second.getByRole('button', { name: /暴露垃圾/ }).first().waitFor();
  await sound(second, 'mine');
  await second.getByRole('button', { name: '周边', exact: true }).click();
  await second.getByText('离您最近的').waitFor();
  await sound(second, 'around');
  await second.getByRole('button', { name: '曝光与回音' }).click();
  await second.getByText('现在没有曝光的问题').waitFor();
  await sound(second, 'exposures');
  browser.check();
});

test('no signal, a killed page: the report is sent later', { timeout: 120_000 }, async () => {
  const page = await phone({ geolocation: { ...PLACE, longitude: 120.448, latitude: 36.3555 } });
  page.forgive(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
  await page.getByText('已定位').waitFor();
  await page.context().setOffline(true);
  await choose(page, shutter(page), [await photo(page, RUN + 31, true)]);
  await page.getByLabel('补充说明').fill('电梯里拍的');
  await submit(page).click();
  await page.getByText(/已保存|等待发送/).first().waitFor();
  await page.getByText('没有网络').waitFor();
  await sound(page, 'offline');
  const context = page.context();
  await page.close();
  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto('/m/');
  await again.getByRole('button', { name: '我的', exact: true }).click();
  await again.getByRole('button', { name: /电梯里拍的|待受理|待处置|待派遣/ }).first().waitFor({ timeout: 30_000 });
  browser.check();
});

test('a patrol without signal: open, sign in and prove, sent in their order later', { timeout: 120_000 }, async () => {
  const page = await staff('handler-huanxiu', { ...PLACE, longitude: 120.457768, latitude: 36.358697 });
  page.forgive(/ERR_INTERNET_DISCONNECTED|Failed to fetch|net::ERR_FAILED/);
  const task = page.getByRole('button', { name: /暴露垃圾.*待处置/ }).last();
  await task.waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForTimeout(3000); // what is fetched ahead
  await page.context().setOffline(true);
  await page.reload();
  await page.getByRole('button', { name: '任务', exact: true }).click();
  await task.click();
  await page.getByRole('button', { name: '签收' }).click();
  await page.getByText('没有网络').last().waitFor();
  await page.getByRole('button', { name: '提交处置' }).click();
  await page.getByRole('button', { name: '拍照', exact: true }).click();
  await choose(page, page.getByRole('button', { name: '用手机相机' }), [await photo(page, RUN + 81, false)]);
  await page.getByRole('img', { name: '第 1 张照片' }).waitFor();
  await page.getByRole('button', { name: '提交处置' }).last().click();
  await page.getByRole('region', { name: '待发送' }).nth(1).waitFor();
  await sound(page, 'patrol');
  await page.context().setOffline(false);
  await page.getByText(/处置照片第 1 次核查/).waitFor({ timeout: 60_000 });
  browser.check();
});

test('a draft outlives its page', { timeout: 60_000 }, async () => {
  const page = await phone();
  await choose(page, shutter(page), [await photo(page, RUN + 41, true), await photo(page, RUN + 42, true)].slice(0, 1));
  await page.getByLabel('补充说明').fill('写到一半');
  await page.waitForTimeout(300);
  await page.reload();
  await page.getByRole('img', { name: '第 1 张照片' }).waitFor();
  assert.equal(await page.getByLabel('补充说明').inputValue(), '写到一半');
  browser.check();
});

test('bad input gets a sentence', { timeout: 120_000 }, async () => {
  const page = await phone({ permissions: [] });
  await page.getByText('没有定位权限').first().waitFor();
  const file = (name, head, size) => ({ name, mimeType: 'image/jpeg', buffer: Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(size)]) });
  await choose(page, shutter(page), [file('a.heic', '\0\0\0\x18ftypheic', 1000)]);
  await page.getByText('这张是 HEIC 照片').waitFor();
  await sound(page, 'heic');
  const folder = await mkdtemp(join(tmpdir(), 'mini-e2e-'));
  await writeFile(join(folder, 'b.jpg'), file('b.jpg', '\xff\xd8\xff\xe0', 40_000_000).buffer);
  await choose(page, shutter(page), [join(folder, 'b.jpg')]);
  await page.getByText('这张照片太大').waitFor();
  await rm(folder, { recursive: true });
  await choose(page, shutter(page), [file('c.pdf', '%PDF-1.7', 1000)]);
  await page.getByText('这个文件不是照片').waitFor();
  await choose(page, shutter(page), [await photo(page, RUN + 51, true)]);
  await page.getByRole('button', { name: '在地图上标' }).click();
  await page.getByRole('button', { name: '就是这里' }).click();
  await page.getByText('您在地图上标的位置').waitFor();
  await submit(page).click();
  await page.getByText('收到了，谢谢您').waitFor();
  browser.check();
});

test('a clock wrong by a day is said and mended', { timeout: 60_000 }, async () => {
  const page = await browser.page({ ...PHONE, geolocation: { ...PLACE, longitude: 120.457, latitude: 36.35 }, permissions: ['geolocation'] });
  page.forgive(/auth\/guest/);
  await page.addInitScript(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() - 86_400_000;
  });
  await page.goto('/m/');
  await page.getByRole('button', { name: '同意并开始' }).click();
  await page.getByText(/手机时间慢了约 1 天/).waitFor();
  await report(page, 61);
  browser.check();
});

test('staff whose session ran out type the password and go on', { timeout: 180_000 }, async () => {
  const page = await staff('grid-huanxiu1');
  page.forgive(/auth\/refresh/);
  await page.evaluate(() => localStorage.setItem('ssp.refresh', 'gone'));
  await page.reload();
  await page.getByRole('button', { name: '任务', exact: true }).click();
  await page.getByRole('dialog', { name: '请再输入一次密码' }).waitFor();
  await sound(page, 'password');
  await page.getByRole('textbox', { name: '密码' }).fill(PASSWORD);
  await page.getByRole('button', { name: '继续' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '按期限' }).waitFor();
  browser.check();
});

test('a 网格员 fixes on the spot, without signal, and it is sent when there is one', { timeout: 180_000 }, async () => {
  const page = await staff('grid-huanxiu1', { ...PLACE, longitude: 120.46, latitude: 36.3605 });
  page.forgive(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
  await page.getByRole('button', { name: '拍一拍', exact: true }).click();
  await page.getByText('已定位').waitFor();
  await page.context().setOffline(true);
  await choose(page, shutter(page), [await photo(page, RUN + 71, true)]);
  await choose(page, page.getByRole('button', { name: '拍处理后' }), [await photo(page, RUN + 71, false)]);
  await page.getByRole('button', { name: '上报并已处置' }).click();
  await page.getByText('没有网络').waitFor();
  await page.context().setOffline(false);
  await page.getByText('收到了，谢谢您').waitFor({ timeout: 30_000 });
  browser.check();
});
