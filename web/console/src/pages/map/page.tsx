/** All tickets on one map: clustered points or heat, over the grids of a layer and the registers' places. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { catalogue, grids, registerPlaces, ticket as ticketQuery, ticketMap, type MapFilter } from '../../lib/queries';
import { Picture, StageTag } from '../../parts/bits';
import { Failed, Shown } from '../../parts/states';
import { roomy } from './roomy';
import { TicketsMap, type Look } from '../../map/tickets-map';

const STATES: Record<string, { label: string; filter: MapFilter }> = {
  open: {
    label: '未结',
    filter: { stage: ['received', 'verifying', 'prompted', 'filed', 'dispatched', 'handling', 'disputed', 'suspended', 'fixed', 'accepted'] },
  },
  late: { label: '超期', filter: { late: true } },
  relapse: { label: '回弹', filter: { relapse: true } },
  all: { label: '全部', filter: {} },
};
const LAYERS: Record<string, string> = { community: '责任网格', inspection: '巡管', enforcement: '执法', area: '片区' };
const REGISTERS = { watch_area: '重点关注区', camera: '视频监控', point: '测评点位', site: '工地' } as const;
type Register = keyof typeof REGISTERS;

function Segments<K extends string>({ label, options, value, set }: { label: string; options: Record<K, string>; value: K; set: (next: K) => void }) {
  return (
    <div className="segments" role="group" aria-label={label}>
      {(Object.entries(options) as [K, string][]).map(([code, name]) => (
        <button key={code} type="button" aria-pressed={code === value} onClick={() => set(code)}>
          {name}
        </button>
      ))}
    </div>
  );
}

function Card({ id, close }: { id: string; close: () => void }) {
  const query = useQuery(ticketQuery(id));
  return (
    <aside className="map-card card pad stack tight" aria-label="选中的案件">
      <Shown query={query} lines={[24, 120, 44]}>
        {(ticket) => (
          <>
            <div className="row">
              <h2 className="num">{ticket.number ?? '未立案'}</h2>
              <StageTag stage={ticket.state.stage} label={ticket.state.label} />
              <button type="button" className="btn bare push" aria-label="关闭" onClick={close}>
                ✕
              </button>
            </div>
            <Picture className="cover" src={ticket.photos[0]?.urls.medium} says="处置前照片" />
            <p>{ticket.words || ticket.category?.name}</p>
            <p className="small muted">{[ticket.place?.address, ticket.lead?.name].filter(Boolean).join(' · ')}</p>
            <Link className="btn" to={`/tickets/${ticket.id}`}>
              打开案件
            </Link>
          </>
        )}
      </Shown>
    </aside>
  );
}

export default function MapPage() {
  useTitle('一张图');
  const [search, setSearch] = useSearchParams();
  const [look, setLook] = useState<Look>('points');
  const [layer, setLayer] = useState<S['Layer']>('area');
  const [shown, setShown] = useState<Register[]>([]);
  const [picked, setPicked] = useState<string | null>(null);
  const state = search.get('state') ?? 'all';
  const workline = (search.get('workline') ?? '') as S['Workline'] | '';
  const books = useQuery(catalogue);
  const areas = useQuery(grids('area'));
  const drawn = useQuery(grids(layer));
  const points = useQuery(ticketMap({ ...STATES[state]?.filter, ...(workline ? { workline } : {}) }, areas.data && roomy(areas.data)));
  const places = useQueries({ queries: shown.map((one) => registerPlaces(one)) });
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    next.set(name, value);
    setSearch(next, { replace: true });
  };
  const entries = places.flatMap((one) => one.data ?? []);
  const features = points.data?.features ?? [];
  return (
    <div className="big-map">
      <h1 className="hidden">一张图</h1>
      {points.isError && !points.data ? (
        <Failed error={points.error} retry={() => void points.refetch()} />
      ) : areas.data && points.data ? (
        <TicketsMap areas={areas.data} grids={drawn.data} tickets={points.data} entries={entries} look={look} pick={setPicked} left={296} />
      ) : (
        <div className="skeleton" style={{ height: '100%' }} />
      )}
      <div className="map-tools card stack tight">
        <Segments label="画法" options={{ points: '点位', heat: '热力' }} value={look} set={setLook} />
        <Segments
          label="案件"
          options={Object.fromEntries(Object.entries(STATES).map(([code, one]) => [code, one.label]))}
          value={state}
          set={(next) => set('state', next)}
        />
        <Segments label="网格图层" options={LAYERS} value={layer} set={(next) => setLayer(next as S['Layer'])} />
        <select className="input" aria-label="工作线" value={workline} onChange={(event) => set('workline', event.target.value)}>
          <option value="">全部工作线</option>
          {books.data?.worklines.map((one) => (
            <option key={one.code} value={one.code}>
              {one.name}
            </option>
          ))}
        </select>
        <fieldset className="row wrap small">
          <legend className="hidden">台账</legend>
          {(Object.keys(REGISTERS) as Register[]).map((one) => (
            <label key={one} className="row">
              <input
                type="checkbox"
                checked={shown.includes(one)}
                onChange={(event) => setShown(event.target.checked ? [...shown, one] : shown.filter((other) => other !== one))}
              />
              {REGISTERS[one]}
            </label>
          ))}
        </fieldset>
        <p className="small muted" role="status">
          {points.data ? `${features.length.toLocaleString()} 件有位置的案件${points.data.truncated ? '(太多,只取了最新的)' : ''}` : '正在取案件…'}
          {shown.length > 0 && `,台账 ${entries.length} 处`}
        </p>
        <p className="legend small">
          <span className="dot late" /> 超期 <span className="dot open" /> 未结 <span className="dot done" /> 已结
        </p>
      </div>
      {picked && <Card id={picked} close={() => setPicked(null)} />}
    </div>
  );
}
