/** The layers of the map of many tickets, from the ground up. Points are clustered in the map's worker. */
import type { CircleLayerSpecification, ExpressionSpecification, GeoJSONSource, Map as MapLibre } from 'maplibre-gl';
import { names, NOTHING, token } from './base';

const DONE = ['closed', 'declined', 'merged', 'withdrawn'];
/** Share of late tickets from which a cluster is ringed in the colour of lateness. */
const LATE_SHARE = 0.1;

/** A sign for each point of a source, its glyph in the property `glyph`. */
function signs(map: MapLibre, id: string, source: string, size: number) {
  map.addLayer({
    id,
    type: 'symbol',
    source,
    filter: ['==', ['geometry-type'], 'Point'],
    layout: { 'text-field': ['get', 'glyph'], 'text-size': size, 'text-allow-overlap': true, 'text-ignore-placement': true },
    paint: { 'text-color': token('ink'), 'text-halo-color': token('paper'), 'text-halo-width': 1.5 },
  });
}

function drawPlaces(map: MapLibre) {
  map.addLayer({ id: 'grid-edges', type: 'line', source: 'grids', paint: { 'line-color': token('ink-3'), 'line-width': 0.8, 'line-opacity': 0.6 } });
  map.addLayer(names('grid-names', 'hearts', 8, 12));
  const shapes = ['!=', ['geometry-type'], 'Point'] as ExpressionSpecification;
  map.addLayer({ id: 'entry-shapes', type: 'fill', source: 'entries', filter: shapes, paint: { 'fill-color': token('ink'), 'fill-opacity': 0.08 } });
  map.addLayer({
    id: 'entry-edges',
    type: 'line',
    source: 'entries',
    filter: shapes,
    paint: { 'line-color': token('ink'), 'line-width': 1.2, 'line-dasharray': [3, 2] },
  });
}

function drawTickets(map: MapLibre) {
  const accent = token('accent');
  // Where nothing is, the softest colour without opacity: from black it would run through grey.
  const soft = token('accent-soft');
  const paper = token('paper');
  const colour = ['case', ['get', 'late'], token('late'), ['in', ['get', 'stage'], ['literal', DONE]], token('ink-3'), accent] as ExpressionSpecification;
  map.addLayer({
    id: 'heat',
    type: 'heatmap',
    source: 'raw',
    paint: {
      'heatmap-radius': ['interpolate', ['linear'], ['zoom'], 8, 8, 15, 28],
      'heatmap-intensity': ['interpolate', ['linear'], ['zoom'], 8, 0.4, 15, 2],
      'heatmap-color': ['interpolate', ['linear'], ['heatmap-density'], 0, `${soft}00`, 0.25, soft, 0.6, accent, 1, token('late')],
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

/** Hot spots: a ring under the tickets, as wide as they are many, with their name and count beside it. */
function drawHot(map: MapLibre) {
  const late = token('late');
  const ring: CircleLayerSpecification = {
    id: 'hot',
    type: 'circle',
    source: 'hot',
    paint: {
      'circle-radius': ['interpolate', ['linear'], ['get', 'recent'], 1, 20, 50, 40],
      'circle-color': late,
      'circle-opacity': 0.12,
      'circle-stroke-color': late,
      'circle-stroke-width': 2,
    },
  };
  map.addLayer(ring, 'clusters');
  map.addLayer({
    id: 'hot-names',
    type: 'symbol',
    source: 'hot',
    layout: { 'text-field': ['get', 'name'], 'text-size': 12, 'text-anchor': 'top', 'text-offset': [0, 1.6], 'text-max-width': 9 },
    paint: { 'text-color': late, 'text-halo-color': token('map-land'), 'text-halo-width': 1.5 },
  });
}

export function draw(map: MapLibre) {
  for (const source of ['grids', 'hearts', 'entries', 'raw', 'patches', 'hot']) map.addSource(source, { type: 'geojson', data: NOTHING });
  map.addSource('tickets', {
    type: 'geojson',
    data: NOTHING,
    cluster: true,
    clusterRadius: 48,
    clusterMaxZoom: 15,
    clusterProperties: { late: ['+', ['case', ['get', 'late'], 1, 0]] },
  });
  drawPlaces(map);
  drawTickets(map);
  signs(map, 'patches', 'patches', 16);
  signs(map, 'entries', 'entries', 14);
  map.addLayer(names('entry-names', 'entries', 14, 11));
  map.setLayoutProperty('entry-names', 'text-anchor', 'top');
  map.setLayoutProperty('entry-names', 'text-offset', [0, 0.9]);
  drawHot(map);
}

/** What was picked: a ticket, or a hot spot by its row's key. */
export type Picked = { ticket: string } | { hot: string };

/** Clicks: a cluster opens, a ticket or a hot spot is picked. */
export function listen(map: MapLibre, pick: (picked: Picked) => void) {
  map.on('click', 'clusters', async (event) => {
    const found = event.features?.[0];
    const source = map.getSource<GeoJSONSource>('tickets');
    if (!found || !source) return;
    const zoom = await source.getClusterExpansionZoom(Number(found.properties.cluster_id));
    map.easeTo({ center: (found.geometry as GeoJSON.Point).coordinates as [number, number], zoom });
  });
  for (const layer of ['points', 'patches']) map.on('click', layer, (event) => pick({ ticket: String(event.features?.[0]?.properties.id) }));
  map.on('click', 'hot', (event) => {
    const under = map.queryRenderedFeatures(event.point, { layers: ['points', 'clusters', 'patches'] });
    if (under.length === 0) pick({ hot: String(event.features?.[0]?.properties.key) });
  });
  for (const layer of ['clusters', 'points', 'patches', 'hot']) {
    map.on('mouseenter', layer, () => {
      map.getCanvas().style.cursor = 'pointer';
    });
    map.on('mouseleave', layer, () => {
      map.getCanvas().style.cursor = '';
    });
  }
}
