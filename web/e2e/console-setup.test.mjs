/** Setting up by clicking: people, trial imports on a map and with what they would move, subscriptions, a dead job. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { colleague, drawing, enter, fillIn, loginAnswer, look, open, report, SIZE, stage, until } from './console-help.mjs';

const reference = join(dirname(fileURLToPath(import.meta.url)), '../../reference');

let office;
let admin;

const { on, seat } = stage(async () => {
  office = await colleague(on.server.base, 'admin');
  admin = await seat('admin');
});

const person = (username) => admin.locator(`tr[data-person="${username}"]`);

/** Whether this person can log in now. */
const enters = async (username, password) => (await loginAnswer(on.server.base, username, password)).status === 200;

test('people are narrowed by role, unit, use and words, and each role says what it may do', async () => {
  await open(admin, '/setup/people', 'tr[data-person]');
  await admin.getByLabel('角色', { exact: true }).selectOption('publicity');
  await until(async () => (await admin.locator('tr[data-person]').count()) === 1);
  await admin.getByLabel('角色', { exact: true }).selectOption('');
  await admin.getByLabel('姓名或用户名').fill('handler-huanxiu');
  await person('handler-huanxiu').waitFor();
  await until(async () => (await admin.locator('tr[data-person]').count()) < 5);
  await admin.getByText('各角色能看什么').click();
  await admin.getByText('只看不办').waitFor();
  await look(on.browser, admin, 'people-roles');
});

