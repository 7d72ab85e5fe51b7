/**
 * Figures of the H5 pages on a slow phone, printed: first contentful paint, largest, layout shift, long tasks, bytes over the wire;
 * 390×844, processor slowed 4×, an empty cache. Nothing is judged here.
 *
 *   node mini-figures.mjs        SUISHOUPAI_BIN, SUISHOUPAI_BASE and CHROMIUM as in server.mjs and browser.mjs
 */
import { openBrowser } from './browser.mjs';
import { agree, PHONE, PLACE } from './mini-help.mjs';
import { startServer } from './server.mjs';

const VIEWS = [['拍一拍', ''], ['周边', '#/pages/home/index?tab=around'], ['我的', '#/pages/home/index?tab=mine'], ['天气图', '#/pages/weather/index']];
const SLOWER = 4;
const SETTLED = 3_000;

/** Runs before the page: keeps paints, shifts and long tasks as they come. */
function watch() {
  const seen = (globalThis.seen = { shift: 0, largest: 0, blocked: 0 });
  const on = (type, each) => new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
  on('layout-shift', (e) => !e.hadRecentInput && (seen.shift += e.value));
  on('largest-contentful-paint', (e) => (seen.largest = e.startTime));
  on('longtask', (e) => (seen.blocked += Math.max(0, e.duration - 50)));
}

async function measure(browser, path, agreed) {
  const page = await browser.page({ ...PHONE, geolocation: PLACE, permissions: ['geolocation'], serviceWorkers: 'block' });
  page.forgive(/./);
  if (agreed) {
    await page.goto('/m/');
    await Promise.all([page.waitForResponse((r) => r.url().endsWith('/v1/me/consents')), agree(page).click()]);
    await page.goto('about:blank');
  }
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.clearBrowserCache');
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const kinds = new Map();
  const bytes = { own: 0, api: 0, photos: 0 };
  devtools.on('Network.responseReceived', ({ requestId, response }) => {
    const path = new URL(response.url).pathname;
    kinds.set(requestId, path.startsWith('/m/') ? 'own' : path.startsWith('/v1/photos') ? 'photos' : 'api');
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => (bytes[kinds.get(requestId) ?? 'api'] += encodedDataLength));
  await page.addInitScript(watch);
  await page.goto(`/m/${path}`);
  await page.waitForTimeout(SETTLED);
  const figures = await page.evaluate(() => ({
    painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    ...globalThis.seen,
  }));
  await page.context().close();
  return { ...figures, ...bytes };
}

const server = await startServer();
const browser = await openBrowser(server.base);
const kb = (n) => `${(n / 1000).toFixed(1)} kB`;
console.log('view | first paint | largest paint | shift | blocked | own files | API | photos');
for (const [name, path] of VIEWS) {
  const f = await measure(browser, path, path !== '');
  console.log([name, `${Math.round(f.painted)} ms`, `${Math.round(f.largest)} ms`, f.shift.toFixed(3), `${Math.round(f.blocked)} ms`, kb(f.own), kb(f.api), kb(f.photos)].join(' | '));
}
await browser.close();
await server.stop();
