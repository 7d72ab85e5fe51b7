/** Small PMTiles archives for the tests of the mini-program's base map: a village of vectors, or a picture. */
import { gzipSync } from 'node:zlib';

/** A number as protobuf and PMTiles write it: seven bits a byte, the lowest first. */
function varint(number) {
  const bytes = [];
  for (let left = number; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) | 128);
  }
}

const zigzag = (n) => varint(n < 0 ? -2 * n - 1 : 2 * n);
const bytes = (tag, value) => [...varint(tag * 8 + 2), ...varint(value.length), ...value];
const number = (tag, value) => [...varint(tag * 8), ...varint(value)];

/** Where a tile lies on the curve that orders a file: all tiles of lower zooms, then the Hilbert curve (PMTiles 3). */
function idOf(zoom, column, row) {
  let id = (4 ** zoom - 1) / 3;
  let [x, y] = [column, row];
  for (let s = 2 ** (zoom - 1); s >= 1; s /= 2) {
    const [rx, ry] = [(x & s) > 0 ? 1 : 0, (y & s) > 0 ? 1 : 0];
    id += s * s * ((3 * rx) ^ ry);
    if (ry === 0) [x, y] = rx ? [s - 1 - y, s - 1 - x] : [y, x];
  }
  return id;
}

/** A PMTiles (version 3) archive of tiles {zoom, column, row, data}: one directory, all compressed but pictures. */
export function archive(tiles, type, about = {}) {
  const packed = type === 1 ? (data) => gzipSync(data) : (data) => data;
  const sorted = tiles.map((t) => ({ id: idOf(t.zoom, t.column, t.row), data: packed(Buffer.from(t.data)) })).sort((a, b) => a.id - b.id);
  const list = [...varint(sorted.length)];
  sorted.forEach((t, i) => list.push(...varint(t.id - (sorted[i - 1]?.id ?? 0))));
  for (const _ of sorted) list.push(1);
  for (const t of sorted) list.push(...varint(t.data.length));
  sorted.forEach((_, i) => list.push(i === 0 ? 1 : 0)); // right after the one before
  const [directory, metadata, body] = [gzipSync(Buffer.from(list)), gzipSync(JSON.stringify(about)), Buffer.concat(sorted.map((t) => t.data))];
  const header = Buffer.alloc(127);
  header.write('PMTiles');
  header[7] = 3;
  const at = [127, 127 + directory.length, 127 + directory.length + metadata.length];
  const places = [[at[0], directory.length], [at[1], metadata.length], [at[2], 0], [at[2], body.length]];
  places.flat().forEach((n, i) => header.writeBigUInt64LE(BigInt(n), 8 + i * 8));
  [0, 1, 2].forEach((i) => header.writeBigUInt64LE(BigInt(sorted.length), 72 + i * 8));
  const zooms = tiles.map((t) => t.zoom);
  // Clustered; directories are gzipped, tiles when they are vectors; the type and the zooms; the whole world.
  header.set([1, 2, type === 1 ? 2 : 1, type, Math.min(...zooms), Math.max(...zooms)], 96);
  [-1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000].forEach((n, i) => header.writeInt32LE(n, 102 + i * 4));
  return Buffer.concat([header, directory, metadata, body]);
}

/** A place in the units of a tile of 4096 to a side (Web Mercator). */
function unitsIn({ zoom, column, row }, [longitude, latitude]) {
  const n = 2 ** zoom;
  const y = (1 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / Math.PI) / 2;
  return [Math.round((((longitude + 180) / 360) * n - column) * 4096), Math.round((y * n - row) * 4096)];
}

/** A vector tile (Mapbox vector tile 2.1) of features {layer, kind, ring | line}, places in longitude and latitude. */
function vectors(tile, features) {
  const layer = (name) => {
    const own = features.filter((f) => f.layer === name);
    const kinds = [...new Set(own.map((f) => f.kind))];
    const written = own.map((f) => {
      const points = (f.ring ?? f.line).map((p) => unitsIn(tile, p));
      const steps = points.map(([x, y], i) => [x - (points[i - 1]?.[0] ?? 0), y - (points[i - 1]?.[1] ?? 0)].flatMap(zigzag));
      const shape = [9, ...steps[0], ...varint((points.length - 1) * 8 + 2), ...steps.slice(1).flat(), ...(f.ring ? [15] : [])];
      return bytes(2, [...bytes(2, [0, kinds.indexOf(f.kind)]), ...number(3, f.ring ? 3 : 2), ...bytes(4, shape)]);
    });
    const values = kinds.map((k) => bytes(4, bytes(1, Buffer.from(k))));
    return bytes(3, [...number(15, 2), ...bytes(1, Buffer.from(name)), ...written.flat(), ...bytes(3, Buffer.from('kind')), ...values.flat(), ...number(5, 4096)]);
  };
  return [...new Set(features.map((f) => f.layer))].flatMap(layer);
}

/** A village about a place: a pond in its middle, a river, a park, houses and streets; at zoom 14, two tiles to each side. */
export function village([longitude, latitude]) {
  const at = (east, north) => [longitude + east / (111_320 * Math.cos((latitude * Math.PI) / 180)), latitude + north / 111_320];
  const box = (x, y, w, h) => [at(x, y), at(x + w, y), at(x + w, y - h), at(x, y - h)];
  const bend = Array.from({ length: 41 }, (_, i) => [-4000 + i * 200, 700 + 160 * Math.sin(i / 2)]);
  const streets = Array.from({ length: 13 }, (_, i) => -1100 + i * 200);
  const features = [
    { layer: 'landuse', kind: 'residential', ring: box(-1300, 500, 2600, 1700) },
    { layer: 'landuse', kind: 'park', ring: box(220, 180, 360, 360) },
    { layer: 'landuse', kind: 'farmland', ring: box(-4000, 2400, 8000, 1300) },
    { layer: 'water', kind: 'river', ring: [...bend.map(([x, y]) => at(x, y + 45)), ...bend.reverse().map(([x, y]) => at(x, y - 45))] },
    { layer: 'water', kind: 'lake', ring: Array.from({ length: 24 }, (_, i) => at(45 * Math.cos(-i * Math.PI / 12), 45 * Math.sin(-i * Math.PI / 12))) },
    ...streets.flatMap((s) => [
      { layer: 'roads', kind: 'minor_road', line: [at(s, 480), at(s, -1180)] },
      { layer: 'roads', kind: 'minor_road', line: [at(-1280, s - 350), at(1280, s - 350)] },
    ]),
    { layer: 'roads', kind: 'medium_road', line: [at(-4000, -320), at(4000, -260)] },
    { layer: 'roads', kind: 'highway', line: [at(-420, 3000), at(-380, -3000)] },
    ...streets.slice(0, -1).flatMap((x) => [0, 1, 2].map((y) => ({ layer: 'buildings', kind: 'building', ring: box(x + 30, -330 - y * 200, 120, 60) }))),
  ];
  const n = 2 ** 14;
  const middle = unitsIn({ zoom: 14, column: 0, row: 0 }, [longitude, latitude]).map((u) => Math.floor(u / 4096));
  const tiles = [-2, -1, 0, 1, 2].flatMap((dx) => [-2, -1, 0, 1, 2].map((dy) => ({ zoom: 14, column: (middle[0] + dx + n) % n, row: middle[1] + dy })));
  return archive(tiles.map((t) => ({ ...t, data: vectors(t, features) })), 1, { vector_layers: ['landuse', 'water', 'roads', 'buildings'].map((id) => ({ id, fields: {} })) });
}
