/**
 * Opens Chromium for a test and holds the product to its word: no request leaves its origin, nothing is logged as an error.
 *
 *   import { openBrowser } from './browser.mjs';
 *   const browser = await openBrowser(server.base);
 *   const page = await browser.page({ viewport: { width: 1366, height: 768 } });  // any option of newContext; own context
 *   …
 *   browser.check();              // throws if any page asked another origin or logged an error since the last check
 *   await page.forgive(/409/);    // a console error that matches is expected in this test
 *   await browser.shot(page, 'desk-light');   // target/screens/desk-light.png
 *   await browser.close();
 *
 * CHROMIUM  path of the browser; default /usr/bin/chromium
 */
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const SCREENS = resolve(dirname(fileURLToPath(import.meta.url)), '../../target/screens');
/** Longest wait for anything on a page, milliseconds. */
const LIMIT = 10_000;
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-swiftshader',
];

/** Launches Chromium for the product at `base`. */
export async function openBrowser(base) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ARGS,
  });
  const origin = new URL(base).origin;
  const outside = [];
  const errors = [];
  return {
    /** A new page in its own context; relative addresses are below `base`. */
    async page(options = {}) {
      const context = await browser.newContext({
        baseURL: base,
        locale: 'zh-CN',
        timezoneId: 'Asia/Shanghai',
        ...options,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(LIMIT);
      const forgiven = [];
      page.forgive = (pattern) => forgiven.push(pattern);
      const blame = (words) => forgiven.some((pattern) => pattern.test(words)) || errors.push(words);
      context.on('request', (asked) => leaves(origin, asked.url()) && outside.push(asked.url()));
      page.on('pageerror', (error) => blame(`${page.url()} ${error.stack ?? error}`));
      page.on('console', (said) => said.type() === 'error' && blame(`${page.url()} ${said.text()} ${said.location().url}`));
      return page;
    },
    /** Throws when something left the origin or was logged as an error; then starts afresh. */
    check() {
      const found = [...outside.splice(0).map((url) => `left the origin: ${url}`), ...errors.splice(0)];
      if (found.length) throw new Error(found.join('\n'));
    },
    /** Keeps a picture of the page under target/screens. */
    async shot(page, name, options = {}) {
      await mkdir(SCREENS, { recursive: true });
      await page.screenshot({ path: join(SCREENS, `${name}.png`), ...options });
    },
    close: () => browser.close(),
  };
}

function leaves(origin, url) {
  return /^(https?|wss?):/.test(url) && new URL(url).origin !== origin;
}
