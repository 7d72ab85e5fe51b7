/** What the tests of the console share: a stage, logging in, asking the API, looking at a page, axe. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, afterEach, before } from 'node:test';
import { openBrowser } from './browser.mjs';
import { PASSWORD, startServer } from './server.mjs';

export const SIZE = { viewport: { width: 1366, height: 768 } };

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * The stage of one test file: a server and a browser before its tests, gone after them, and after each a look at what no page
 * may do. `on` holds { server, browser }, `seat` is a page of the console with that account at it; `prepare` runs before the first test.
 */
export function stage(prepare = async () => {}) {
  const on = {};
  before(async () => {
    on.server = await startServer();
    on.browser = await openBrowser(on.server.base);
    await prepare();
  });
  after(async () => {
    await on.browser?.close();
    await on.server?.stop();
  });
  afterEach(() => on.browser.check());
  const seat = async (username, more = {}) => {
    const page = await on.browser.page({ ...SIZE, ...more });
    await login(page, username);
    return page;
  };
  return { on, seat };
}

/** One address may log in so often a minute; a test that plays a whole office waits for the next. */
const PAUSE = 3_000;
const pause = () => new Promise((go) => setTimeout(go, PAUSE));

/** Presses the button of the login page until the answer is `shown`, however often the server says "too often". */
export async function enter(page, shown) {
  page.forgive(/429/);
  const busy = page.getByText('登录尝试太频繁');
  for (;;) {
    await page.getByRole('button', { name: '登录' }).click();
    await shown.or(busy).first().waitFor();
    if (!(await busy.isVisible())) return;
    await pause();
  }
}

/** Logs in by the form and waits for the frame. */
export async function login(page, username) {
  await page.goto('/console/');
  await page.getByLabel('用户名').fill(username);
  await page.getByLabel('密码').fill(PASSWORD);
  await enter(page, page.locator('.shell'));
}

/** Logs in without a screen; answers what the server says. */
export async function loginAnswer(base, username, password = PASSWORD) {
  for (;;) {
    const answer = await fetch(`${base}/v1/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    if (answer.status !== 429) return { status: answer.status, said: await answer.json() };
    await pause();
  }
}

/** The API as a colleague uses it, without a screen. */
export async function colleague(base, username) {
  const ask = async (path, { body, token, headers } = {}) => {
    const answer = await fetch(base + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${said.message}`);
    return said.data;
  };
  const token = (await loginAnswer(base, username)).said.data.access_token;
  return {
    get: (path) => ask(path, { token }),
    post: (path, body) =>
      ask(path, {
        token,
        body,
        headers: { 'Idempotency-Key': crypto.randomUUID() },
      }),
    /** Imports a file of this kind. */
    bring: async (kind, name, text, fields = {}) => {
      const form = new FormData();
      for (const [field, value] of Object.entries(fields)) form.set(field, value);
      form.set('file', new Blob([text]), name);
      const answer = await fetch(`${base}/v1/imports/${kind}`, { method: 'POST', headers: { Authorization: `Bearer ${token}` }, body: form });
      if (!answer.ok) throw new Error(`${kind}: ${answer.status} ${await answer.text()}`);
    },
    picture: async (url) => Buffer.from(await (await fetch(base + url)).arrayBuffer()),
  };
}

/** The ticket of the story with this number or these words. */
export async function ticketBy(who, what) {
  const { items } = await who.get('/v1/tickets?limit=50');
  return items.find((row) => row.number === what || row.words === what);
}

/** Violations axe finds on the page, as one line each. */
export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
    }),
  );
  return found.violations.map(
    (one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.any.map((why) => why.message).join(';')}`).join(' | ')}`,
  );
}

/** A citizen's report with one photo; answers {report_id, ticket_id}. */
export async function report(base, openid, picture, body) {
  const send = async (path, init) => {
    const answer = await fetch(base + path, { method: 'POST', ...init });
    const said = await answer.json();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${said.message}`);
    return said.data;
  };
  const json = { 'Content-Type': 'application/json' };
  const { access_token: token } = await send('/v1/auth/wechat', {
    headers: json,
    body: JSON.stringify({ code: `demo-${openid}` }),
  });
  const own = {
    Authorization: `Bearer ${token}`,
    'Idempotency-Key': crypto.randomUUID(),
  };
  const form = new FormData();
  form.set('file', new Blob([picture], { type: 'image/jpeg' }), 'before.jpg');
  const photo = await send('/v1/photos', { headers: own, body: form });
  return send('/v1/reports', {
    headers: { ...json, ...own, 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify({
      photo_ids: [photo.id],
      location_source: 'device',
      ...body,
    }),
  });
}

/** Asks again until the answer is true; fails after 20 s. */
export async function until(ask) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await ask()) return;
    await new Promise((go) => setTimeout(go, 200));
  }
  throw new Error(`not within 20 s: ${ask}`);
}

/** A picture of a place that nobody has photographed before, drawn in the browser; another for each seed. */
export async function drawing(page, seed = 0) {
  const drawn = await page.evaluate((seed) => {
    const canvas = Object.assign(document.createElement('canvas'), {
      width: 1200,
      height: 1600,
    });
    const pen = canvas.getContext('2d');
    for (let at = 0; at < 900; at += 1) {
      const turn = at + seed * 1009;
      pen.fillStyle = `hsl(${(turn * 137) % 360} 40% ${30 + ((turn * 31) % 50)}%)`;
      pen.fillRect((turn * 613) % 1200, (turn * 977) % 1600, 40 + ((turn * 29) % 160), 30 + ((turn * 17) % 140));
    }
    return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
  }, seed);
  return Buffer.from(drawn, 'base64');
}

/** Fills the open dialog of an action by its labels and sends it; waits until it was taken. */
export async function fillIn(page, fields = {}) {
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  for (const [label, value] of Object.entries(fields)) {
    const input = dialog.getByLabel(label).first();
    const kind = await input.evaluate((one) => one.tagName);
    if (kind === 'SELECT') for (const one of [value].flat()) await input.selectOption(one);
    else await input.fill(value);
  }
  await dialog.locator('footer button[type=submit]').click();
  await dialog.waitFor({ state: 'detached' });
}

/** A time of China some hours from now, as an input of date and time takes it. */
export function inHours(hours) {
  return new Date(Date.now() + (8 + hours) * 3_600_000).toISOString().slice(0, 16);
}

/** Opens a page of the console and waits until it shows what it is about, without skeletons. */
export async function open(page, path, shows) {
  await page.goto(`/console${path}`);
  await page.locator(shows).first().waitFor();
  await page.locator('[aria-busy=true], .skeleton').first().waitFor({ state: 'detached' });
}

/** Looks at a page in both themes: its picture is kept, and axe finds nothing. */
export async function look(browser, page, name) {
  for (const theme of ['light', 'dark']) {
    await page.evaluate((value) => {
      localStorage.setItem('suishoupai.theme', value);
      document.documentElement.dataset.theme = value;
      window.dispatchEvent(new Event('themechange'));
    }, theme);
    await page.locator('[data-map]:not([data-ready])').first().waitFor({ state: 'detached' });
    // Curves and fades settle.
    await page.waitForTimeout(400);
    await browser.shot(page, `console-${name}-${theme}`);
    assert.deepEqual(await violations(page), [], `${name} ${theme}`);
  }
}
