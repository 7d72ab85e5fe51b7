/** The map of many tickets. Points are clustered in the map's worker, so that 100,000 of them stay smooth. */
import type { ExpressionSpecification, GeoJSONSource, Map as MapLibre } from 'maplibre-gl';
import { useEffect, useRef } from 'react';
import type { S } from '../lib/api';
import { boundsOf, hearts, makeMap, names, token } from './base';

export type Look = 'points' | 'heat';

interface Props {
  areas: S['GridCollection'];
  grids: S['GridCollection'] | undefined;
  tickets: S['MapCollection'];
  entries: S['Entry'][];
  look: Look;
  pick: (id: string) => void;
  /** Pixels at the left that a panel covers. */
  left: number;
}

const DONE = ['closed', 'declined', 'merged', 'withdrawn'];
/** Share of late tickets from which a cluster is ringed in the colour of lateness. */
const LATE_SHARE = 0.1;
const NOTHING: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

function places(entries: S['Entry'][]): GeoJSON.FeatureCollection {
  const features = entries.flatMap((one): GeoJSON.Feature[] => {
    const properties = { name: one.name };
    const shape = one.shape ? [{ type: 'Feature' as const, properties, geometry: one.shape as GeoJSON.Geometry }] : [];
    const point = one.place
      ? [{ type: 'Feature' as const, properties, geometry: { type: 'Point' as const, coordinates: [one.place.longitude, one.place.latitude] } }]
      : [];
    return [...shape, ...point];
  });
  return { type: 'FeatureCollection', features };
}

function draw(map: MapLibre) {
  const accent = token('accent');
  const paper = token('paper');
  const colour = ['case', ['get', 'late'], token('late'), ['in', ['get', 'stage'], ['literal', DONE]], token('ink-3'), accent] as ExpressionSpecification;
  map.addSource('grids', { type: 'geojson', data: NOTHING });
  map.addSource('hearts', { type: 'geojson', data: NOTHING });
  map.addSource('entries', { type: 'geojson', data: NOTHING });
  map.addSource('raw', { type: 'geojson', data: NOTHING });
  map.addSource('tickets', {
    type: 'geojson',
    data: NOTHING,
    cluster: true,
    clusterRadius: 48,
    clusterMaxZoom: 15,
    clusterProperties: { late: ['+', ['case', ['get', 'late'], 1, 0]] },
  });
  map.addLayer({ id: 'grid-edges', type: 'line', source: 'grids', paint: { 'line-color': token('ink-3'), 'line-width': 0.8, 'line-opacity': 0.6 } });
  map.addLayer(names('grid-names', 'hearts', 8, 12));
  map.addLayer({
    id: 'entry-shapes',
    type: 'fill',
    source: 'entries',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': token('soon'), 'fill-opacity': 0.15 },
  });
  map.addLayer({
    id: 'entries',
    type: 'circle',
    source: 'entries',
    filter: ['==', ['geometry-type'], 'Point'],
    paint: { 'circle-radius': 4, 'circle-color': paper, 'circle-stroke-color': token('soon'), 'circle-stroke-width': 2 },
  });
  map.addLayer({
    id: 'heat',
    type: 'heatmap',
    source: 'raw',
    layout: { visibility: 'none' },
    paint: {
      'heatmap-radius': ['interpolate', ['linear'], ['zoom'], 8, 8, 15, 28],
      'heatmap-intensity': ['interpolate', ['linear'], ['zoom'], 8, 0.4, 15, 2],
      'heatmap-color': ['interpolate', ['linear'], ['heatmap-density'], 0, 'rgba(0,0,0,0)', 0.25, token('accent-soft'), 0.6, accent, 1, token('late')],
      'heatmap-opacity': 0.8,
    },
  });
  map.addLayer({
    id: 'clusters',
    type: 'circle',
    source: 'tickets',
    filter: ['has', 'point_count'],
    paint: {
      'circle-color': accent,
      'circle-radius': ['interpolate', ['linear'], ['log10', ['get', 'point_count']], 0, 12, 4, 28],
      'circle-stroke-width': 2,
      'circle-stroke-color': ['case', ['>=', ['/', ['get', 'late'], ['get', 'point_count']], LATE_SHARE], token('late'), paper],
    },
  });
  map.addLayer({
    id: 'counts',
    type: 'symbol',
    source: 'tickets',
    filter: ['has', 'point_count'],
    layout: { 'text-field': ['get', 'point_count_abbreviated'], 'text-size': 12, 'text-allow-overlap': true },
    paint: { 'text-color': token('accent-ink') },
  });
  map.addLayer({
    id: 'points',
    type: 'circle',
    source: 'tickets',
    filter: ['!', ['has', 'point_count']],
    paint: { 'circle-radius': 6, 'circle-color': colour, 'circle-stroke-width': 1.5, 'circle-stroke-color': paper },
  });
}

function listen(map: MapLibre, pick: (id: string) => void) {
  map.on('click', 'clusters', async (event) => {
    const found = event.features?.[0];
    const source = map.getSource<GeoJSONSource>('tickets');
    if (!found || !source) return;
    const zoom = await source.getClusterExpansionZoom(Number(found.properties.cluster_id));
    map.easeTo({ center: (found.geometry as GeoJSON.Point).coordinates as [number, number], zoom });
  });
  map.on('click', 'points', (event) => {
    const id: unknown = event.features?.[0]?.properties.id;
    if (typeof id === 'string') pick(id);
  });
  for (const layer of ['clusters', 'points']) {
    map.on('mouseenter', layer, () => {
      map.getCanvas().style.cursor = 'pointer';
    });
    map.on('mouseleave', layer, () => {
      map.getCanvas().style.cursor = '';
    });
  }
}

/** Gives the map what is to be seen now. */
function fill(map: MapLibre, { grids, tickets, entries, look }: Props) {
  const set = (source: string, data: GeoJSON.FeatureCollection) => map.getSource<GeoJSONSource>(source)?.setData(data);
  const heat = look === 'heat';
  const all = tickets as GeoJSON.FeatureCollection;
  set('grids', (grids as GeoJSON.FeatureCollection | undefined) ?? NOTHING);
  set('hearts', grids ? hearts(grids) : NOTHING);
  set('entries', places(entries));
  set('tickets', heat ? NOTHING : all);
  set('raw', heat ? all : NOTHING);
  map.setLayoutProperty('heat', 'visibility', heat ? 'visible' : 'none');
}

export function TicketsMap(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<MapLibre>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (!box.current) return;
    const make = (host: HTMLElement) =>
      makeMap(
        host,
        props.areas,
        boundsOf(props.areas),
        (ready) => {
          draw(ready);
          listen(ready, (id) => latest.current.pick(id));
          fill(ready, latest.current);
          map.current = ready;
        },
        props.left,
      );
    const host = box.current;
    let made = make(host);
    const anew = () => {
      map.current = null;
      made.remove();
      made = make(host);
    };
    window.addEventListener('themechange', anew);
    return () => {
      window.removeEventListener('themechange', anew);
      map.current = null;
      made.remove();
    };
  }, [props.areas]);
  const { grids, tickets, entries, look } = props;
  useEffect(() => {
    if (map.current) fill(map.current, latest.current);
  }, [grids, tickets, entries.length, look]);
  return <div ref={box} className="map" data-map="tickets" role="region" aria-label="案件分布地图" style={{ height: '100%', border: 0, borderRadius: 0 }} />;
}
