/** What the tests of the mini-program share: a phone past the consent, a member of staff on it, a report, a look at a screen. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, afterEach, before } from 'node:test';
import { openBrowser } from './browser.mjs';
import { photo } from './mini-draw.mjs';
import { PASSWORD, startServer } from './server.mjs';

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
/** The middle of a grid, far from its borders and from the demonstration's own tickets; each story has its own. */
export const PLACE = { longitude: 120.4495, latitude: 36.3645, accuracy: 12 };
/** Scenes unlike those of an earlier run on the same server: a photograph is used once. */
export const RUN = (Date.now() % 100_000) * 100;

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * The stage of one test file: a server and a browser before its tests, gone after them, and after each a look at what no page may
 * do. `on` holds { server, browser, desk } once the tests run; `desk` is a dispatcher at the API. `start` makes the server.
 */
export function stage(start = startServer) {
  const on = {};
  before(async () => {
    on.server = await start();
    on.browser = await openBrowser(on.server.base);
    on.desk = await person(on.server.base, 'dispatcher2');
  });
  after(async () => {
    await on.browser?.close();
    await (on.server?.remove ?? on.server?.stop)?.();
  });
  afterEach(() => on.browser.check());

  /** A phone at a place, past the consent. `more` goes to the browser context; `first` is given the page before it is opened. */
  const phone = async (more = {}, first = null) => {
    const page = await on.browser.page({ ...PHONE, geolocation: PLACE, permissions: ['geolocation'], ...more });
    page.setDefaultTimeout(20_000);
    page.forgive(/auth\/guest/); // servers without guest logins answer 404, the demonstration's code follows
    await first?.(page);
    await page.goto('/m/');
    await agree(page).click();
    return page;
  };

  /** A phone of a member of staff, on the tab of tasks, past the consent of that account. */
  const staff = async (username, geolocation = PLACE) => {
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
    await page.waitForTimeout(400); // the sheet comes with the page
    if (await agree(page).isVisible()) await agree(page).click();
    return page;
  };

  /** No violation of WCAG A and AA, nothing to tap under 44 px, in both colour schemes; keeps a picture of each. */
  const sound = async (page, name) => {
    await page.waitForTimeout(400); // pages slide in
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await on.browser.shot(page, `mini-${name}-${colorScheme}`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa'] }));
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`), [], `${name} ${colorScheme}`);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    assert.deepEqual(await page.evaluate(small), [], `${name}: too small to tap`);
  };

  /** A report at the phone's place, taken by the server, with its middle marked or not. Leaves the page on "received". */
  const report = async (page, seed, words, marked = false) => {
    await choose(page, shutter(page), [await photo(page, RUN + seed, true)]);
    if (marked) {
      await page.getByRole('button', { name: '在第 1 张照片上圈出问题', exact: true }).click();
      await page.getByRole('application', { name: /框出问题/ }).press('Enter');
      await page.getByRole('button', { name: '就是这块' }).click();
    }
    await page.getByText('手机定位').waitFor();
    await page.getByRole('button', { name: '暴露垃圾', exact: true }).click();
    if (words) await page.getByLabel('补充说明').fill(words);
    await submit(page).click();
    await page.getByText('收到了，谢谢您').waitFor();
  };

  return { on, phone, staff, sound, report };
}

/** Runs in the page: buttons on the shown page that are under 44 px high or wide. */
function small() {
  return [...document.querySelectorAll('button, input:not([type=range]):not([type=file]), textarea, [role=button]:not(circle)')]
    .map((e) => ({ e, r: e.getBoundingClientRect() }))
    .filter(({ r }) => r.width > 0 && (r.height < 43.5 || r.width < 43.5))
    .map(({ e, r }) => `${e.textContent || e.getAttribute('aria-label')} ${Math.round(r.width)}×${Math.round(r.height)}`);
}

export const agree = (page) => page.getByRole('button', { name: '同意并开始' });
export const shutter = (page) => page.getByRole('button', { name: '拍照上报' });
export const submit = (page) => page.getByRole('button', { name: '提交', exact: true });

/** Taps `button` and gives the chooser `files`. */
export async function choose(page, button, files) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button.click()]);
  await chooser.setFiles(files);
}

/** Takes a proof through the viewfinder, by the phone's own camera. */
export async function prove(page, file) {
  await page.getByRole('button', { name: '拍照', exact: true }).click();
  await choose(page, page.getByRole('button', { name: '用手机相机' }), [file]);
  await page.getByRole('img', { name: '第 1 张照片' }).waitFor();
}

/** Asks until `what` gives something true; for what the server does by itself. */
export async function until(what, limit = 60_000) {
  for (const end = Date.now() + limit; Date.now() < end; ) {
    const found = await what();
    if (found) return found;
    await new Promise((go) => setTimeout(go, 300));
  }
  throw new Error(`never came: ${what}`);
}

/** A colleague at the API: `get(path)`, `act(ticket, body)`; a citizen without a username. */
export async function person(base, username) {
  const ask = async (path, token, body, headers = {}) => {
    const answer = await fetch(base + path, {
      method: body ? 'POST' : 'GET',
      headers: { ...(body && { 'Content-Type': 'application/json' }), ...(token && { Authorization: `Bearer ${token}` }), ...headers },
      body: body && JSON.stringify(body),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${said.message}`);
    return said.data;
  };
  const { access_token: token } = await ask('/v1/auth/login', null, { username, password: PASSWORD });
  const key = () => ({ 'Idempotency-Key': crypto.randomUUID() });
  return {
    get: (path) => ask(path, token),
    post: (path, body) => ask(path, token, body, key()),
    act: (ticket, body) => ask(`/v1/tickets/${ticket}/actions`, token, body, key()),
    /** The tickets whose words contain these. */
    find: async (words) => (await ask(`/v1/tickets?limit=50&words=${encodeURIComponent(words)}`, token)).items,
  };
}
