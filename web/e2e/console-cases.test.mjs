/** Cases that need two sides: search, an extension, a suspension, a meeting, an inspector's word; by clicking only. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colleague, drawing, fillIn, inHours, report, stage, ticketBy, until } from './console-help.mjs';

const UNIT = 'area-huanxiu';

let other;
let desk;
let handler;
let home;

const { on, seat } = stage(async () => {
  other = await colleague(on.server.base, 'dispatcher2');
  home = (await other.get(`/v1/tickets/${(await ticketBy(other, 'SSP2026-000002')).id}`)).place;
  desk = await seat('dispatcher1');
  handler = await seat('handler-huanxiu');
});

const now = (id) => other.get(`/v1/tickets/${id}`);

/** A fresh case of the handler's unit, some way from all others. */
async function dispatched(nth, words) {
  const place = { longitude: home.longitude + 0.004 * nth, latitude: home.latitude, coord_type: home.coord_type, accuracy: 5 };
  const sent = await report(on.server.base, `case-${nth}`, await drawing(desk, nth), { ...place, words, category: '06010' });
  const id = sent.ticket_id;
  const settled = async () => {
    const ticket = await now(id);
    return ticket.state.stage === 'dispatched' || ticket.attention.length > 0;
  };
  await until(settled);
  const ticket = await now(id);
  const allowed = ticket.allowed_actions.map((one) => one.action);
  if (ticket.lead?.code !== UNIT) {
    const action = allowed.includes('dispatch') ? 'dispatch' : 'redispatch';
    await other.post(`/v1/tickets/${id}/actions`, { action, lead: UNIT, reason: '测试:由环秀片区办' });
  }
  return id;
}

/** Opens a case and one of its actions. */
async function act(page, id, action) {
  await page.goto(`/console/tickets/${id}`);
  await page.locator(`[data-action=${action}]`).click();
}

test('words are found while they are typed, on the desk and among all cases; the key / leads to the box', async () => {
  await desk.locator('[data-queue=all]').click();
  await desk.locator('.ticket-row').nth(3).waitFor();
  await desk.keyboard.press('/');
  await desk.keyboard.type('路口');
  await desk.waitForURL(/words=/);
  await until(async () => (await desk.locator('.ticket-row').count()) === 1);
  assert.match(await desk.locator('.ticket-row').textContent(), /路口垃圾/);
  await desk.keyboard.press('Enter');
  await desk.waitForURL(/\/search\?/);
  await desk.locator('tr[data-ticket] mark', { hasText: '路口' }).waitFor();
  await desk.getByLabel(/^搜索/).fill('000002');
  await desk.locator('tr[data-ticket]', { hasText: 'SSP2026-000002' }).waitFor();
  assert.equal(await desk.locator('tr[data-ticket]').count(), 1);
  await desk.getByLabel(/^搜索/).fill('没有这种话');
  await desk.getByText('没有含「没有这种话」的案件').waitFor();
  await desk.keyboard.press('Escape');
});

test('an extension is asked for by the unit and granted at the desk', async () => {
  const id = await dispatched(1, '测试延期的垃圾');
  await act(handler, id, 'sign_in');
  await fillIn(handler);
  await until(async () => (await now(id)).state.stage === 'handling');
  const due = (await now(id)).clock.due_at;
  await handler.locator('[data-action=request_extension]').click();
  await fillIn(handler, { 延长多久: '1', 理由: '要等吊车' });
  await until(async () => (await now(id)).attention.some((one) => one.kind === 'request'));
  await desk.goto(`/console/desk?q=exceptions&t=${id}`);
  await desk.getByText('申请待批').first().waitFor();
  await on.browser.shot(desk, 'console-request');
  await desk.locator('[data-action=grant]').click();
  await fillIn(desk);
  await until(async () => (await now(id)).pending === null);
  assert.ok(Date.parse((await now(id)).clock.due_at) > Date.parse(due));
});

test('a suspension is asked for, granted, and ended', async () => {
  const id = await dispatched(2, '测试挂账的垃圾');
  await act(handler, id, 'sign_in');
  await fillIn(handler);
  await handler.locator('[data-action=request_suspension]').click();
  await fillIn(handler, { 截止时间: inHours(72), 理由: '工地未完工' });
  await until(async () => (await now(id)).pending !== null);
  await act(desk, id, 'grant');
  await fillIn(desk, { 理由: '同意挂账' });
  await until(async () => (await now(id)).state.stage === 'suspended');
  await desk.getByText('已挂账').first().waitFor();
  await handler.locator('[data-action=resume]').click();
  await fillIn(handler, { 理由: '工地已完工' });
  await until(async () => (await now(id)).state.stage === 'handling');
});

test('a meeting is called and ruled', async () => {
  const id = await dispatched(3, '测试会商的垃圾');
  await act(desk, id, 'convene');
  await fillIn(desk, { 参加单位: [UNIT, 'line-sanitation'], 在现场会商: 'false', 时间: inHours(4), 理由: '职责不清' });
  await until(async () => (await now(id)).state.stage === 'disputed');
  await desk.locator('[data-queue=disputed]').click();
  await desk.locator(`[data-ticket="${id}"] button`).click();
  await desk.locator('[data-action=rule]').click();
  await fillIn(desk, { 主办单位: 'line-sanitation', 理由: '会商一致:环卫专班主办' });
  await until(async () => (await now(id)).lead.code === 'line-sanitation');
  assert.notEqual((await now(id)).state.stage, 'disputed');
});

test('an inspector accepts a doubtful proof', async () => {
  const id = await dispatched(4, '测试验收的垃圾');
  await act(handler, id, 'sign_in');
  await fillIn(handler);
  await handler.locator('[data-action=submit_fix]').click();
  const dialog = handler.getByRole('dialog', { name: /提交处置/ });
  await dialog.getByLabel('照片').setInputFiles({ name: 'after.jpg', mimeType: 'image/jpeg', buffer: await drawing(handler, 77) });
  await dialog.getByText('已上传').waitFor();
  await fillIn(handler);
  await until(async () => (await now(id)).attention.some((one) => one.kind === 'doubtful_proof'));
  const inspector = await seat('inspector-supervision1');
  await inspector.locator('[data-queue=doubtful_proof]').click();
  await inspector.locator(`[data-ticket="${id}"] button`).click();
  await inspector.locator('[data-action=accept]').click();
  await fillIn(inspector, { 说明: '到现场看过,已清理' });
  const steps = async () => (await other.get(`/v1/tickets/${id}/timeline`)).items;
  await until(async () => (await steps()).some((one) => one.label.includes('验收')));
  await inspector.goto(`/console/tickets/${id}`);
  await inspector.locator('.timeline', { hasText: '验收' }).waitFor();
  await inspector.context().close();
});
