/** Proofs and merges: a copy is refused with its reason, a doubtful proof is settled by one key, a merge is undone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colleague, drawing, login, report, SIZE, stage, ticketBy, until } from './console-help.mjs';

let other;
let handler;
let ticket;

const { on, seat } = stage(async () => {
  other = await colleague(on.server.base, 'dispatcher2');
  ticket = await ticketBy(other, 'SSP2026-000002');
  handler = await seat('handler-huanxiu');
});

const now = () => other.get(`/v1/tickets/${ticket.id}`);

/** Hands in one picture as the proof of the fix, by clicking. */
async function handIn(buffer) {
  await handler.locator('[data-action=submit_fix]').click();
  const dialog = handler.getByRole('dialog', { name: /提交处置/ });
  await dialog.getByLabel('照片').setInputFiles({ name: 'after.jpg', mimeType: 'image/jpeg', buffer });
  await dialog.getByText('已上传').waitFor();
  await dialog.getByRole('button', { name: '提交处置' }).click();
  await dialog.waitFor({ state: 'detached' });
}

test('a copy of the before-photo is refused, and the handler reads why', async () => {
  const { photos } = await now();
  await handler.goto(`/console/tickets/${ticket.id}`);
  await handler.locator('[data-action=sign_in]').click();
  await handler.getByRole('dialog').getByRole('button', { name: '签收' }).click();
  await handIn(await other.picture(photos[0].urls.display));
  await handler.locator('[data-check=not_reused] .tag.late').waitFor({ timeout: 20_000 });
  assert.match(await handler.locator('[data-check=not_reused]').textContent(), /不通过/);
  await on.browser.shot(handler, 'console-refused');
});

test('a proof of another place is doubtful: it comes to the desk, and one key sends it back', async () => {
  await handIn(await drawing(handler));
  await until(async () => (await now()).attention.some((one) => one.kind === 'doubtful_proof'));
  const desk = await seat('dispatcher1');
  await desk.locator('[data-queue=doubtful_proof]').click();
  await desk.locator(`[data-ticket="${ticket.id}"]`).waitFor();
  await desk.getByText('系统建议').waitFor();
  assert.match(await desk.locator('.doubts').textContent(), /退回返工/);
  assert.equal(await desk.locator('[data-check]').count(), 6);
  await on.browser.shot(desk, 'console-doubt');
  await desk.keyboard.press('a');
  await until(async () => (await now()).state.stage === 'handling');
  await desk.getByText('这里没有案件').waitFor();
  assert.equal((await now()).reworks, 2, 'one by the machine, one by hand');
  await desk.context().close();
});

test('two reports of one spot become one ticket; the dispatcher takes them apart again', async () => {
  const closed = await ticketBy(other, 'SSP2026-000001');
  const { photos } = await other.get(`/v1/tickets/${closed.id}`);
  const picture = await other.picture(photos[0].urls.display);
  const place = {
    longitude: 120.471,
    latitude: 36.3645,
    coord_type: 'gcj02',
    accuracy: 8,
  };
  const first = await report(on.server.base, 'merge-one', picture, {
    ...place,
    words: '沟边一堆垃圾',
    category: '06010',
  });
  await until(async () => (await other.get(`/v1/tickets/${first.ticket_id}`)).number);
  const second = await report(on.server.base, 'merge-two', picture, {
    ...place,
    words: '沟边垃圾没人管',
    category: '06010',
  });
  await until(async () => (await other.get(`/v1/tickets/${second.ticket_id}`)).state.stage === 'merged');
  const page = await seat('dispatcher1');
  await page.goto(`/console/tickets/${first.ticket_id}`);
  await page.getByRole('button', { name: '合并与重复' }).click();
  await page.getByRole('button', { name: '撤销并案' }).click();
  const dialog = page.getByRole('dialog', { name: /撤销并案/ });
  await dialog.getByLabel('理由').fill('不是同一处');
  await dialog.getByRole('button', { name: '撤销并案' }).click();
  await dialog.waitFor({ state: 'detached' });
  await until(async () => (await other.get(`/v1/tickets/${second.ticket_id}`)).state.stage !== 'merged');
  await page.getByText('没有并入的上报').waitFor();
  await page.context().close();
});

test('a map that cannot be loaded leaves the ticket standing', async () => {
  const page = await on.browser.page(SIZE);
  page.forgive(/ERR_FAILED|Failed to fetch dynamically|map/);
  await login(page, 'dispatcher1');
  await page.route('**/assets/ticket-map*.js', (route) => route.abort());
  await page.goto(`/console/tickets/${ticket.id}`);
  await page.getByText('地图没有载入').waitFor();
  await page.locator('.acts button').first().waitFor();
  await page.context().close();
});
