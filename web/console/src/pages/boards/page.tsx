/** Boards for leaders: one span, one board, every figure with its formula; made to be printed. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { firstDay, keyOf, kindOf, SPAN_KINDS, step, today } from '../../../../shared/spans';
import { moment } from '../../../../shared/words';
import type { S } from '../../lib/api';
import { now as clock } from '../../lib/clock';
import { useTitle } from '../../lib/hooks';
import { board as boardQuery, boards, statistics } from '../../lib/queries';
import { Fig } from '../../parts/figure';
import { Output } from '../../parts/output';
import { Segments } from '../../parts/segments';
import { Select } from '../../parts/select';
import { Empty, Shown } from '../../parts/states';
import { OVER_TIME, OverTime } from './over-time';
import { BoardTable } from './table';
import { Trends } from './trends';
import { Funnel, Targets, Weather } from './views';
import { Button } from '../../parts/button';
import { Switch } from '../../parts/switch';

const DIMENSIONS: Record<S['Dimension'], string> = {
  all: '全部',
  lead: '责任单位',
  area: '片区',
  category: '类别',
  workline: '工作线',
  source: '来源',
  mode: '采集方式',
};

/** Choosing the span: its kind, and one earlier or later. */
function Spans({ value, title, set }: { value: string; title: string; set: (key: string) => void }) {
  const kind = kindOf(value);
  const now = today(clock());
  return (
    <div className="row no-print">
      <Segments label="期间" options={SPAN_KINDS} value={kind} set={(code) => set(keyOf(code, now))} />
      <Button aria-label="上一期" onClick={() => set(step(value, -1))}>
        ‹
      </Button>
      <span className="num">{title}</span>
      <Button aria-label="下一期" disabled={firstDay(step(value, 1)) > now} onClick={() => set(step(value, 1))}>
        ›
      </Button>
    </div>
  );
}

function Rates() {
  const { data } = useQuery(statistics);
  if (!data) return <div className="skeleton" style={{ height: 85 }} />;
  return (
    <ul className="rates no-print" aria-label="各项比率">
      {data.rates.map((rate) => (
        <li key={rate.name} className="card">
          <span className="small muted">{rate.label}</span>
          <Fig figure={rate} formula={rate} className="large-fig" />
          <span className="small muted num">
            {rate.numerator} ÷ {rate.denominator}
          </span>
        </li>
      ))}
    </ul>
  );
}

function View({ board, brief }: { board: S['Board']; brief: boolean }) {
  if (board.board === 'weather') return <Weather board={board} brief={brief} />;
  if (board.board === 'targets') return <Targets board={board} />;
  if (board.rows.length === 0)
    return (
      <div className="card">
        <Empty says="本期没有数据">换一个期间看看。</Empty>
      </div>
    );
  return (
    <>
      {board.board === 'funnel' && board.total && (
        <section className="card pad">
          <Funnel row={board.total} board={board} />
        </section>
      )}
      <section className="card">
        <BoardTable board={board} brief={brief} />
      </section>
    </>
  );
}

function Formulas({ board }: { board: S['Board'] }) {
  return (
    <details className="formulas">
      <summary>本页用到的公式（{board.formulas.length}）</summary>
      <dl className="facts small">
        {board.formulas.map((one) => (
          <div key={one.name} style={{ display: 'contents' }}>
            <dt>{one.label}</dt>
            <dd>
              {one.text} <span className="muted">第 {one.version} 版</span>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Where a board is had as a workbook. */
function fileOf(id: string, span: string, dimension: string | undefined): string {
  return `/v1/boards/${id}?${new URLSearchParams({ format: 'xlsx', span, ...(dimension ? { dimension } : {}) })}`;
}

function BoardPage({ id }: { id: S['BoardName'] }) {
  const [search, setSearch] = useSearchParams();
  const [brief, setBrief] = useState(true);
  const titles = useQuery(boards);
  const span = search.get('span') ?? undefined;
  const dimension = (search.get('by') ?? undefined) as S['Dimension'] | undefined;
  const query = useQuery(boardQuery(id, span, dimension));
  const dimensions = titles.data?.items.find((one) => one.board === id)?.dimensions ?? [];
  useTitle(query.data ? `${query.data.label} ${query.data.span.title}` : '看板');
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    next.set(name, value);
    setSearch(next, { replace: true });
  };
  return (
    <Shown query={query} lines={[40, 320]}>
      {(board) => (
        <>
          <div className="row wrap">
            <h1>{board.label}</h1>
            <Spans value={board.span.key} title={board.span.title} set={(key) => set('span', key)} />
            {dimensions.length > 1 && (
              <span className="no-print">
                <Select
                  label="按什么分行"
                  width={120}
                  value={dimension ?? dimensions[0] ?? ''}
                  options={dimensions.map((one) => [one, `按${DIMENSIONS[one]}`])}
                  onChange={(code) => set('by', code)}
                />
              </span>
            )}
            <Switch className="small no-print" on={brief} set={setBrief}>
              只看有数的
            </Switch>
            <span className="push small muted num">
              {board.span.title} · 截至 {moment(board.as_of)}
              {board.frozen && ' · 已冻结'}
            </span>
            <Output file={{ path: fileOf(id, board.span.key, dimension), name: `${board.label}-${board.span.title}` }} />
          </div>
          <View board={board} brief={brief} />
          {OVER_TIME.includes(id) && <OverTime key={dimension} board={board} dimension={dimension} />}
          <Formulas board={board} />
        </>
      )}
    </Shown>
  );
}

const { year: _, ...TREND_KINDS } = SPAN_KINDS;
/** How many spans the trends go back. */
const SHOWN = 8;

function TrendsPage() {
  const [kind, setKind] = useState<keyof typeof TREND_KINDS>('month');
  const last = keyOf(kind, today(clock()));
  const stretch = `${step(last, 1 - SHOWN)} 至 ${last}`;
  useTitle(`趋势 ${stretch}`);
  return (
    <>
      <div className="row">
        <h1>趋势</h1>
        <Segments label="期间" options={TREND_KINDS} value={kind} set={setKind} />
        <span className="push small muted num">{stretch}</span>
        <Output />
      </div>
      <Trends last={last} count={SHOWN} />
    </>
  );
}

/** The boards leaders open daily stand first. */
const FIRST = ['weather', 'ranking', 'funnel', 'targets'];

export default function BoardsPage() {
  const { name = 'weather' } = useParams();
  const titles = useQuery(boards);
  const items = (titles.data?.items ?? []).map((one) => ({ to: one.board as string, label: one.label }));
  const trends = { to: 'trends', label: '趋势' };
  const tabs = titles.data ? [...items.filter((one) => FIRST.includes(one.to)), trends, ...items.filter((one) => !FIRST.includes(one.to))] : [];
  return (
    <div className="page boards">
      <Rates />
      <nav className="tabs no-print" aria-label="看板">
        {tabs.map((one) => (
          <Link key={one.to} to={`/boards/${one.to}`} aria-current={one.to === name ? 'page' : undefined}>
            {one.label}
          </Link>
        ))}
      </nav>
      {name === 'trends' ? <TrendsPage /> : <BoardPage key={name} id={name as S['BoardName']} />}
    </div>
  );
}
