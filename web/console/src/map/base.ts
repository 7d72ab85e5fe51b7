/**
 * How every map begins: the ground configured, the district's polygons, names in the browser's own fonts (a style
 * without `glyphs`), controls in Chinese. Colours are the theme's tokens, so a map is made anew when the theme changes.
 */
import { Map as MapLibre, NavigationControl, ScaleControl, setWorkerUrl, type GeoJSONSource, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { useEffect, useRef, useState } from 'react';
import { CHINA, extent, heart } from '../../../shared/geometry';
import type { S } from '../lib/api';
import { ground, NO_GROUND, type Ground } from './ground';
import { token } from './token';

export { token };

setWorkerUrl(workerUrl);

export type Bounds = [number, number, number, number];
export const NOTHING: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

/** What a map begins with. */
export interface Start {
  /** The district's polygons; none where a file's own are shown instead. */
  areas: S['GridCollection'] | null;
  bounds: Bounds;
  /** Adds sources and layers. */
  draw: (map: MapLibre) => void;
  /** Whether the tiles configured lie under it; not where it is drawn in another datum. */
  tiles?: boolean;
  /** Pixels at the left that a panel covers. */
  left?: number;
}

function style(areas: S['GridCollection'] | null, under: Ground): StyleSpecification {
  const bare = under.layers.length === 0;
  return {
    version: 8,
    sources: { ...under.sources, areas: { type: 'geojson', data: (areas as GeoJSON.FeatureCollection | null) ?? NOTHING } },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': token('sunk') } },
      ...under.layers,
      { id: 'areas', type: 'fill', source: 'areas', paint: { 'fill-color': token('map-land'), 'fill-opacity': bare ? 1 : 0 } },
      { id: 'area-edges', type: 'line', source: 'areas', paint: { 'line-color': token(bare ? 'map-edge' : 'ink-3'), 'line-width': 1.5 } },
    ],
  };
}

/** One point for each polygon's name: names drawn on the polygons themselves would come once for each tile. */
export function hearts(drawn: GeoJSON.FeatureCollection): GeoJSON.FeatureCollection {
  const features = drawn.features.flatMap((one): GeoJSON.Feature[] => {
    const at = one.geometry.type === 'MultiPolygon' ? heart(one.geometry.coordinates) : null;
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
  'AttributionControl.ToggleAttribution': '底图来源',
  'Map.Title': '地图',
  'ScaleControl.Meters': '米',
  'ScaleControl.Kilometers': '公里',
};

/** Makes a map in `box` and calls `ready` when its layers are drawn. Answers how to remove it. */
function makeMap(box: HTMLElement, { areas, bounds, draw, tiles = true, left = 16 }: Start, ready: (map: MapLibre) => void): () => void {
  let gone = false;
  let made: MapLibre | undefined;
  void (tiles ? ground() : Promise.resolve(NO_GROUND)).then((under) => {
    if (gone) return;
    const map = new MapLibre({
      container: box,
      style: style(areas, under),
      bounds,
      fitBoundsOptions: { padding: { top: 16, bottom: 16, right: 16, left } },
      attributionControl: under.layers.length > 0 || under.says ? { compact: false, customAttribution: under.says } : false,
      dragRotate: false,
      pitchWithRotate: false,
      maxZoom: 19,
      locale: WORDS,
    });
    made = map;
    map.touchZoomRotate.disableRotation();
    map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    map.addControl(new ScaleControl({ maxWidth: 100 }), 'bottom-left');
    map.once('load', () => {
      draw(map);
      ready(map);
    });
  });
  return () => {
    gone = true;
    made?.remove();
  };
}

/** A map in the box that takes the answered `box`; made anew for another `key` and another theme. `map` is null until it can be drawn on. */
export function useMap(start: Start | null, key: string) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(start);
  latest.current = start;
  const [map, setMap] = useState<MapLibre | null>(null);
  const able = start !== null;
  useEffect(() => {
    const host = box.current;
    if (!host || !latest.current) return;
    const make = (from: Start) => makeMap(host, from, setMap);
    let remove = make(latest.current);
    const drop = () => {
      delete host.dataset.ready;
      setMap(null);
      remove();
    };
    const anew = () => {
      drop();
      if (latest.current) remove = make(latest.current);
    };
    window.addEventListener('themechange', anew);
    return () => {
      window.removeEventListener('themechange', anew);
      drop();
    };
  }, [able, key]);
  useEffect(() => {
    const host = box.current;
    if (!map || !host) return;
    map.once('idle', () => {
      host.dataset.ready = 'true';
    });
    map.triggerRepaint();
  }, [map]);
  return { box, map };
}

/** Gives a source of the map what it shows now. */
export function useSource(map: MapLibre | null, source: string, data: GeoJSON.FeatureCollection) {
  useEffect(() => {
    map?.getSource<GeoJSONSource>(source)?.setData(data);
  }, [map, source, data]);
}
