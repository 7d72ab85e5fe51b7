/** What leaders and the public's editors see: workbooks of every board, curves, one map with its layers, a programme, an exposure. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { colleague, fillIn, inHours, login, look, open, SIZE, stage, ticketBy, until } from './console-help.mjs';

let desk;
let other;

const { on, seat } = stage(async () => {
  other = await colleague(on.server.base, 'dispatcher2');
  desk = await seat('dispatcher1');
});

test('every board is downloaded as a workbook', async () => {
  const { items } = await other.get('/v1/boards');
  for (const { board, label } of items) {
    await open(desk, `/boards/${board}`, 'h1');
    const coming = desk.waitForEvent('download');
    await desk.getByRole('button', { name: '下载 XLSX' }).click();
    const file = await coming;
    assert.match(file.suggestedFilename(), new RegExp(`^${label}-.*\\.xlsx$`));
    assert.equal((await readFile(await file.path())).subarray(0, 2).toString(), 'PK', board);
  }
});

test('one figure of a board is drawn over the last twelve months and weeks', async () => {
  await open(desk, '/boards/funnel', '.funnel');
  await desk.getByText('走势').click();
  await desk.locator('[data-chart] svg').waitFor();
  await desk.getByRole('button', { name: '最近 12 周' }).click();
  await desk.locator('[data-chart][aria-label*="-W"] svg').waitFor();
  await desk.locator('[data-chart]').scrollIntoViewIfNeeded();
  await look(on.browser, desk, 'over-time');
  for (const board of ['ranking', 'overdue', 'ratings']) {
    await open(desk, `/boards/${board}`, 'h1');
    await desk.getByText('走势').click();
    await desk.locator('[data-chart] svg, details[open] .muted').first().waitFor();
  }
});

/** A city's worth of what lies over the tickets: hot spots from the first report on, two patches, a site, a point. */
async function surroundings() {
  const office = await colleague(on.server.base, 'admin');
  await office.post('/v1/rules/hotspot', { value: { min_count: 1 } });
  const square = (x, y) => [
    [
      [x, y],
      [x + 0.0002, y],
      [x + 0.0002, y + 0.0002],
      [x, y + 0.0002],
      [x, y],
    ],
  ];
  const feature = (id, x, y) => ({
    type: 'Feature',
    id,
    properties: { new_build: false, address: '示例路' },
    geometry: { type: 'Polygon', coordinates: square(x, y) },
  });
  const patches = { type: 'FeatureCollection', features: [feature('t1', 120.52, 36.42), feature('t2', 120.6, 36.45)] };
  await office.bring('patches', 'patches.geojson', JSON.stringify(patches), { coord_type: 'wgs84', source: 'drone', programme: 'F-2026-1' });
  const site = 'code,name,department,longitude,latitude,coord_type,from_day,to_day\ns1,安置房工地,area-huanxiu,120.46,36.36,wgs84,2026-03-01,2027-03-01\n';
  await office.bring('site', 'site.csv', site);
  const point = 'code,name,longitude,latitude,coord_type,department,target,done\nP1,环秀路,120.49,36.38,wgs84,area-huanxiu,1,1\n';
  await office.bring('point', 'point.csv', point);
}

test('the map is narrowed, and hot spots, patches and registers lie over it', async () => {
  await open(desk, '/map', '[data-map=tickets][data-ready]');
  const count = desk.locator('.map-tools [role=status]');
  await until(async () => /^6 件/.test(await count.textContent()));
  await desk.getByLabel('疑点').selectOption('border');
  await until(async () => /^1 件/.test(await count.textContent()));
  await desk.getByLabel('疑点').selectOption('');
  await desk.getByLabel('状态').selectOption('closed');
  await until(async () => !/^6 件/.test(await count.textContent()));
  await desk.getByLabel('状态').selectOption('');
  await desk.getByLabel('类别').selectOption('w:roads');
  await until(async () => /^0 件/.test(await count.textContent()));
  await desk.getByLabel('类别').selectOption('');
  await surroundings();
  for (const layer of ['热点', '图斑', '工地', '测评点位']) await desk.getByLabel(layer).check();
  await desk.getByRole('button', { name: '热力' }).click();
  await until(async () => /台账 2 处 · 热点 [1-9]\d* 处 · 图斑 2 处/.test(await count.textContent()));
  await desk.getByRole('button', { name: '点位' }).click();
  await look(on.browser, desk, 'map-layers');
  await desk.locator('.hot-list button').first().click();
  await desk.getByRole('complementary', { name: '选中的热点' }).getByText('近期件数').waitFor();
  await desk.waitForTimeout(1_000);
  await look(on.browser, desk, 'map-hot');
});

