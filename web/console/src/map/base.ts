/**
 * The base map: the district's own polygons, drawn without any outside host. Labels are drawn with the browser's own
 * fonts (a style without `glyphs`). Colours are the theme's tokens, read when the map is made.
 */
import { Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { CHINA, extent, heart } from '../../../shared/geometry';
import type { S } from '../lib/api';

setWorkerUrl(workerUrl);

export type Bounds = [number, number, number, number];

/** The value of a colour token now. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function style(areas: S['GridCollection']): StyleSpecification {
  return {
    version: 8,
    sources: { areas: { type: 'geojson', data: areas as GeoJSON.FeatureCollection } },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': token('sunk') } },
      { id: 'areas', type: 'fill', source: 'areas', paint: { 'fill-color': token('map-land') } },
      { id: 'area-edges', type: 'line', source: 'areas', paint: { 'line-color': token('map-edge'), 'line-width': 1.5 } },
    ],
  };
}

/** One point for each polygon's name: names drawn on the polygons themselves would come once for each tile. */
export function hearts(drawn: S['GridCollection']): GeoJSON.FeatureCollection {
  const features = drawn.features.flatMap((one): GeoJSON.Feature[] => {
    const at = heart(one.geometry.coordinates);
    return at ? [{ type: 'Feature', properties: one.properties, geometry: { type: 'Point', coordinates: at } }] : [];
  });
  return { type: 'FeatureCollection', features };
}

/** What the district covers; the whole of China when it has no polygons yet. */
export function boundsOf(areas: S['GridCollection']): Bounds {
  return extent(areas.features.map((one) => one.geometry.coordinates)) ?? CHINA;
}

/** Names at points, for `addLayer`. */
export function names(id: string, source: string, minzoom: number, size: number) {
  return {
    id,
    type: 'symbol' as const,
    source,
    minzoom,
    layout: { 'text-field': ['get', 'name'] as ['get', string], 'text-size': size, 'text-max-width': 8, 'text-padding': 6 },
    paint: { 'text-color': token('map-name'), 'text-halo-color': token('map-land'), 'text-halo-width': 1.5 },
  };
}

const WORDS = {
  'NavigationControl.ZoomIn': '放大',
  'NavigationControl.ZoomOut': '缩小',
  'NavigationControl.ResetBearing': '正北',
  'Map.Title': '地图',
  'ScaleControl.Meters': '米',
  'ScaleControl.Kilometers': '公里',
};

/** Makes a map in `box` showing `bounds`; calls `ready` once layers may be added. `left` pixels are covered by a panel. Answers the map, to be removed. */
export function makeMap(box: HTMLElement, areas: S['GridCollection'], bounds: Bounds, ready: (map: MapLibre) => void, left = 16): MapLibre {
  const map = new MapLibre({
    container: box,
    style: style(areas),
    bounds,
    fitBoundsOptions: { padding: { top: 16, bottom: 16, right: 16, left } },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxZoom: 19,
    locale: WORDS,
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
  map.addControl(new ScaleControl({ maxWidth: 100 }), 'bottom-left');
  map.once('load', () => {
    ready(map);
    map.once('idle', () => {
      box.dataset.ready = 'true';
    });
  });
  return map;
}
