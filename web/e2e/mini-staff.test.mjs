/** The work of the street and of the inspectors on a phone: tasks, the reporter's mark, verifying, a proof too far away, more time, accepting, live. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { photo } from './mini-draw.mjs';
import { choose, PLACE, prove, RUN, shutter, stage, submit, until } from './mini-help.mjs';

/** Where this story happens, and a place of the same unit some way off. */
const SPOT = { ...PLACE, longitude: 120.4495, latitude: 36.3645 };
const FAR = { ...PLACE, longitude: 120.458, latitude: 36.3645 };

const { on, phone, staff, sound, report } = stage();
let handler;
let inspector;
let near;

const now = () => on.desk.get(`/v1/tickets/${near.id}`);
const reported = async (words) => (await until(async () => { const found = await on.desk.find(words); return found[0]?.stage === 'dispatched' && found; }))[0];
const marked = (page) => page.getByRole('img', { name: '框出的是要处置的地方' });
const open = (page, id) => page.goto(`/m/#/pages/ticket/index?id=${id}`);

test('tasks are sorted by deadline or by distance, with the distance shown', { timeout: 180_000 }, async () => {
  await report(await phone({ geolocation: FAR }), 101, '远的那件');
  await report(await phone({ geolocation: SPOT }), 102, '近的那件', true);
  await reported('远的那件');
  near = await reported('近的那件');
  handler = await staff('handler-huanxiu', SPOT);
  const rows = () => handler.locator('.section .card').allTextContents();
  const metresOf = (row) => { const [, n, unit] = row.match(/([\d.]+) (米|公里)/) ?? []; return n ? +n * (unit === '公里' ? 1000 : 1) : Infinity; };
  await handler.getByRole('button', { name: '按距离' }).click();
  await until(async () => { const first = (await rows())[0]; return first && metresOf(first) < 100; });
  const far = (await rows()).map(metresOf);
  assert.deepEqual(far, [...far].sort((a, b) => a - b));
  await sound(handler, 'tasks-near');
  await handler.getByRole('button', { name: '按期限' }).click();
  const dues = (await on.desk.get('/v1/tickets?stage=dispatched,handling&limit=50')).items.map((t) => t.due_at).filter(Boolean);
  assert.ok(dues.length >= 2);
  const left = (row) => (/超期/.test(row) ? -1 : (+(row.match(/还剩 (\d+) 天/)?.[1] ?? 0)) * 1440 + (+(row.match(/(\d+) 小时/)?.[1] ?? 0)) * 60 + (+(row.match(/(\d+) 分/)?.[1] ?? 0)));
  const lefts = (await rows()).map(left);
  assert.deepEqual(lefts, [...lefts].sort((a, b) => a - b));
  await sound(handler, 'tasks-due');
});

test('a proof from afar: warned of before, doubted after; the inspector sends it back; the handler reads why, with the distance', { timeout: 240_000 }, async () => {
  await open(handler, near.id);
  await marked(handler).waitFor(); // what the reporter marked, on the photo
  await sound(handler, 'ticket-marked');
  await handler.getByRole('button', { name: '签收' }).click();
  await handler.context().setGeolocation(FAR);
  await handler.reload();
  await handler.getByRole('button', { name: '提交处置' }).click();
  await handler.getByText(/您离现场还有 \d+ 米，请走到现场再拍/).waitFor();
  await handler.getByRole('button', { name: '拍照', exact: true }).click();
  await marked(handler).waitFor(); // over the ghost, at the first fix
  await sound(handler, 'ghost-handler');
  await handler.getByRole('button', { name: '取消' }).click();
  await prove(handler, await photo(handler, RUN + 102, false));
  await sound(handler, 'proof-far');
  inspector = await staff('inspector-supervision1', SPOT);
  await handler.getByRole('button', { name: '提交处置' }).last().click();
  const check = handler.getByRole('region', { name: '处置照片的核查' });
  await check.getByText(/距案件位置 \d+ 米，超过 \d+ 米/).waitFor({ timeout: 60_000 });

  await inspector.getByRole('button', { name: /暴露垃圾.*待核查/ }).first().waitFor({ timeout: 60_000 }); // it came by itself
  await sound(inspector, 'inspector-tasks');
  await open(inspector, near.id);
  await inspector.getByText('存疑').first().waitFor();
  await marked(inspector).waitFor();
  await sound(inspector, 'inspector-ticket');
  await inspector.getByRole('button', { name: '返工' }).click();
  await inspector.getByLabel('哪里不合格').fill('照片离现场太远，请到现场重拍');
  await sound(inspector, 'rework');
  await inspector.getByRole('button', { name: '返工', exact: true }).last().click();
  await until(async () => (await now()).state.stage === 'handling');
  await handler.getByRole('region', { name: '为什么返工' }).getByText('请到现场重拍').waitFor(); // nobody reloaded
  await check.getByText(/距案件位置 \d+ 米/).waitFor();
  await handler.getByRole('region', { name: '为什么返工' }).scrollIntoViewIfNeeded();
  await sound(handler, 'refused-far');
});

