/** Base maps under the district's own lines on a phone: tiles by a template and one PMTiles file, each where its datum says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { archive, village } from './mini-archive.mjs';
import { PLACE, stage, until } from './mini-help.mjs';

const { on, phone, sound } = stage();

/** A phone on a server whose base map is this; `asked` gathers what it asks for, its pictures and data come from `answer`. */
async function withBase(base_map, path, answer) {
  const asked = [];
  const page = await phone({ serviceWorkers: 'block' }, async (fresh) => {
    fresh.on('request', (r) => asked.push(new URL(r.url()).pathname));
    await fresh.route('**/v1/config', async (route) => {
      const said = await route.fetch();
      const json = await said.json();
      return route.fulfill({ response: said, json: { ...json, data: { ...json.data, base_map } } });
    });
    await fresh.route(path, answer);
  });
  const ownPart = () => asked.filter((one) => /\/ground\./.test(one)).length;
  assert.equal(ownPart(), 0, 'nothing of it before a map is opened');
  await page.getByRole('button', { name: '周边', exact: true }).click();
  await page.getByText('离您最近的').waitFor();
  return { page, asked, ownPart };
}

/** Answers parts of a file, as the server does, after so many milliseconds. */
const partsOf = (file, late = 0) => async (route) => {
  await new Promise((go) => setTimeout(go, late));
  const [, from, to] = /bytes=(\d+)-(\d+)/.exec(route.request().headers().range ?? '') ?? [null, 0, file.length - 1];
  const part = file.subarray(Number(from), Number(to) + 1);
  const headers = { 'Content-Type': 'application/octet-stream', 'Content-Range': `bytes ${from}-${Number(from) + part.length - 1}/${file.length}`, ETag: '"a"' };
  return route.fulfill({ status: 206, headers, body: part });
};

const FILE = { kind: 'pmtiles', url: '/base-map.pmtiles', attribution: '一个文件的底图' };
const ground = (page) => page.locator('.map-ground');

/** Runs on the canvas: the colour some pixels of the page beside its middle, and the theme's colour of a paint, as the canvas writes it. */
const colours = (canvas, [dx, dy, paint]) => {
  const k = canvas.width / canvas.clientWidth;
  const here = canvas.getContext('2d').getImageData(canvas.width / 2 + dx * k, canvas.height / 2 + dy * k, 1, 1).data;
  const own = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
  own.fillStyle = getComputedStyle(canvas).getPropertyValue(`--map-${paint}`);
  own.fillRect(0, 0, 1, 1);
  return { here: [...here].join(), paint: [...own.getImageData(0, 0, 1, 1).data].join() };
};

/** Waits until that spot has that paint. */
async function painted(page, dx, dy, paint) {
  let seen;
  for (let tries = 0; tries < 40; tries++) {
    seen = await ground(page).evaluate(colours, [dx, dy, paint]);
    if (seen.here === seen.paint) return;
    await page.waitForTimeout(100);
  }
  assert.fail(`${paint} at ${dx},${dy}: ${JSON.stringify(seen)}`);
}

/** The phone's place in GCJ-02, by what the server says of the nearest corner of a grid in both datums. */
async function placeInGcj02() {
  const corners = async (coord_type) => (await on.desk.get(`/v1/grids?layer=community&coord_type=${coord_type}`)).features.flatMap((f) => f.geometry.coordinates.flat(2));
  const [here, there] = [await corners('wgs84'), await corners('gcj02')];
  const far = ([x, y]) => Math.hypot(x - PLACE.longitude, y - PLACE.latitude);
  const nearest = here.reduce((best, c, i) => (far(c) < far(here[best]) ? i : best), 0);
  return [PLACE.longitude + there[nearest][0] - here[nearest][0], PLACE.latitude + there[nearest][1] - here[nearest][1]];
}

