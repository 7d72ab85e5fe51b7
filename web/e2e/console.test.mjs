/** The work at the console, by clicking and by keyboard, against the real server after the demo's story. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colleague, login, SIZE, stage, ticketBy } from './console-help.mjs';

let page;
let other;

const { on } = stage(async () => {
  other = await colleague(on.server.base, 'dispatcher2');
  page = await on.browser.page(SIZE);
});

const rows = () => page.locator('.ticket-row');
const current = () => page.locator('.ticket-row:has(button[aria-current])').getAttribute('data-ticket');
const count = (queue) => page.locator(`[data-queue=${queue}] .n`);

test('a wrong password is answered in words, the right one opens the desk', async () => {
  page.forgive(/401/);
  await page.goto('/console/');
  await page.getByLabel('用户名').fill('dispatcher1');
  await page.getByLabel('密码').fill('wrong');
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('alert').waitFor();
  assert.match(await page.getByRole('alert').textContent(), /密码/);
  await login(page, 'dispatcher1');
  assert.match(page.url(), /\/console\/desk/);
});

test('the desk shows only the exceptions of the story, why they came, and what the machine would do', async () => {
  await rows().nth(1).waitFor();
  assert.equal(await rows().count(), 2);
  await page.getByText('归入可能性最大的').first().waitFor();
  const list = await page.locator('.rows').textContent();
  assert.match(list, /区外/);
  assert.match(list, /跨界/);
  assert.equal(await count('exceptions').textContent(), '2');
  assert.equal(await count('all').textContent(), '6');
  await page.locator('[data-map=ticket][data-ready]').waitFor();
  await on.browser.shot(page, 'console-desk');
});

test('the queue is walked by keyboard', async () => {
  const first = await current();
  await page.keyboard.press('j');
  const second = await current();
  assert.notEqual(second, first);
  await page.keyboard.press('k');
  assert.equal(await current(), first);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: '键盘操作' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('5');
  await page.getByRole('dialog', { name: /不予受理/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')?.startsWith('搜索')), true);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/tickets\//);
  await page.goBack();
  await rows().nth(1).waitFor();
});

test('a filter can be kept under a name; a number finds its ticket', async () => {
  await page.locator('[data-queue=all]').click();
  await page.getByRole('combobox', { name: '工作线' }).selectOption('sanitation');
  await page.getByRole('button', { name: '保存筛选' }).click();
  await page.getByLabel('筛选的名字').fill('环卫全部');
  await page.keyboard.press('Enter');
  await page
    .getByRole('navigation', { name: '导航' })
    .getByRole('link', { name: /环卫全部/ })
    .waitFor();
  await page.getByLabel(/^搜索/).fill('SSP2026-000001');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'SSP2026-000001' }).waitFor();
});

test('a doubtful ticket is dispatched by clicking: change the proposal, say why, see the unit', async () => {
  const ticket = await ticketBy(other, '路口垃圾');
  await page.goto(`/console/desk?q=exceptions&t=${ticket.id}`);
  await page.getByRole('button', { name: /^改动/ }).click();
  const dialog = page.getByRole('dialog', { name: /确认网格/ });
  await dialog.getByLabel('责任网格').selectOption({ index: 1 });
  await dialog.getByLabel('理由').fill('照片里的路牌在安昌社区一侧');
  await dialog.getByRole('button', { name: '确认网格' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('.facts', { hasText: '环秀街道片区组' }).waitFor();
  assert.match(await page.locator('.pane header').textContent(), /SSP2026-\d+待处置/);
});

test('a colleague acting shows at once, and a conflict keeps what was typed', async () => {
  const ticket = await ticketBy(other, '路过看到垃圾');
  await page.goto(`/console/desk?q=exceptions&t=${ticket.id}`);
  await page.getByRole('button', { name: /^备注/ }).waitFor();
  await page.waitForTimeout(1_000);
  await other.post(`/v1/tickets/${ticket.id}/actions`, {
    action: 'note',
    text: '我在联系上报人',
  });
  await page
    .getByText(/刚由.+「备注」/)
    .first()
    .waitFor();
  page.forgive(/409/);
  await page.getByRole('button', { name: /^备注/ }).click();
  const dialog = page.getByRole('dialog', { name: /备注/ });
  await dialog.getByLabel('内容').fill('同一句话');
  const faster = async (route) => {
    await other.post(`/v1/tickets/${ticket.id}/actions`, {
      action: 'note',
      text: '又抢先一步',
    });
    await route.continue();
  };
  await page.route('**/v1/tickets/*/actions', faster, { times: 1 });
  await dialog.getByRole('button', { name: '备注' }).click();
  await dialog.getByRole('alert').waitFor();
  assert.match(await dialog.getByRole('alert').textContent(), /页面已更新/);
  assert.equal(await dialog.getByLabel('内容').inputValue(), '同一句话');
  await dialog.getByRole('button', { name: '备注' }).click();
  await dialog.waitFor({ state: 'detached' });
});

test('a session that ends in the middle asks for the password and loses nothing', async () => {
  const ticket = await ticketBy(other, '路过看到垃圾');
  await page.goto(`/console/tickets/${ticket.id}`);
  page.forgive(/401/);
  await page.getByRole('button', { name: /^备注/ }).click();
  const dialog = page.getByRole('dialog', { name: /备注/ });
  await dialog.getByLabel('内容').fill('写到一半');
  const refuse = (route) =>
    route.fulfill({
      status: 401,
      contentType: 'application/json',
      body: '{"code":40101,"message":"登录已过期","request_id":"x"}',
    });
  await page.route('**/v1/tickets/*/actions', refuse);
  await page.route('**/v1/auth/refresh', refuse);
  await dialog.getByRole('button', { name: '备注' }).click();
  const again = page.getByRole('dialog', { name: '登录已过期' });
  await again.waitFor();
  await page.unroute('**/v1/tickets/*/actions');
  await page.unroute('**/v1/auth/refresh');
  await again.getByLabel('密码').fill('demo-2026');
  await again.getByRole('button', { name: '登录' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('写到一半').first().waitFor();
});

