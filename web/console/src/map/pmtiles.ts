/** A base map from one PMTiles file of this server: pictures, or vectors drawn in the theme's colours. Loaded only when configured. */
import { addProtocol, type LayerSpecification } from 'maplibre-gl';
import { PMTiles, Protocol, TileType } from 'pmtiles';
import type { BaseMap } from '../lib/base-map';
import { rasterLayer, whole, type Ground } from './ground';
import { token } from './token';

const protocol = new Protocol();
addProtocol('pmtiles', protocol.tile);

/** Layers of the common schemas (Protomaps, OpenMapTiles) that a city's base map needs, in the order of drawing. */
function drawn(): Record<string, LayerSpecification[]> {
  const fill = (id: string, colour: string, opacity = 1): LayerSpecification => ({
    id: `base-${id}`,
    type: 'fill',
    source: 'base',
    'source-layer': id,
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': token(colour), 'fill-opacity': opacity },
  });
  const line = (id: string, colour: string, width: number): LayerSpecification => ({
    id: `base-${id}-lines`,
    type: 'line',
    source: 'base',
    'source-layer': id,
    filter: ['==', ['geometry-type'], 'LineString'],
    paint: { 'line-color': token(colour), 'line-width': ['interpolate', ['linear'], ['zoom'], 10, width * 0.4, 17, width * 3] },
  });
  const named = (id: string, minzoom: number): LayerSpecification => ({
    id: `base-${id}-names`,
    type: 'symbol',
    source: 'base',
    'source-layer': id,
    minzoom,
    filter: ['==', ['geometry-type'], 'Point'],
    layout: { 'text-field': ['coalesce', ['get', 'name:zh'], ['get', 'name:zh-Hans'], ['get', 'name']], 'text-size': 12, 'text-max-width': 8 },
    paint: { 'text-color': token('map-name'), 'text-halo-color': token('map-land'), 'text-halo-width': 1.2 },
  });
  return {
    earth: [fill('earth', 'map-land')],
    landcover: [fill('landcover', 'map-green', 0.5)],
    landuse: [fill('landuse', 'map-green', 0.5)],
    park: [fill('park', 'map-green')],
    water: [fill('water', 'map-water'), line('water', 'map-water', 1)],
    waterway: [line('waterway', 'map-water', 1)],
    buildings: [fill('buildings', 'map-edge', 0.5)],
    building: [fill('building', 'map-edge', 0.5)],
    roads: [line('roads', 'map-road', 2)],
    transportation: [line('transportation', 'map-road', 2)],
    places: [named('places', 8)],
    place: [named('place', 8)],
  };
}

/** The ground of an archive; fails when it cannot be read. */
export async function archive({ url, attribution }: NonNullable<BaseMap>): Promise<Ground> {
  const address = whole(url);
  const file = new PMTiles(address);
  protocol.add(file);
  const source = { url: `pmtiles://${address}`, attribution };
  const { tileType } = await file.getHeader();
  if (tileType !== TileType.Mvt) return { sources: { base: { type: 'raster', tileSize: 256, ...source } }, layers: [rasterLayer()] };
  const { vector_layers: found = [] } = (await file.getMetadata()) as { vector_layers?: { id: string }[] };
  const known = new Set(found.map((one) => one.id));
  const layers = Object.entries(drawn()).flatMap(([id, all]) => (known.has(id) ? all : []));
  return { sources: { base: { type: 'vector', ...source } }, layers };
}
