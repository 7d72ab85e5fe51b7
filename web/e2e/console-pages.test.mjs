/** Every page of the console: it opens, axe finds nothing in light and in dark, its picture is kept; map, boards, sizes. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { colleague, login, open, SIZE, stage, ticketBy, violations } from './console-help.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../console/dist');
let admin;
let ticket;
let paper;

const { on, seat } = stage(async () => {
  const office = await colleague(on.server.base, 'admin');
  await office.post('/v1/practice/clock', { to: `${today()}T17:05:00+08:00` }).catch(() => undefined);
  const other = await colleague(on.server.base, 'dispatcher1');
  ticket = await ticketBy(other, 'SSP2026-000001');
  paper = (await other.get('/v1/papers')).items[0];
  admin = await seat('admin');
});

function today() {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
}

const PAGES = {
  desk: ['/desk?q=exceptions', '.doubts'],
  ticket: () => [`/tickets/${ticket.id}`, '.compare'],
  map: ['/map', '[data-map=tickets][data-ready]'],
  weather: ['/boards/weather', '.tile'],
  ranking: ['/boards/ranking', '.table'],
  funnel: ['/boards/funnel', '.funnel'],
  targets: ['/boards/targets', '.bullet'],
  trends: ['/boards/trends', '[data-chart] svg'],
  worklines: ['/boards/worklines', '.table'],
  screen: ['/screen', '[data-map=tickets][data-ready]'],
  papers: ['/rhythm/papers', 'h1'],
  paper: () => (paper ? [`/rhythm/papers/${paper.id}`, '.paper'] : ['/rhythm/papers', 'h1']),
  tasks: ['/rhythm/tasks', 'h1'],
  programmes: ['/rhythm/programmes', 'h1'],
  rechecks: ['/rhythm/rechecks', 'h1'],
  acts: ['/rhythm/acts', 'h1'],
  lists: ['/rhythm/lists?list=duties', '.table'],
  exposures: ['/rhythm/exposures', 'h1'],
  draft: () => [`/rhythm/exposures/new?ticket=${ticket.id}`, '.exposure'],
  search: ['/search?words=垃圾', '.table'],
  people: ['/setup/people', '.table'],
  imports: ['/setup/imports', '#file'],
  books: ['/setup/books', '.table'],
  registers: ['/setup/registers', 'h1'],
  rules: ['/setup/rules/ticket_ladder', '.code'],
  jobs: ['/setup/jobs', '.table'],
  health: ['/setup/health', '.table'],
  subscriptions: ['/setup/subscriptions', '#url'],
};

for (const theme of ['light', 'dark']) {
  test(`the login page, ${theme}`, async () => {
    const page = await on.browser.page({ ...SIZE, colorScheme: theme });
    await page.goto('/console/');
    await page.getByLabel('用户名').waitFor();
    assert.deepEqual(await violations(page), []);
    await on.browser.shot(page, `console-login-${theme}`);
    await page.context().close();
  });
  for (const [name, given] of Object.entries(PAGES)) {
    test(`${name}, ${theme}: opens, and axe finds nothing`, async () => {
      await admin.evaluate((value) => localStorage.setItem('suishoupai.theme', value), theme);
      const [path, shows] = typeof given === 'function' ? given() : given;
      await open(admin, path, shows);
      await on.browser.shot(admin, `console-${name}-${theme}`);
      assert.deepEqual(await violations(admin), []);
    });
  }
}

test('every board the server names opens', async () => {
  const titles = await (await colleague(on.server.base, 'leader')).get('/v1/boards');
  for (const { board, label } of titles.items) {
    await open(admin, `/boards/${board}`, 'h1');
    assert.equal(await admin.locator('h1').textContent(), label);
  }
  assert.equal(titles.items.length >= 15, true);
});

test('a rate shows its formula, numerator and denominator when reached', async () => {
  await open(admin, '/boards/ranking', '.table');
  await admin.locator('.rates .fig').nth(2).focus();
  const tip = await admin.getByRole('tooltip').textContent();
  assert.match(tip, /按期结案数 ÷ 应结案数/);
  assert.match(tip, /\d+ ÷ \d+ = /);
  assert.match(await admin.locator('.table').textContent(), /返工 1 件 × 1.00，扣 1.00 分/);
});

test('the ticket page shows six checks with measure and threshold, the slider, the overlay and the clock', async () => {
  await open(admin, `/tickets/${ticket.id}`, '.compare');
  assert.equal(await admin.locator('.checks tbody tr').count(), 6);
  assert.match(await admin.locator('[data-check=same_scene]').textContent(), /\d+ 处\d+ 处$/);
  const slider = admin.getByRole('slider', { name: '拖动对比处置前后' });
  await slider.focus();
  for (let pressed = 0; pressed < 10; pressed += 1) await admin.keyboard.press('ArrowLeft');
  assert.match((await admin.locator('.compare .after').getAttribute('style')) ?? '', /40%/);
  await admin.getByLabel('显示变化').check();
  await admin.getByAltText('变化叠图').waitFor();
  await on.browser.shot(admin, 'console-overlay');
  assert.ok((await admin.locator('.strip-clock span').count()) > 1);
  await admin.getByRole('button', { name: '判定依据' }).click();
  await admin.getByText('位置以手机定位为准').waitFor();
});

test('every form of a dispatched ticket opens, and axe finds nothing in it', async () => {
  const page = await on.browser.page({ ...SIZE, colorScheme: 'dark' });
  await login(page, 'dispatcher1');
  const late = await ticketBy(await colleague(on.server.base, 'dispatcher1'), 'SSP2026-000002');
  await open(page, `/tickets/${late.id}`, '.acts button');
  const actions = await page.locator('.acts button').evaluateAll((all) => all.map((one) => one.dataset.action));
  assert.ok(actions.length > 8, actions.join());
  for (const action of actions) {
    await page.locator(`.acts [data-action=${action}]`).click();
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await violations(page), [], action);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.context().close();
});

/** Opens the map for a leader and drags it about; answers how long it took to be ready and the gaps between frames. */
async function drag(page) {
  const began = Date.now();
  await page.goto('/console/map');
  await page.locator('[data-map=tickets][data-ready]').waitFor({ timeout: 60_000 });
  const ready = Date.now() - began;
  await page.waitForTimeout(2_000);
  const gaps = await page.evaluate(async () => {
    const canvas = document.querySelector('[data-map=tickets] canvas');
    const { x } = canvas.getBoundingClientRect();
    const fire = (type, at) =>
      canvas.dispatchEvent(
        new MouseEvent(type, {
          bubbles: true,
          clientX: x + 600 - at * 4,
          clientY: 300,
          button: 0,
          buttons: 1,
        }),
      );
    const found = [];
    let last = performance.now();
    fire('mousedown', 0);
    for (let at = 0; at < 40; at += 1) {
      fire('mousemove', at);
      await new Promise((go) => requestAnimationFrame(go));
      found.push(performance.now() - last);
      last = performance.now();
    }
    fire('mouseup', 40);
    return found.sort((one, two) => one - two);
  });
  return { ready, median: gaps[20] };
}

