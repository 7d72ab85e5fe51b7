/** The panel over the map: which tickets, how they are drawn, what lies over them. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import type { S } from '../../lib/api';
import { namesOf } from '../../lib/act';
import { catalogue } from '../../lib/queries';
import { NAMES } from '../../map/names';
import type { Look } from '../../map/tickets-map';
import { Segments } from '../../parts/segments';
import { Select, type Options } from '../../parts/select';
import { STATES } from './filter';
import { PATCH, SIGNS, type Register } from './layers';

/** A layer that can be laid over the tickets. */
export type Over = Register | 'hot' | 'patches';

/** Names short enough for the panel. */
const SHORT: Record<Register, string> = {
  watch_area: '重点关注区',
  point: '测评点位',
  camera: '视频监控',
  site: '工地',
  stubborn: '难点堵点',
  frontage: '门前三包',
  chief: '路长河长',
  flight: '巡飞',
};

const OVERS: [Over, string, string][] = [
  ['hot', '热点', '◯'],
  ['patches', '图斑', PATCH],
  ...(Object.entries(SIGNS) as [Register, string][]).map(([code, sign]): [Over, string, string] => [code, SHORT[code], sign]),
];

const LABELS = Object.fromEntries(Object.entries(STATES).map(([code, one]) => [code, one.label]));

interface Props {
  look: Look;
  setLook: (next: Look) => void;
  layer: S['Layer'];
  setLayer: (next: S['Layer']) => void;
  shown: Over[];
  setShown: (next: Over[]) => void;
  children: ReactNode;
}

function useKinds(): [string, Options][] {
  const { data } = useQuery(catalogue);
  return (data?.worklines ?? []).map((line) => [
    line.name,
    [[`w:${line.code}`, `${line.name}（全部）`], ...line.categories.map((one): [string, string] => [`c:${one.code}`, one.name])],
  ]);
}

export function Tools({ look, setLook, layer, setLayer, shown, setShown, children }: Props) {
  const [search, setSearch] = useSearchParams();
  const kinds = useKinds();
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    setSearch(next, { replace: true });
  };
  const of = (name: string) => search.get(name) ?? '';
  return (
    <div className="map-tools card stack tight">
      <Segments label="画法" options={{ points: '点位', heat: '热力' }} value={look} set={setLook} />
      <Segments label="案件" options={LABELS} value={search.get('state') ?? 'all'} set={(next) => set('state', next)} />
      <div className="halves tight">
        <Select label="状态" none="各种状态" value={of('stage')} options={Object.entries(namesOf('Stage'))} onChange={(code) => set('stage', code)} />
        <Select
          label="疑点"
          none="不论疑点"
          value={of('attention')}
          options={Object.entries(namesOf('AttentionKind'))}
          onChange={(code) => set('attention', code)}
        />
      </div>
      <Select label="类别" none="全部类别" value={of('kind')} groups={kinds} onChange={(code) => set('kind', code)} />
      <Segments label="网格图层" options={NAMES} value={layer} set={setLayer} />
      <fieldset className="overs small">
        <legend className="hidden">叠加图层</legend>
        {OVERS.map(([code, name, sign]) => (
          <label key={code} className="row">
            <input
              type="checkbox"
              checked={shown.includes(code)}
              onChange={(event) => setShown(event.target.checked ? [...shown, code] : shown.filter((other) => other !== code))}
            />
            <span aria-hidden="true" className={code === 'hot' ? 'fault' : 'muted'}>
              {sign}
            </span>
            {name}
          </label>
        ))}
      </fieldset>
      {children}
      <p className="legend small">
        <span className="dot late" /> 超期 <span className="dot open" /> 未结 <span className="dot done" /> 已结
      </p>
    </div>
  );
}
