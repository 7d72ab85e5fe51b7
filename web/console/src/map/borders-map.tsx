/** The borders of a file, with where they overlap (red) and where they leave holes (hatched); in the file's own datum. */
import type { Map as MapLibre } from 'maplibre-gl';
import { useEffect, useMemo, useRef, useState } from 'react';
import { CHINA, extent } from '../../../shared/geometry';
import type { S } from '../lib/api';
import { datum } from '../lib/base-map';
import type { Borders } from '../lib/borders';
import { Empty } from '../parts/states';
import { hearts, names, NOTHING, token, useMap, useSource } from './base';

type Fault = S['BorderMap']['features'][number];

const KINDS: Record<Fault['properties']['kind'], string> = { overlap: '重叠', hole: '空洞' };
/** Side of the hatching's tile, pixels. */
const TILE = 8;

/** Slanted lines in a colour, as a pattern that repeats. */
function hatching(colour: string): ImageData {
  const canvas = Object.assign(document.createElement('canvas'), { width: TILE, height: TILE });
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  for (const shift of [-TILE, 0, TILE]) {
    pen.moveTo(shift, TILE);
    pen.lineTo(shift + TILE, 0);
  }
  pen.stroke();
  return pen.getImageData(0, 0, TILE, TILE);
}

function draw(map: MapLibre) {
  for (const source of ['borders', 'hearts', 'faults', 'chosen']) map.addSource(source, { type: 'geojson', data: NOTHING });
  map.addImage('hatching', hatching(token('soon')));
  map.addLayer({ id: 'borders', type: 'line', source: 'borders', paint: { 'line-color': token('ink-3'), 'line-width': 1 } });
  map.addLayer(names('border-names', 'hearts', 9, 12));
  map.addLayer({
    id: 'overlaps',
    type: 'fill',
    source: 'faults',
    filter: ['==', ['get', 'kind'], 'overlap'],
    paint: { 'fill-color': token('late'), 'fill-opacity': 0.55 },
  });
  map.addLayer({ id: 'holes', type: 'fill', source: 'faults', filter: ['==', ['get', 'kind'], 'hole'], paint: { 'fill-pattern': 'hatching' } });
  map.addLayer({
    id: 'fault-edges',
    type: 'line',
    source: 'faults',
    paint: { 'line-color': ['match', ['get', 'kind'], 'overlap', token('late'), token('soon')], 'line-width': 2 },
  });
  map.addLayer({ id: 'chosen', type: 'line', source: 'chosen', paint: { 'line-color': token('ink'), 'line-width': 3 } });
}

/** Whose ground a fault is. */
function Whose({ codes, names }: { codes: string[]; names: Map<string, string> }) {
  if (codes.length === 0) return '不属于任何网格';
  return (
    <>
      {codes.map((code) => names.get(code) ?? code).join(' 与 ')}
      <span className="block muted num">{codes.join('、')}</span>
    </>
  );
}

interface ListProps {
  faults: Fault[];
  names: Map<string, string>;
  at: number | null;
  choose: (at: number) => void;
}

function List({ faults, names, at, choose }: ListProps) {
  if (faults.length === 0) return <Empty says="边界没有毛病">没有重叠，也没有空洞。</Empty>;
  return (
    <ol className="fault-list small">
      {faults.map(({ properties: { kind, codes, area_m2 } }, index) => (
        <li key={index}>
          <button type="button" aria-pressed={index === at} onClick={() => choose(index)}>
            <span className="row">
              <span className={`tag ${kind === 'overlap' ? 'late' : 'soon'}`}>{KINDS[kind]}</span>
              <strong className="num push">{Math.round(area_m2).toLocaleString()} m²</strong>
            </span>
            <Whose codes={codes} names={names} />
          </button>
        </li>
      ))}
    </ol>
  );
}

interface Props {
  borders: Borders;
  faults: S['BorderMap'];
}

export default function BordersMap({ borders, faults }: Props) {
  const all = useMemo(() => [...faults.features].sort((one, other) => other.properties.area_m2 - one.properties.area_m2), [faults]);
  const [at, setAt] = useState<number | null>(null);
  const bounds = useMemo(() => extent(borders.features.map((one) => one.geometry.coordinates)) ?? CHINA, [borders]);
  const called = useMemo(() => new Map(borders.features.map(({ properties }) => [properties.code, properties.name])), [borders]);
  const choose = useRef(setAt);
  const start = {
    areas: null,
    bounds,
    tiles: faults.coord_type === datum(),
    draw: (map: MapLibre) => {
      draw(map);
      for (const layer of ['overlaps', 'holes']) {
        map.on('click', layer, (event) => choose.current(Number(event.features?.[0]?.properties.at)));
        map.on('mouseenter', layer, () => {
          map.getCanvas().style.cursor = 'pointer';
        });
        map.on('mouseleave', layer, () => {
          map.getCanvas().style.cursor = '';
        });
      }
    },
  };
  const { box, map } = useMap(start, 'borders');
  const drawn = useMemo((): GeoJSON.FeatureCollection => {
    const features = all.map((one, index) => ({
      type: 'Feature' as const,
      geometry: one.geometry as GeoJSON.MultiPolygon,
      properties: { kind: one.properties.kind, at: index },
    }));
    return { type: 'FeatureCollection', features };
  }, [all]);
  const one = at === null ? undefined : drawn.features[at];
  useSource(map, 'borders', borders);
  useSource(
    map,
    'hearts',
    useMemo(() => hearts(borders), [borders]),
  );
  useSource(map, 'faults', drawn);
  useSource(
    map,
    'chosen',
    useMemo(() => (one ? { type: 'FeatureCollection', features: [one] } : NOTHING), [one]),
  );
  useEffect(() => {
    const place = one && extent([(one.geometry as GeoJSON.MultiPolygon).coordinates]);
    if (place) map?.fitBounds(place, { padding: 80, maxZoom: 16, duration: 400 });
  }, [map, one]);
  return (
    <div className="borders">
      <div ref={box} className="map" data-map="borders" role="region" aria-label="文件中的边界" />
      <List faults={all} names={called} at={at} choose={setAt} />
    </div>
  );
}
