/** The map of many tickets: 100,000 of them stay smooth, for each of its sources is given anew only when it changed. */
import { useEffect, useMemo, useRef } from 'react';
import type { S } from '../lib/api';
import { boundsOf, hearts, NOTHING, useMap, useSource } from './base';
import { draw, listen, type Picked } from './tickets-layers';

export type Look = 'points' | 'heat';
export type { Picked };

/** Zoom from which one place can be looked at. */
const CLOSE = 14;

interface Props {
  areas: S['GridCollection'];
  grids: S['GridCollection'] | undefined;
  tickets: S['MapCollection'];
  /** Places of registers, 图斑 and hot spots; see tickets-layers for the properties drawn. */
  entries?: GeoJSON.FeatureCollection;
  patches?: GeoJSON.FeatureCollection;
  hot?: GeoJSON.FeatureCollection;
  look: Look;
  pick?: (picked: Picked) => void;
  /** Where to look, when it was chosen beside the map. */
  focus?: [number, number];
  /** Pixels at the left that a panel covers. */
  left: number;
}

export function TicketsMap({ areas, grids, tickets, entries = NOTHING, patches = NOTHING, hot = NOTHING, look, pick, focus, left }: Props) {
  const picks = useRef(pick);
  picks.current = pick;
  const start = {
    areas,
    bounds: boundsOf(areas),
    left,
    draw: (map: Parameters<typeof draw>[0]) => {
      draw(map);
      listen(map, (picked) => picks.current?.(picked));
    },
  };
  const { box, map } = useMap(start, String(areas.version));
  const drawn = (grids as GeoJSON.FeatureCollection | undefined) ?? NOTHING;
  const all = tickets as GeoJSON.FeatureCollection;
  useSource(map, 'grids', drawn);
  useSource(
    map,
    'hearts',
    useMemo(() => hearts(drawn), [drawn]),
  );
  useSource(map, 'tickets', look === 'points' ? all : NOTHING);
  useSource(map, 'raw', look === 'heat' ? all : NOTHING);
  useSource(map, 'entries', entries);
  useSource(map, 'patches', patches);
  useSource(map, 'hot', hot);
  useEffect(() => {
    if (map && focus) map.easeTo({ center: focus, zoom: Math.max(map.getZoom(), CLOSE) });
  }, [map, focus]);
  return <div ref={box} className="map" data-map="tickets" role="region" aria-label="案件分布地图" style={{ height: '100%', border: 0, borderRadius: 0 }} />;
}
