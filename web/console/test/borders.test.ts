import { describe, expect, it } from 'vitest';
import { bordersOf } from '../src/lib/borders';
import { settle, baseMap, datum } from '../src/lib/base-map';

const ring = [
  [120, 36],
  [121, 36],
  [121, 37],
  [120, 36],
];
const feature = (type: string, coordinates: unknown, properties: object | null) => ({ type: 'Feature', geometry: { type, coordinates }, properties });

describe('the borders of a file', () => {
  it('are polygons of both kinds, named by name or code', () => {
    const file = {
      type: 'FeatureCollection',
      features: [feature('Polygon', [ring], { code: 'a', name: '甲' }), feature('MultiPolygon', [[ring]], { code: 'b' }), feature('Point', [1, 2], null)],
    };
    const read = bordersOf(JSON.stringify(file));
    expect(read?.features.map((one) => one.properties.name)).toEqual(['甲', 'b']);
    expect(read?.features[0]?.geometry).toEqual({ type: 'MultiPolygon', coordinates: [[ring]] });
  });
  it('are none in anything else', () => {
    expect(bordersOf('code,name')).toBeNull();
    expect(bordersOf('{"features": 3}')).toBeNull();
    expect(bordersOf('{"features": [{"geometry": null}]}')).toBeNull();
  });
});

describe('the base map', () => {
  it('is settled once, and gives its datum to everything', () => {
    expect(datum()).toBe('wgs84');
    settle({ kind: 'raster', url: 'https://tiles.example/{z}/{x}/{y}.png', coord_type: 'gcj02', attribution: '' });
    settle(null);
    expect(baseMap()?.kind).toBe('raster');
    expect(datum()).toBe('gcj02');
  });
});