test('a hundred thousand tickets are drawn and can be moved; the frames are printed, not judged', async () => {
  const page = await seat('leader');
  const few = await drag(page);
  const features = Array.from({ length: 100_000 }, (_, at) => ({
    type: 'Feature',
    geometry: {
      type: 'Point',
      coordinates: [120.16 + 0.83 * ((at * 0.618034) % 1), 36.27 + 0.36 * ((at * 0.754878) % 1)],
    },
    properties: {
      id: String(at),
      number: null,
      attention: null,
      stage: at % 3 ? 'closed' : 'handling',
      stage_label: '',
      category: null,
      late: at % 40 === 0,
    },
  }));
  const body = JSON.stringify({
    code: 0,
    message: 'ok',
    data: {
      type: 'FeatureCollection',
      coord_type: 'wgs84',
      truncated: false,
      features,
    },
    request_id: 'x',
  });
  await page.route('**/v1/tickets/map*', (route) => route.fulfill({ contentType: 'application/json', body }));
  const many = await drag(page);
  console.log(
    `# map, six tickets against 100,000: ready ${few.ready} to ${many.ready} ms, median frame ${few.median.toFixed(0)} to ${many.median.toFixed(0)} ms (drawn by software)`,
  );
  await on.browser.shot(page, 'console-map-100000');
  assert.ok(Number.isFinite(many.median), 'frames were drawn while the map moved');
  await page.context().close();
});

test('nothing jumps while a page fills', async () => {
  const page = await on.browser.page(SIZE);
  await page.addInitScript(() => {
    window.shifts = 0;
    const watch = new PerformanceObserver((list) => {
      for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts += one.value;
    });
    watch.observe({ type: 'layout-shift', buffered: true });
  });
  await login(page, 'dispatcher1');
  for (const name of ['desk', 'ticket', 'map', 'ranking', 'trends', 'papers', 'lists']) {
    const given = PAGES[name];
    const [path, shows] = typeof given === 'function' ? given() : given;
    await open(page, path, shows);
    await page.waitForTimeout(500);
    const shifts = await page.evaluate(() => window.shifts);
    console.log(`# ${name}: layout shift ${shifts.toFixed(3)}`);
    assert.ok(shifts < 0.1, `${name} ${shifts}`);
  }
  await page.context().close();
});

test('the first view is below 350 kB gzipped before the map', async () => {
  const page = await readFile(join(dist, 'index.html'), 'utf8');
  const first = [...page.matchAll(/(?:src|href)="\/console\/(assets\/[^"]+\.(?:js|css))"/g)].map((found) => found[1]);
  const sizes = await Promise.all(first.map(async (name) => gzipSync(await readFile(join(dist, name))).length));
  const sum = sizes.reduce((all, one) => all + one, gzipSync(page).length);
  console.log(`# first view ${(sum / 1000).toFixed(1)} kB gzipped in ${first.length + 1} files of ${(await readdir(join(dist, 'assets'))).length + 2}`);
  assert.ok(first.length > 0 && sum < 350_000, `${sum} bytes`);
});
