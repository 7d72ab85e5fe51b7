/** What lies over the tickets when it is asked for: 图斑, hot spots, the registers' places. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { S } from '../../lib/api';
import { board, patchMap, registerPlaces } from '../../lib/queries';

/** Registers with places, and the sign of each on the map. */
export const SIGNS = {
  watch_area: '◇',
  point: '◎',
  camera: '▲',
  site: '■',
  stubborn: '※',
  frontage: '□',
  chief: '★',
  flight: '▽',
} as const satisfies Partial<Record<S['Register'], string>>;
export type Register = keyof typeof SIGNS;
export const PATCH = '◆';

type Features = GeoJSON.FeatureCollection;
type Place = [number, number];

const collection = (features: GeoJSON.Feature[]): Features => ({ type: 'FeatureCollection', features });
const pointAt = (at: Place, properties: object): GeoJSON.Feature => ({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: at } });

function drawn(entry: S['Entry']): GeoJSON.Feature[] {
  const properties = { name: entry.name, glyph: SIGNS[entry.register as Register] };
  const shape: GeoJSON.Feature[] = entry.shape ? [{ type: 'Feature', properties, geometry: entry.shape as GeoJSON.MultiPolygon }] : [];
  return entry.place ? [...shape, pointAt([entry.place.longitude, entry.place.latitude], properties)] : shape;
}

/** Places of the registers chosen. */
export function useEntries(shown: Register[]): { features: Features; count: number } {
  const found = useQueries({
    queries: shown.map((one) => registerPlaces(one)),
    combine: (all) => all.flatMap((one) => one.data ?? []),
  });
  return useMemo(() => ({ features: collection(found.flatMap(drawn)), count: found.length }), [found]);
}

/** 图斑 of drones and satellites. */
export function usePatches(wanted: boolean): Features {
  const { data } = useQuery({ ...patchMap, enabled: wanted });
  return useMemo(
    () => collection(wanted && data ? data.map((one) => pointAt(one.geometry.coordinates as Place, { id: one.properties.id, glyph: PATCH })) : []),
    [wanted, data],
  );
}

export const figureOf = (row: S['BoardRow'], name: string) => row.figures.find((one) => one.name === name);

/** Hot spots of the board of a span (the present one when null), in the map's datum. */
export function useHot(wanted: boolean, span: string | null): { features: Features; rows: S['BoardRow'][] } {
  const { data } = useQuery({ ...board('hotspots', span ?? undefined), enabled: wanted });
  const rows = (wanted && data?.rows) || NONE;
  return useMemo(() => {
    const features = rows.flatMap((row) => {
      if (!row.place) return [];
      const { longitude, latitude } = row.place;
      const recent = figureOf(row, 'recent')?.value ?? 0;
      return [pointAt([longitude, latitude], { key: row.key, recent, name: `${row.name} ${recent} 件` })];
    });
    return { features: collection(features), rows };
  }, [rows]);
}

const NONE: S['BoardRow'][] = [];