test('a person is added: faults stand at their fields, then the account works', async () => {
  admin.forgive(/400|422/);
  await open(admin, '/setup/people', 'tr[data-person]');
  await admin.getByRole('button', { name: '添加人员' }).click();
  const dialog = admin.getByRole('dialog', { name: '添加人员' });
  await dialog.getByLabel(/用户名/).fill('New Person');
  await dialog.getByLabel('姓名').fill('新来的人');
  await dialog.getByLabel('角色').selectOption('grid_worker');
  await dialog.getByLabel('单位').selectOption('area-huanxiu');
  await dialog.getByLabel(/^电话/).fill('abc');
  await dialog.getByLabel(/初始密码/).fill('first-2026');
  await dialog.getByRole('button', { name: '添加' }).click();
  await dialog.getByText('网格员至少须有一个网格').waitFor();
  await dialog.getByText(/须为 2 至 40 位小写字母/).waitFor();
  await dialog.getByText('不是电话号码').waitFor();
  await look(on.browser, admin, 'people-faults');
  const { features } = await office.get('/v1/grids?layer=community');
  const { code, name } = features[0].properties;
  await dialog.getByLabel(/用户名/).fill('leader');
  await dialog.getByRole('button', { name: '添加' }).click();
  await dialog.getByText('这个用户名已经有人用').waitFor();
  await dialog.getByLabel(/用户名/).fill('new.person');
  await dialog.getByLabel(/^电话/).fill('13800000000');
  await dialog.getByLabel(/^网格（/).fill(`${name} ${code}`);
  await dialog.locator('.tag', { hasText: name }).waitFor();
  await dialog.getByRole('button', { name: '添加' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.ok(await enters('new.person', 'first-2026'));
  await admin.getByLabel('姓名或用户名').fill('new.person');
  await person('new.person').getByRole('button', { name: '修改' }).click();
  const change = admin.getByRole('dialog', { name: /修改/ });
  await change.getByLabel('姓名').fill('改名的人');
  await change.getByRole('button', { name: '保存' }).click();
  await change.waitFor({ state: 'detached' });
  await person('new.person').filter({ hasText: '改名的人' }).waitFor();
  assert.ok(await enters('new.person', 'first-2026'), 'a change leaves the password as it was');
});

test('a suspended person cannot log in, a restored one can, a new password replaces the old', async () => {
  await open(admin, '/setup/people?words=handler-huanxiu', 'tr[data-person]');
  const row = person('handler-huanxiu');
  await row.getByRole('button', { name: '停用' }).click();
  await look(on.browser, admin, 'people-suspend');
  await fillIn(admin);
  await row.getByText('已停用').waitFor();
  const shut = await on.browser.page(SIZE);
  shut.forgive(/40[13]/);
  await shut.goto('/console/');
  await shut.getByLabel('用户名').fill('handler-huanxiu');
  await shut.getByLabel('密码').fill('demo-2026');
  await enter(shut, shut.getByRole('alert'));
  await row.getByRole('button', { name: '恢复' }).click();
  await fillIn(admin);
  await row.getByRole('button', { name: '停用' }).waitFor();
  await enter(shut, shut.locator('.shell'));
  await shut.context().close();
  await row.getByRole('button', { name: '重置密码' }).click();
  await fillIn(admin, { '新密码（至少 8 位）': 'second-2026' });
  assert.equal(await enters('handler-huanxiu', 'demo-2026'), false);
  assert.ok(await enters('handler-huanxiu', 'second-2026'));
});

/** Tries a file of this kind on the page of imports. */
async function trial(kind, name, text, fields = {}) {
  await open(admin, '/setup/imports', '#file');
  await admin.getByLabel('导入什么').selectOption(kind);
  for (const [label, value] of Object.entries(fields)) await admin.getByLabel(label).selectOption(value);
  await admin.getByLabel(/^文件/).setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
  await admin.getByRole('button', { name: /先试一次/ }).click();
}

test('borders that overlap or leave holes are shown on a map before they are kept', async () => {
  const file = JSON.parse(await readFile(join(reference, 'grids-area.geojson'), 'utf8'));
  // An area in the middle is pushed aside: it covers some of its neighbours and leaves ground to nobody.
  const corners = ({ geometry: { type, coordinates } }) => coordinates.flat(type === 'Polygon' ? 1 : 2);
  const heart = (all) => [0, 1].map((axis) => all.reduce((sum, corner) => sum + corner[axis], 0) / all.length);
  const middle = heart(file.features.flatMap(corners));
  const away = (one) => Math.hypot(...heart(corners(one)).map((place, axis) => place - middle[axis]));
  const [inner] = [...file.features].sort((one, other) => away(one) - away(other));
  const push = (position) => (typeof position[0] === 'number' ? [position[0] + 0.012, position[1] + 0.004] : position.map(push));
  inner.geometry.coordinates = push(inner.geometry.coordinates);
  await trial('grids', 'areas.geojson', JSON.stringify(file), { 图层: 'area', 坐标类型: 'wgs84' });
  await admin.locator('[data-map=borders][data-ready]').waitFor();
  const faults = admin.locator('.fault-list button');
  assert.ok((await faults.count()) > 0);
  const list = await admin.locator('.fault-list').textContent();
  assert.match(list, /重叠[\d,]+ m²\S+ 与 \S+/);
  assert.match(list, /空洞[\d,]+ m²/);
  await faults.first().click();
  await admin.waitForTimeout(800);
  await look(on.browser, admin, 'borders');
  await admin.locator('[data-moved]').waitFor();
});

test('rules tried out say which cases of the last month would go elsewhere', async () => {
  const rules = 'id,category,workline,layer,grid,lead,assist,note\nall,06010,,,,line-sanitation,,环卫专班牵头\n';
  await trial('rules', 'rules.csv', rules);
  const moved = admin.locator('[data-moved]');
  await moved.getByText(/最近 31 天 \d+ 件中有 \d+ 件会改派/).waitFor();
  assert.match(await moved.locator('tbody tr').first().textContent(), /SSP2026-\d+.*→.*环境卫生专班/);
  await look(on.browser, admin, 'moved');
  await moved.locator('tbody a').first().click();
  await admin.locator('.ticket-page').waitFor();
});

test('a trial that moves nothing says so calmly', async () => {
  await trial('rules', 'rules.csv', await readFile(join(reference, 'rules.csv'), 'utf8'));
  await admin.getByText(/件的主办单位都不变/).waitFor();
});

test('a subscription is made, its secret shown once, and ended', async () => {
  await open(admin, '/setup/subscriptions', '#url');
  await admin.getByLabel('推送到哪个地址').fill('http://127.0.0.1:9/hook');
  await admin.getByLabel('受理', { exact: true }).check();
  await admin.getByRole('button', { name: '订阅', exact: true }).click();
  const dialog = admin.getByRole('dialog', { name: '签名密钥' });
  await dialog.waitFor();
  assert.ok((await dialog.locator('.secret').textContent()).length >= 16);
  await admin.keyboard.press('Escape');
  await admin.locator('tr', { hasText: '127.0.0.1:9' }).waitFor();
});

test('a job that died is shown with its error and done again', async () => {
  const page = await seat('dispatcher1');
  const place = { longitude: 120.4531, latitude: 36.3899, coord_type: 'wgs84', accuracy: 5 };
  await report(on.server.base, 'dead-job', await drawing(page, 5), { ...place, words: '测试推送', category: '06010' });
  await page.context().close();
  // Nobody listens there; the waits between tries pass with the practice clock.
  let to = Date.now();
  const dead = async () => {
    to += 3_600_000;
    await office.post('/v1/practice/clock', { to: new Date(to).toISOString() });
    return (await office.get('/v1/jobs')).dead.some((one) => one.kind === 'push');
  };
  await until(dead);
  await open(admin, '/setup/jobs', '.table');
  const row = admin.locator('tbody tr', { hasText: '推送事件' }).first();
  await row.getByRole('button', { name: '重做' }).waitFor();
  await look(on.browser, admin, 'jobs-dead');
  await row.getByRole('button', { name: '重做' }).click();
  await admin.getByText('已重新排队').waitFor();
  await open(admin, '/setup/subscriptions', '#url');
  const own = admin.locator('tr', { hasText: '127.0.0.1:9' });
  await own.getByRole('button', { name: '取消订阅' }).click();
  await own.getByText(/已取消/).waitFor();
});