test('the handler asks for more time, in the unit of the ticket’s own limit', { timeout: 120_000 }, async () => {
  await handler.getByRole('button', { name: '申请延期' }).click();
  await handler.getByRole('group', { name: '再要多久' }).getByRole('button').nth(1).click();
  await handler.getByLabel('说明原因').fill('要等吊车');
  await sound(handler, 'extension');
  await handler.getByRole('button', { name: '申请延期', exact: true }).last().click();
  const asked = await until(async () => (await now()).pending);
  assert.equal(asked.by.unit, (await now()).standard.limit.unit);
  await on.desk.act(near.id, { action: 'deny', reason: '按原时限办' });
});

test('the inspector accepts a doubtful proof and closes; the handler sees it at once', { timeout: 240_000 }, async () => {
  await handler.context().setGeolocation(SPOT);
  await handler.reload();
  await handler.getByRole('button', { name: '提交处置' }).click();
  await handler.getByText('您就在现场').waitFor();
  await prove(handler, await photo(handler, RUN + 109, false)); // a place that nobody has photographed
  await handler.getByRole('button', { name: '提交处置' }).last().click();
  await inspector.getByRole('button', { name: '验收' }).click({ timeout: 60_000 });
  await sound(inspector, 'accept');
  await inspector.getByRole('button', { name: '验收', exact: true }).last().click();
  await until(async () => ['accepted', 'closed'].includes((await now()).state.stage));
  if ((await now()).state.stage === 'accepted') await inspector.getByRole('button', { name: '销号' }).click({ timeout: 30_000 });
  await until(async () => (await now()).state.stage === 'closed');
  await handler.getByText('已销号').first().waitFor();
});

test('a 网格员 verifies what the desk asks about', { timeout: 180_000 }, async () => {
  const citizen = await phone({ geolocation: { ...PLACE, longitude: 120.46, latitude: 36.3605 } });
  await choose(citizen, shutter(citizen), [await photo(citizen, RUN + 120, true)]);
  await citizen.getByText('手机定位').waitFor();
  await citizen.getByLabel('补充说明').fill(`说不清是什么${RUN}`);
  await submit(citizen).click();
  await citizen.getByText('收到了，谢谢您').waitFor();
  const row = await until(async () => {
    const [found] = await on.desk.find(`说不清是什么${RUN}`);
    return found && (await on.desk.get(`/v1/tickets/${found.id}`)).attention.length > 0 && found;
  });
  await on.desk.act(row.id, { action: 'ask_verify' });
  const walker = await staff('grid-huanxiu1', { ...PLACE, longitude: 120.46, latitude: 36.3605 });
  await walker.getByRole('button', { name: /核实/ }).first().click();
  await walker.getByRole('button', { name: '核实', exact: true }).waitFor();
  await walker.getByRole('button', { name: '核实', exact: true }).click();
  await walker.getByRole('button', { name: '属实', exact: true }).click();
  await choose(walker, walker.getByRole('button', { name: '拍照', exact: true }), [await photo(walker, RUN + 121, true)]);
  await walker.getByRole('img', { name: '第 1 张照片' }).waitFor();
  await sound(walker, 'verify');
  await walker.getByRole('button', { name: '核实', exact: true }).last().click();
  await until(async () => (await on.desk.get(`/v1/tickets/${row.id}`)).state.stage !== 'verifying');
});
