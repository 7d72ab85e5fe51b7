/**
 * Prints what a first visit to the pages of the console costs: when something is first painted, how much the layout
 * shifts, how many bytes come over the wire. Nothing is judged: the figures hang on the machine.
 *
 *   node console-figures.mjs            each page in a fresh browser profile, three visits, the median of each figure
 */
import { openBrowser } from './browser.mjs';
import { colleague, login, SIZE, ticketBy } from './console-help.mjs';
import { startServer } from './server.mjs';

const VISITS = 3;
/** How long a page is watched after it shows what it is about, milliseconds. */
const AFTER = 1_500;

/** Run in the page before anything of it: counts shifts and notes the largest paint. */
function watch() {
  window.figures = { shift: 0, largest: 0 };
  const each = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  each('layout-shift', (one) => {
    if (!one.hadRecentInput) window.figures.shift += one.value;
  });
  each('largest-contentful-paint', (one) => {
    window.figures.largest = one.startTime;
  });
}

const median = (numbers) => [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)];

/** One visit to `path` with an empty cache; with the session of `username`, if any. */
async function visit(browser, path, shows, username) {
  const page = await browser.page(SIZE);
  if (username) await login(page, username);
  await page.goto('about:blank');
  await page.addInitScript(watch);
  const wire = await page.context().newCDPSession(page);
  await wire.send('Network.enable');
  await wire.send('Network.clearBrowserCache');
  const sent = { all: 0, code: 0 };
  const kinds = new Map();
  wire.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    sent.all += encodedDataLength;
    if (['Document', 'Script', 'Stylesheet'].includes(kinds.get(requestId))) sent.code += encodedDataLength;
  });
  await page.goto(`/console${path}`);
  await page.locator(shows).first().waitFor({ timeout: 30_000 });
  await page.waitForTimeout(AFTER);
  const found = await page.evaluate(() => ({
    ...window.figures,
    first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  }));
  await page.context().close();
  return { ...found, ...sent };
}

const server = await startServer();
const browser = await openBrowser(server.base);
try {
  const other = await colleague(server.base, 'dispatcher1');
  const ticket = await ticketBy(other, 'SSP2026-000001');
  const pages = [
    ['登录', '/', '#username', null],
    ['督查台', '/desk', '.ticket-row', 'dispatcher1'],
    ['案件', `/tickets/${ticket.id}`, '.compare', 'dispatcher1'],
    ['一张图', '/map', '[data-map=tickets][data-ready]', 'dispatcher1'],
    ['看板', '/boards/ranking', '.table', 'leader'],
    ['人员与权限', '/setup/people', '.table', 'admin'],
  ];
  console.log('页面\t首次绘制 ms\t最大绘制 ms\t布局位移\t页面与脚本 kB\t全部传输 kB');
  for (const [name, path, shows, username] of pages) {
    const visits = [];
    for (let nth = 0; nth < VISITS; nth += 1) visits.push(await visit(browser, path, shows, username));
    const of = (figure) => median(visits.map((one) => one[figure]));
    console.log(
      [name, of('first').toFixed(0), of('largest').toFixed(0), of('shift').toFixed(3), (of('code') / 1000).toFixed(0), (of('all') / 1000).toFixed(0)].join(
        '\t',
      ),
    );
  }
} finally {
  await browser.close();
  await server.stop();
}
