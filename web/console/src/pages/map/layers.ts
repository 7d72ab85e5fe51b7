/** What lies over the tickets when it is asked for: 图斑, hot spots, the registers' places. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { S } from '../../lib/api';
import { board, patchMap, registerPlaces, ticket as ticketQuery } from '../../lib/queries';

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

/** What a hot spot is about: its name without the place written behind it. */
export const spotName = (row: S['BoardRow']) => row.name.replace(/（[^）]*）$/, '');

/**
 * Hot spots of the board, each where its newest ticket lies: that is had in the map's datum, from the points already
 * there or by asking.
 */
export function useHot(wanted: boolean, tickets: S['MapCollection'] | undefined): { features: Features; rows: S['BoardRow'][] } {
  const { data } = useQuery({ ...board('hotspots'), enabled: wanted });
  const rows = (wanted && data?.rows) || NONE;
  const near = useMemo(() => {
    const wantedIds = new Set(rows.map((row) => row.tickets[0]));
    const all = rows.length > 0 ? (tickets?.features ?? []) : [];
    return new Map(all.filter((one) => wantedIds.has(one.properties.id)).map((one) => [one.properties.id, one.geometry.coordinates as Place]));
  }, [rows, tickets]);
  const missing = rows.flatMap((row) => (row.tickets[0] && !near.has(row.tickets[0]) ? [row.tickets[0]] : []));
  const asked = useQueries({ queries: missing.map((id) => ticketQuery(id)), combine: (all) => all.flatMap((one) => one.data ?? []) });
  return useMemo(() => {
    const far = new Map(asked.flatMap(({ id, place }) => (place ? [[id, [place.longitude, place.latitude] as Place] as const] : [])));
    const features = rows.flatMap((row) => {
      const at = near.get(row.tickets[0] ?? '') ?? far.get(row.tickets[0] ?? '');
      const recent = figureOf(row, 'recent')?.value ?? 0;
      return at ? [pointAt(at, { key: row.key, recent, name: `${spotName(row)} ${recent} 件` })] : [];
    });
    return { features: collection(features), rows };
  }, [rows, near, asked]);
}

const NONE: S['BoardRow'][] = [];