test('a hot spot of the board is opened on the map', async () => {
  await open(desk, '/boards/hotspots', '.table');
  const row = desk.locator('tbody tr').first();
  const link = row.getByRole('link', { name: '在图上看' });
  const name = (await link.getAttribute('aria-label')).replace('在图上看', '');
  await link.click();
  await desk.getByRole('complementary', { name: '选中的热点' }).getByRole('heading', { name }).waitFor();
  assert.equal(await desk.getByRole('checkbox', { name: '热点' }).isChecked(), true);
  await desk.locator('[data-map=tickets][data-ready]').waitFor();
  await desk.waitForTimeout(1_000);
  await look(on.browser, desk, 'map-hot-linked');
});

test('a programme is made, started, and shows its tasks', async () => {
  await open(desk, '/rhythm/programmes', 'h1');
  await desk.getByRole('button', { name: '制定计划' }).click();
  const day = (days) => inHours(24 * days).slice(0, 10);
  await fillIn(desk, {
    种类: 'recurring',
    名称: '背街小巷每日巡查',
    主办单位: 'center',
    被督查或承担任务的单位: 'area-huanxiu',
    第一天: day(0),
    最后一天: day(6),
  });
  await desk.getByRole('heading', { name: '背街小巷每日巡查' }).waitFor();
  await desk.getByRole('button', { name: '启动' }).click();
  await desk.locator('tbody tr', { hasText: '环秀' }).first().waitFor({ timeout: 20_000 });
  await look(on.browser, desk, 'programme');
});

test('an exposure is drafted with chosen photos, and let out by another who ticks each', async () => {
  const ticket = await ticketBy(other, 'SSP2026-000001');
  const editor = await on.browser.page(SIZE);
  editor.forgive(/422/);
  await login(editor, 'publicity');
  await open(editor, '/rhythm/exposures', 'h1');
  await editor.getByRole('link', { name: '起草曝光' }).click();
  await editor.getByLabel('曝光哪个案件').fill('SSP2026-000001');
  await editor.getByRole('button', { name: '找到它' }).click();
  await editor.locator('.shots input').nth(1).check();
  await editor.getByLabel('标题').fill('垃圾堆放多日无人清理');
  await editor.getByLabel('说明').fill('联系电话 13812345678');
  await editor.getByRole('button', { name: '存为待审' }).click();
  await editor
    .getByText(/疑似手机号/)
    .first()
    .waitFor();
  await editor.getByLabel('说明').fill('市民多次反映,直到曝光前一天才清运。');
  await editor.locator('.exposure', { hasText: '垃圾堆放多日' }).waitFor();
  await look(on.browser, editor, 'draft');
  await editor.getByRole('button', { name: '存为待审' }).click();
  await editor.locator('.act-row', { hasText: '垃圾堆放多日' }).waitFor();
  await look(on.browser, editor, 'exposures');
  await open(desk, '/rhythm/exposures?state=draft', '.act-row');
  await desk.getByRole('button', { name: '审核发布' }).click();
  const dialog = desk.getByRole('dialog', { name: /审核发布/ });
  for (const box of await dialog.locator('.shots input').all()) await box.check();
  await look(on.browser, desk, 'publish');
  await fillIn(desk);
  const shown = await other.get('/v1/exposures');
  assert.equal(shown.items[0].title, '垃圾堆放多日无人清理');
  assert.equal(shown.items[0].before.length, 2);
  assert.ok(ticket);
  await editor.context().close();
});