test('a server that is gone is said in a sentence, and the work goes on after', async () => {
  const ticket = await ticketBy(other, '路过看到垃圾');
  await page.goto(`/console/tickets/${ticket.id}`);
  await page.locator('[data-map=ticket][data-ready]').waitFor();
  page.forgive(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|net::/);
  await page.getByRole('button', { name: /^备注/ }).click();
  const dialog = page.getByRole('dialog', { name: /备注/ });
  await dialog.getByLabel('内容').fill('断网时写的');
  await page.context().setOffline(true);
  await dialog.getByRole('button', { name: '备注' }).click();
  assert.match(await dialog.getByRole('alert').textContent(), /连接不上服务器/);
  await page.context().setOffline(false);
  await dialog.getByRole('button', { name: '备注' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('.bar-offline').waitFor({ state: 'detached' });
});

test('many tickets are dispatched at once, each with its own result', async () => {
  await page.goto('/console/desk?q=all');
  await rows().nth(4).waitFor();
  for (const what of ['路口垃圾', '路过看到垃圾']) {
    const ticket = await ticketBy(other, what);
    await page.locator(`[data-ticket="${ticket.id}"] input[type=checkbox]`).check();
  }
  await page.getByRole('button', { name: /批量派单/ }).click();
  const dialog = page.getByRole('dialog', { name: /批量派单/ });
  await dialog.getByLabel('主办单位').selectOption('line-sanitation');
  await dialog.getByLabel('理由').fill('集中清运');
  await dialog.getByRole('button', { name: '开始派单' }).click();
  await dialog.getByText(/成功 1 件，未成 1 件/).waitFor();
  assert.match(await dialog.textContent(), /已派给「环境卫生专班」/);
  assert.match(await dialog.textContent(), /不能派单/);
  await on.browser.shot(page, 'console-batch');
  await dialog.getByRole('button', { name: '取消' }).click();
});

test('an import with faults names line, column and cell, and writes nothing', async () => {
  const admin = await on.browser.page(SIZE);
  admin.forgive(/400|422/);
  await login(admin, 'admin');
  await admin.goto('/console/setup/imports');
  const csv = 'code,name,kind\nnew-unit,新单位,block\nx2,,什么\n';
  await admin.getByLabel(/^文件/).setInputFiles({
    name: 'units.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(csv),
  });
  await admin.getByRole('button', { name: '检查并导入' }).click();
  const faults = admin.locator('[data-faults] tbody tr');
  await faults.first().waitFor();
  const said = await faults.allTextContents();
  assert.ok(
    said.some((line) => line.startsWith('3name')),
    said.join('\n'),
  );
  assert.ok(
    said.some((line) => line.includes('kind') && line.includes('什么')),
    said.join('\n'),
  );
  const units = await other.get('/v1/departments');
  assert.equal(
    units.items.some((one) => one.code === 'new-unit'),
    false,
  );
  await on.browser.shot(admin, 'console-import');
  await admin.goto('/console/setup/rules/dedupe');
  const value = admin.getByRole('textbox', { name: '重复问题判定的值' });
  await value.fill('{"missed": ');
  await admin.getByRole('button', { name: '检查并生效' }).click();
  await admin.getByText('不是合格的 JSON').waitFor();
  await value.fill('{"missed": -1}');
  await admin.getByRole('button', { name: '检查并生效' }).click();
  await admin.locator('[role=alert] li, [role=alert] p').first().waitFor();
  await admin.context().close();
});
