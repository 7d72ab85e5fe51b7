/** Base maps by configuration: tiles in another datum, and one PMTiles file that is loaded only when it is configured. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colleague, login, open, SIZE, stage, ticketBy } from './console-help.mjs';

let other;

const { on } = stage(async () => {
  other = await colleague(on.server.base, 'dispatcher2');
});

/** Answers /v1/config with this base map, as a server set up with it does. */
async function withBase(page, base_map) {
  await page.route('**/v1/config', async (route) => {
    const answer = await route.fetch();
    const said = await answer.json();
    await route.fulfill({ response: answer, json: { ...said, data: { ...said.data, base_map } } });
  });
}

test('tiles in GCJ-02 lie under places asked for in GCJ-02', async () => {
  const page = await on.browser.page(SIZE);
  const tiles = [];
  const asked = [];
  page.on('request', (one) => /coord_type=/.test(one.url()) && asked.push(new URL(one.url()).searchParams.get('coord_type')));
  await withBase(page, { kind: 'raster', url: '/tiles/{z}/{x}/{y}.png', coord_type: 'gcj02', attribution: '测试底图' });
  await login(page, 'leader');
  const tile = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 256, height: 256 });
    const pen = canvas.getContext('2d');
    pen.fillStyle = '#dfe8d8';
    pen.fillRect(0, 0, 256, 256);
    pen.strokeStyle = '#b9c7b0';
    pen.strokeRect(0, 0, 256, 256);
    return canvas.toDataURL('image/png').split(',')[1];
  });
  await page.route('**/tiles/**', (route) => {
    tiles.push(route.request().url());
    return route.fulfill({ contentType: 'image/png', body: Buffer.from(tile, 'base64') });
  });
  await open(page, '/map', '[data-map=tickets][data-ready]');
  await page.getByText('测试底图').waitFor();
  assert.ok(tiles.length > 0);
  await on.browser.shot(page, 'console-base-raster');
  const ticket = await ticketBy(other, 'SSP2026-000001');
  await open(page, `/tickets/${ticket.id}`, '[data-map=ticket][data-ready]');
  assert.deepEqual([...new Set(asked)], ['gcj02']);
  await page.context().close();
});

/** A number as protobuf and PMTiles write it: seven bits a byte, the lowest first. */
function varint(number) {
  const bytes = [];
  for (let left = number; ; left >>>= 7) {
    if (left < 128) return [...bytes, left];
    bytes.push((left & 127) | 128);
  }
}

const PICTURE = 2;
const VECTORS = 1;

/** A PMTiles (v3) archive of one tile of this type, at zoom 0. */
function archive(tile, type, about = {}) {
  const metadata = Buffer.from(JSON.stringify(about));
  // One directory entry: tile 0, a run of one, its length, at offset 0 (written as 1).
  const directory = Buffer.from([1, 0, 1, ...varint(tile.length), 1]);
  const header = Buffer.alloc(127);
  header.write('PMTiles');
  header[7] = 3;
  const places = [
    [127, directory.length],
    [127 + directory.length, metadata.length],
    [127 + directory.length + metadata.length, 0],
    [127 + directory.length + metadata.length, tile.length],
  ];
  places.flat().forEach((number, at) => header.writeBigUInt64LE(BigInt(number), 8 + at * 8));
  [1n, 1n, 1n].forEach((number, at) => header.writeBigUInt64LE(number, 72 + at * 8));
  // Clustered; neither directories nor tiles are compressed; the type; zoom 0 only; the whole world.
  header.set([1, 1, 1, type, 0, 0], 96);
  [-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000].forEach((number, at) => header.writeInt32LE(number, 102 + at * 4));
  return Buffer.concat([header, directory, metadata, tile]);
}

/** A vector tile all of whose ground is the layer `name` (Mapbox vector tile 2.1). */
function covered(name) {
  const bytes = (tag, value) => [...varint(tag * 8 + 2), ...varint(value.length), ...value];
  const number = (tag, value) => [...varint(tag * 8), ...varint(value)];
  // Move to the corner, three lines along the edges of 4096 units (zigzag), close.
  const ring = [9, 0, 0, 26, 8192, 0, 0, 8192, 8191, 0, 15].flatMap(varint);
  const feature = [...number(3, 3), ...bytes(4, ring)];
  return Buffer.from(bytes(3, [...number(15, 2), ...bytes(1, Buffer.from(name)), ...bytes(2, feature), ...number(5, 4096)]));
}

/** A leader's browser on a server whose base map is this archive. */
async function withArchive(make) {
  const page = await on.browser.page(SIZE);
  const asked = [];
  page.on('request', (one) => asked.push(one.url()));
  await withBase(page, { kind: 'pmtiles', url: '/base-map.pmtiles', coord_type: 'wgs84', attribution: '一个文件的底图' });
  await login(page, 'leader');
  assert.ok(!asked.some((one) => /assets\/pmtiles/.test(one)), 'nothing of it before a map is opened');
  const file = await make(page);
  await page.route('**/base-map.pmtiles', (route) => {
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(route.request().headers().range ?? '') ?? [null, 0, file.length - 1];
    const part = file.subarray(Number(from), Number(to) + 1);
    return route.fulfill({
      status: 206,
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Range': `bytes ${from}-${Number(from) + part.length - 1}/${file.length}`, ETag: '"a"' },
      body: part,
    });
  });
  await open(page, '/map', '[data-map=tickets][data-ready]');
  return page;
}

test('a base map of pictures from one PMTiles file is drawn', async () => {
  const page = await withArchive(async (on) => {
    const drawn = await on.evaluate(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 256, height: 256 });
      const pen = canvas.getContext('2d');
      pen.fillStyle = '#d8e4ec';
      pen.fillRect(0, 0, 256, 256);
      return canvas.toDataURL('image/png').split(',')[1];
    });
    return archive(Buffer.from(drawn, 'base64'), PICTURE);
  });
  await page.getByText('一个文件的底图').waitFor();
  await on.browser.shot(page, 'console-base-pmtiles');
  await page.context().close();
});

test('a base map of vectors is drawn in the colours of the theme', async () => {
  const page = await withArchive(() => archive(covered('water'), VECTORS, { vector_layers: [{ id: 'water', fields: {} }] }));
  await page.getByText('一个文件的底图').waitFor();
  await on.browser.shot(page, 'console-base-vectors');
  await page.context().close();
});

test('a file that cannot be read leaves the polygons, and says so', async () => {
  const page = await withArchive(() => Buffer.from('this is no archive'.repeat(1_000)));
  await page.getByText('底图没有载入，只画辖区边界').waitFor();
  await page.context().close();
});
