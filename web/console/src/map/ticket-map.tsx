/** The map of one ticket: accuracy circle, fence, grids by layer. Loaded when first shown. */
import { useQueries } from '@tanstack/react-query';
import type { Map as MapLibre } from 'maplibre-gl';
import { useMemo, useState } from 'react';
import { around, circle } from '../../../shared/geometry';
import type { S } from '../lib/api';
import { grids } from '../lib/queries';
import { Segments } from '../parts/segments';
import { boundsOf, hearts, names, NOTHING, token, useMap, useSource, type Bounds } from './base';
import { NAMES } from './names';

type Layer = S['Layer'];
const ORDER = Object.keys(NAMES) as Layer[];

function ring(corners: [number, number][], kind: string): GeoJSON.Feature {
  return { type: 'Feature', properties: { kind }, geometry: { type: 'Polygon', coordinates: [corners] } };
}

/** The point of the ticket with what surrounds it. */
function marks(place: S['Place'], fence: number | null): GeoJSON.FeatureCollection {
  const { longitude, latitude, accuracy } = place;
  const features: GeoJSON.Feature[] = [ring(circle(longitude, latitude, accuracy), 'accuracy')];
  if (fence) features.push(ring(circle(longitude, latitude, fence), 'fence'));
  features.push({ type: 'Feature', properties: { kind: 'point' }, geometry: { type: 'Point', coordinates: [longitude, latitude] } });
  return { type: 'FeatureCollection', features };
}

function draw(map: MapLibre) {
  const accent = token('accent');
  for (const source of ['grids', 'hearts', 'marks']) map.addSource(source, { type: 'geojson', data: NOTHING });
  map.addLayer({ id: 'grid-fill', type: 'fill', source: 'grids', filter: ['get', 'own'], paint: { 'fill-color': accent, 'fill-opacity': 0.08 } });
  map.addLayer({ id: 'grid-edges', type: 'line', source: 'grids', paint: { 'line-color': token('ink-3'), 'line-width': 1, 'line-opacity': 0.7 } });
  map.addLayer(names('grid-names', 'hearts', 11, 12));
  map.addLayer({
    id: 'fence',
    type: 'line',
    source: 'marks',
    filter: ['==', 'kind', 'fence'],
    paint: { 'line-color': token('soon'), 'line-width': 1.5, 'line-dasharray': [3, 2] },
  });
  map.addLayer({
    id: 'accuracy',
    type: 'fill',
    source: 'marks',
    filter: ['==', 'kind', 'accuracy'],
    paint: { 'fill-color': accent, 'fill-opacity': 0.18, 'fill-outline-color': accent },
  });
  map.addLayer({
    id: 'point',
    type: 'circle',
    source: 'marks',
    filter: ['==', 'kind', 'point'],
    paint: { 'circle-radius': 6, 'circle-color': accent, 'circle-stroke-color': token('paper'), 'circle-stroke-width': 2 },
  });
}

function chosen(all: S['GridCollection'] | undefined, own: Set<string>): GeoJSON.FeatureCollection {
  const features = (all?.features ?? []).map((one) => ({ ...one, properties: { ...one.properties, own: own.has(one.properties.code) } }));
  return { type: 'FeatureCollection', features: features as GeoJSON.Feature[] };
}

/** Both: a point outside the district is shown with the district. */
function join(one: Bounds, other: Bounds): Bounds {
  return [Math.min(one[0], other[0]), Math.min(one[1], other[1]), Math.max(one[2], other[2]), Math.max(one[3], other[3])];
}

function viewOf(place: S['Place'], fence: number | null, inside: boolean, areas: S['GridCollection']): Bounds {
  const radius = Math.max(place.accuracy * 4, (fence ?? 0) * 1.4, 150);
  const near = around(place.longitude, place.latitude, radius);
  return inside ? near : join(near, boundsOf(areas));
}

export default function TicketMap({ ticket, height }: { ticket: S['Ticket']; height: number }) {
  const inside = Object.keys(ticket.grids).length > 0;
  const [layer, setLayer] = useState<Layer>(inside ? 'community' : 'area');
  const layers = useQueries({ queries: ORDER.map((one) => grids(one)) });
  const areas = layers[ORDER.indexOf('area')]?.data;
  const shown = layers[ORDER.indexOf(layer)]?.data;
  const place = ticket.place;
  const fence = ticket.proof?.checks.find((one) => one.name === 'inside_fence')?.threshold ?? null;
  const candidates = ticket.attention.flatMap((one) => one.candidates ?? []).map((one) => one.code);
  const own = [...Object.values(ticket.grids).map((one) => one.code), ...candidates].join();
  const drawn = useMemo(() => chosen(shown, new Set(own.split(','))), [shown, own]);
  const names = useMemo(() => hearts(drawn), [drawn]);
  const where = place ? `${place.longitude},${place.latitude},${place.accuracy},${fence}` : '';
  const about = useMemo(() => (place ? marks(place, fence) : NOTHING), [where]);
  // The map is made anew only for another place.
  const { box, map } = useMap(place && areas ? { areas, bounds: viewOf(place, fence, inside, areas), draw } : null, where);
  useSource(map, 'grids', drawn);
  useSource(map, 'hearts', names);
  useSource(map, 'marks', about);
  if (!place) return <p className="muted">没有位置。可用「确认网格」指定。</p>;
  return (
    <div className="stack tight">
      <div className="row wrap">
        <Segments label="网格图层" options={NAMES} value={layer} set={setLayer} />
        <span className="small muted push">
          误差 {Math.round(place.accuracy)} 米{fence ? ` · 围栏（含误差）${Math.round(fence)} 米` : ''}
        </span>
      </div>
      <div ref={box} className="map" style={{ height }} data-map="ticket" role="region" aria-label="案件位置地图" />
    </div>
  );
}
