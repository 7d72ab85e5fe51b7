/** The big screen: one look at the district from across a room. Always dark; leaves by Esc. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { keyOf, today } from '../../../../shared/spans';
import type { S } from '../../lib/api';
import { useNow, useTitle } from '../../lib/hooks';
import { follow } from '../../lib/live';
import { board, config, grids, statistics, ticketMap } from '../../lib/queries';
import { applyTheme } from '../../lib/theme';
import { Fig } from '../../parts/figure';
import { Trends } from './trends';
import { Funnel } from './views';
import { WeatherIcon } from './weather-icon';
import { Button } from '../../parts/button';

const TicketsMap = lazy(() => import('../../map/tickets-map').then((found) => ({ default: found.TicketsMap })));
const EVERY = 60_000;
/** Screens of this height, pixels, have room for a second chart. */
const TALL = 900;

function useDark(): boolean {
  const [dark, setDark] = useState(false);
  useEffect(() => {
    document.documentElement.dataset.theme = 'dark';
    setDark(true);
    return applyTheme;
  }, []);
  return dark;
}

function Big({ label, value, late }: { label: string; value: number | undefined; late?: boolean }) {
  return (
    <li>
      <span className="label">{label}</span>
      <strong className={`num ${late && value ? 'late' : ''}`}>{value ?? '—'}</strong>
    </li>
  );
}

function Panel({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="card pad stack tight" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Ranking({ rows }: { rows: S['BoardRow'][] }) {
  const ranked = rows.filter((row) => row.rank !== null).slice(0, 8);
  if (ranked.length === 0) return <p className="muted">本期还没有可排名的单位。</p>;
  return (
    <ol className="screen-ranking">
      {ranked.map((row) => (
        <li key={row.key} className="row">
          <span className="num muted">{row.rank}</span> {row.name}
          <strong className="num push">{row.figures.find((one) => one.name === 'score')?.printed}</strong>
        </li>
      ))}
    </ol>
  );
}

function Centre() {
  const areas = useQuery(grids('area'));
  const points = useQuery({ ...ticketMap({}), refetchInterval: EVERY });
  if (!areas.data || !points.data) return <div className="skeleton" style={{ height: '100%' }} />;
  return (
    <Suspense fallback={<div className="skeleton" style={{ height: '100%' }} />}>
      <TicketsMap areas={areas.data} grids={areas.data} tickets={points.data} look="points" left={16} />
    </Suspense>
  );
}

export default function ScreenPage() {
  const client = useQueryClient();
  const go = useNavigate();
  const now = useNow();
  const dark = useDark();
  const stats = useQuery({ ...statistics, refetchInterval: EVERY });
  const weather = useQuery({ ...board('weather'), refetchInterval: EVERY });
  const ranking = useQuery({ ...board('ranking'), refetchInterval: EVERY });
  const funnel = useQuery({ ...board('funnel'), refetchInterval: EVERY });
  useTitle('大屏');
  useEffect(() => follow(client), [client]);
  useEffect(() => {
    const leave = (event: KeyboardEvent) => event.key === 'Escape' && void go('/boards');
    window.addEventListener('keydown', leave);
    return () => window.removeEventListener('keydown', leave);
  }, [go]);
  const district = useQuery(config).data?.district;
  const counts = stats.data?.counts;
  const skies = (weather.data?.rows ?? []).filter((row) => row.weather !== null);
  return (
    <main className="screen">
      <header className="row">
        <h1>{['随手拍', district, '城市文明运行'].filter(Boolean).join(' · ')}</h1>
        <span className="push num muted">
          {new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', dateStyle: 'full', timeStyle: 'short' }).format(now)}
        </span>
        <Button bare className="no-print" onClick={() => void go('/boards')}>
          退出 <kbd aria-hidden="true">Esc</kbd>
        </Button>
      </header>
      <ul className="screen-counts">
        <Big label="受理" value={counts?.received} />
        <Big label="立案" value={counts?.filed} />
        <Big label="结案" value={counts?.closed} />
        <Big label="未结" value={counts?.open} />
        <Big label="超期" value={counts?.open_overdue} late />
        {stats.data?.rates.slice(2, 6).map((rate) => (
          <li key={rate.name}>
            <span className="label">{rate.label}</span>
            <Fig figure={rate} formula={rate} className="big-fig" />
          </li>
        ))}
      </ul>
      <div className="screen-side stack">
        <Panel title="文明天气图">
          <ul className="skies">
            {skies.map((row) => (
              <li key={row.key} className="row">
                {row.weather && <WeatherIcon weather={row.weather} size={28} />}
                <span>{row.name}</span>
                <span className="muted push">{row.label}</span>
              </li>
            ))}
            {skies.length === 0 && <li className="muted">本期还没有可评的单位。</li>}
          </ul>
        </Panel>
        <Panel title="单位排名">
          <Ranking rows={ranking.data?.rows ?? []} />
        </Panel>
      </div>
      <div className="screen-map">{dark && <Centre />}</div>
      <div className="screen-side stack">
        <Panel title="六步漏斗">{funnel.data?.total && <Funnel row={funnel.data.total} board={funnel.data} />}</Panel>
        {dark && <Trends last={keyOf('month', today(now))} count={6} height={184} brief={window.innerHeight < TALL} />}
      </div>
    </main>
  );
}
