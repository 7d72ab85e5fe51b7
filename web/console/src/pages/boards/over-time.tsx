/** One figure of one row over the last twelve months or weeks: asked for only when opened, each span once. */
import { useQueries } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { keyOf, step, today } from '../../../../shared/spans';
import type { S } from '../../lib/api';
import { now } from '../../lib/clock';
import { board as boardQuery } from '../../lib/queries';
import { Segments } from '../../parts/segments';
import { Select } from '../../parts/select';
import { Failed } from '../../parts/states';
import { columnsOf, lineOf } from './figures';

const Chart = lazy(() => import('./chart'));

const SPANS = 12;
const HEIGHT = 240;
const HOUR = 3_600_000;
/** The row of the whole district. */
const TOTAL = '';

type Kind = 'month' | 'week';
const KINDS: Record<Kind, string> = { month: '最近 12 个月', week: '最近 12 周' };

/** Boards that are about a span, so that one can be held against another. */
export const OVER_TIME: S['BoardName'][] = ['ranking', 'funnel', 'overdue', 'ratings'];

interface Props {
  board: S['Board'];
  dimension: S['Dimension'] | undefined;
}

function Curve({ board, dimension, kind, figure, row }: Props & { kind: Kind; figure: S['Figure']; row: string }) {
  const last = keyOf(kind, today(now()));
  const spans = Array.from({ length: SPANS }, (_, at) => step(last, at + 1 - SPANS));
  const found = useQueries({
    queries: spans.map((span) => ({ ...boardQuery(board.board, span, dimension), placeholderData: undefined, ...(span === last ? {} : { staleTime: HOUR }) })),
  });
  const failed = found.find((one) => one.isError);
  if (failed) return <Failed error={failed.error} retry={() => found.forEach((one) => void one.refetch())} />;
  if (found.some((one) => !one.data)) return <div className="skeleton" style={{ height: HEIGHT }} />;
  const rows = found.map(({ data }) => (row === TOTAL ? data?.total : data?.rows.find((one) => one.key === row)));
  return (
    <Suspense fallback={<div className="skeleton" style={{ height: HEIGHT }} />}>
      <Chart spans={spans} lines={[lineOf(rows, figure.name)]} unit={figure.unit} height={HEIGHT} />
    </Suspense>
  );
}

function Chosen({ board, dimension }: Props) {
  const [kind, setKind] = useState<Kind>('month');
  const columns = columnsOf(board);
  const [name, setName] = useState(columns[0]?.name ?? '');
  const [row, setRow] = useState(board.total ? TOTAL : (board.rows.find((one) => one.key !== TOTAL)?.key ?? TOTAL));
  // What is not determined yet has no key, and no past to be found by.
  const keyed = board.rows.filter((one) => one.key !== TOTAL);
  const figure = columns.find((one) => one.name === name) ?? columns[0];
  if (!figure) return <p className="muted">本期没有数据。</p>;
  return (
    <div className="stack tight" style={{ paddingTop: 12 }}>
      <div className="row wrap no-print">
        <Segments label="期间" options={KINDS} value={kind} set={setKind} />
        <Select label="哪个数字" width={180} value={figure.name} options={columns.map((one) => [one.name, one.label])} onChange={setName} />
        {keyed.length > 0 && (
          <Select
            label="哪一行"
            width={200}
            none={board.total ? '合计' : undefined}
            value={row}
            options={keyed.map((one) => [one.key, one.name])}
            onChange={setRow}
          />
        )}
      </div>
      <Curve board={board} dimension={dimension} kind={kind} figure={figure} row={row} />
    </div>
  );
}

export function OverTime(props: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details className={`card pad ${open ? '' : 'no-print'}`} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>走势</summary>
      {open && <Chosen {...props} />}
    </details>
  );
}
