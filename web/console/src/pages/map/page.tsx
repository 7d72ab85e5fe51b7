/** All tickets on one map: clustered points or heat, over the grids of a layer, with hot spots, 图斑 and watch-points. */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { grids, ticketMap } from '../../lib/queries';
import { TicketsMap, type Look, type Picked } from '../../map/tickets-map';
import { Failed } from '../../parts/states';
import { HotCard, TicketCard } from './cards';
import { filterOf } from './filter';
import { SIGNS, useEntries, useHot, usePatches, type Register } from './layers';
import { Tools, type Over } from './tools';
import { Button } from '../../parts/button';

export default function MapPage() {
  useTitle('一张图');
  const [search] = useSearchParams();
  // A hot spot of a board, which the board sends one to look at.
  const asked = search.get('hot');
  const [look, setLook] = useState<Look>('points');
  const [layer, setLayer] = useState<S['Layer']>('area');
  const [shown, setShown] = useState<Over[]>(() => (asked ? ['hot'] : []));
  const [focus, setFocus] = useState<[number, number]>();
  const [picked, setPicked] = useState<Picked | null>(() => (asked ? { hot: asked } : null));
  const areas = useQuery(grids('area'));
  const drawn = useQuery(grids(layer));
  const points = useQuery(ticketMap(filterOf(search)));
  const entries = useEntries(shown.filter((one): one is Register => one in SIGNS));
  const patches = usePatches(shown.includes('patches'));
  const hot = useHot(shown.includes('hot'), search.get('span'));
  const spot = picked && 'hot' in picked ? hot.rows.find((row) => row.key === picked.hot) : undefined;
  const placed = hot.features.features;
  const choose = (at: GeoJSON.Feature) => {
    setPicked({ hot: String(at.properties?.key) });
    setFocus((at.geometry as GeoJSON.Point).coordinates as [number, number]);
  };
  useEffect(() => {
    const at = placed.find((one) => one.properties?.key === asked);
    if (at) choose(at);
  }, [asked, placed.length]);
  const close = () => setPicked(null);
  const { words } = filterOf(search);
  const over = [
    words && `含「${words}」`,
    entries.count > 0 && `台账 ${entries.count} 处`,
    shown.includes('hot') && `热点 ${placed.length} 处`,
    shown.includes('patches') && `图斑 ${patches.features.length} 处`,
  ].filter(Boolean);
  return (
    <div className="big-map">
      <h1 className="hidden">一张图</h1>
      {points.isError && !points.data ? (
        <Failed error={points.error} retry={() => void points.refetch()} />
      ) : areas.data && points.data ? (
        <TicketsMap
          areas={areas.data}
          grids={drawn.data}
          tickets={points.data}
          entries={entries.features}
          patches={patches}
          hot={hot.features}
          look={look}
          pick={setPicked}
          focus={focus}
          left={296}
        />
      ) : (
        <div className="skeleton" style={{ height: '100%' }} />
      )}
      <Tools look={look} setLook={setLook} layer={layer} setLayer={setLayer} shown={shown} setShown={setShown}>
        <p className="small muted" role="status">
          {points.data
            ? `${points.data.features.length.toLocaleString()} 件有位置的案件${points.data.truncated ? '（太多，只取了最新的）' : ''}`
            : '正在取案件…'}
          {over.map((one) => ` · ${one}`)}
        </p>
        {placed.length > 0 && (
          <ol className="hot-list small" aria-label="热点">
            {placed.map((one) => (
              <li key={String(one.properties?.key)}>
                <Button bare onClick={() => choose(one)}>
                  <span className="cut">{String(one.properties?.name)}</span>
                </Button>
              </li>
            ))}
          </ol>
        )}
      </Tools>
      {picked && 'ticket' in picked && <TicketCard id={picked.ticket} close={close} />}
      {spot && <HotCard row={spot} close={close} />}
    </div>
  );
}