test('tiles by a template, in GCJ-02, with their credit; nothing of what a file would need', { timeout: 60_000 }, async () => {
  const tile = "<svg xmlns='http://www.w3.org/2000/svg' width='256' height='256'><path d='M0 0h256v256' fill='none' stroke='#9bb' stroke-width='2'/><path d='M0 128q64-60 128 0t128 0M128 0v256' fill='none' stroke='#ccc' stroke-width='12'/></svg>";
  const base = { kind: 'raster', url: '/tiles/{z}/{x}/{y}.svg', coord_type: 'gcj02', attribution: '示例底图' };
  const { page, asked, ownPart } = await withBase(base, '**/tiles/**', (route) => route.fulfill({ contentType: 'image/svg+xml', body: tile }));
  await page.getByText('示例底图').waitFor();
  await page.waitForTimeout(500);
  // Web Mercator of the place in GCJ-02, a few hundred metres off its WGS-84 self.
  const [z, x, y] = asked.find((one) => one.startsWith('/tiles/')).match(/(\d+)\/(\d+)\/(\d+)\.svg$/).slice(1).map(Number);
  const n = 2 ** z;
  assert.ok(Math.abs(((120.4545 + 180) / 360) * n - x) < 4 && Math.abs(y / n - 0.3921) < 0.001, `${z}/${x}/${y}`);
  assert.equal(ownPart(), 0);
  await sound(page, 'base-map');
});

for (const coord_type of ['wgs84', 'gcj02']) {
  test(`one file of vectors in ${coord_type}: land use, water and roads in the colours of the theme, where they are`, { timeout: 90_000 }, async () => {
    const middle = coord_type === 'wgs84' ? [PLACE.longitude, PLACE.latitude] : await placeInGcj02();
    const { page, ownPart } = await withBase({ ...FILE, coord_type }, '**/base-map.pmtiles', partsOf(village(middle)));
    await page.getByText('一个文件的底图').waitFor();
    // At 5 m a pixel: the pond under the phone's place, 45 m to each side; the park to the right of it; nothing above.
    await painted(page, 0, 0, 'water');
    await painted(page, 7, 0, 'water');
    assert.notEqual((await ground(page).evaluate(colours, [0, -12, 'water'])).here, (await ground(page).evaluate(colours, [0, -12, 'water'])).paint);
    await painted(page, 64, 18, 'green');
    assert.equal(ownPart(), 1);
    await sound(page, `base-vectors-${coord_type}`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await painted(page, 0, 0, 'water');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.getByRole('button', { name: '放大' }).click();
    await page.getByRole('button', { name: '放大' }).click();
    await painted(page, 28, 0, 'water'); // 35 m at 1.25 m a pixel, finer than the file
    await page.waitForTimeout(300);
    await on.browser.shot(page, `mini-base-near-${coord_type}`);
  });
}

test('one file of pictures, that come after the map was moved', { timeout: 60_000 }, async () => {
  const page = await on.browser.page();
  const png = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 256, height: 256 });
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#0a64c8';
    pen.fillRect(0, 0, 256, 256);
    return canvas.toDataURL('image/png').split(',')[1];
  });
  const file = archive([{ zoom: 0, column: 0, row: 0, data: Buffer.from(png, 'base64') }], 2);
  const drawn = await withBase({ ...FILE, coord_type: 'wgs84' }, '**/base-map.pmtiles', partsOf(file, 800));
  await drawn.page.getByText('一个文件的底图').waitFor();
  await until(() => drawn.asked.filter((path) => path === FILE.url).length >= 2); // its head, then the tile: on its way
  await drawn.page.getByRole('button', { name: '缩小' }).click();
  await drawn.page.waitForFunction(() => [...document.querySelector('.map-ground').getContext('2d').getImageData(10, 10, 1, 1).data].join() === '10,100,200,255');
});

test('a file that cannot be read leaves the district’s own lines, and says so', { timeout: 60_000 }, async () => {
  const { page } = await withBase({ ...FILE, coord_type: 'wgs84' }, '**/base-map.pmtiles', partsOf(Buffer.from('this is no archive'.repeat(1_000))));
  await page.getByText('底图没有载入，只画辖区边界').waitFor();
  await page.locator('.map-area').first().waitFor();
  await sound(page, 'base-gone');
});
