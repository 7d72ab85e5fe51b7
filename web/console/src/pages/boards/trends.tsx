/** Trends: the totals of the work-line board over the last spans, each figure as its board gives it. */
import { useQueries } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import type { S } from '../../lib/api';
import { board } from '../../lib/queries';
import { Failed } from '../../parts/states';
import { step } from '../../../../shared/spans';
import { lineOf } from './figures';

const Chart = lazy(() => import('./chart'));

/** The keys of `count` spans up to `last`, oldest first. */
function keys(last: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => step(last, at - count + 1));
}

const lines = (totals: (S['BoardRow'] | null | undefined)[], names: string[]) => names.map((name) => lineOf(totals, name));

/** What a chart's card adds to its height, pixels. */
const FRAME = 58;

interface Props {
  last: string;
  count: number;
  height?: number;
  /** Leaves the chart of rates out. */
  brief?: boolean;
}

export function Trends({ last, count, height = 260, brief = false }: Props) {
  const spans = keys(last, count);
  const found = useQueries({ queries: spans.map((span) => board('worklines', span)) });
  const failed = found.find((one) => one.isError);
  if (failed) return <Failed error={failed.error} retry={() => found.forEach((one) => void one.refetch())} />;
  const wait = <div className="skeleton" style={{ height }} />;
  if (found.some((one) => one.isPending)) {
    return (
      <div className="trends">
        <div className="skeleton" style={{ height: height + FRAME }} />
        {!brief && <div className="skeleton" style={{ height: height + FRAME }} />}
      </div>
    );
  }
  const totals = found.map((one) => one.data?.total);
  return (
    <div className="trends">
      <section className="card pad">
        <h2>件数</h2>
        <Suspense fallback={wait}>
          <Chart spans={spans} lines={lines(totals, ['opened', 'registered', 'closed', 'open_overdue'])} unit="count" height={height} />
        </Suspense>
      </section>
      {!brief && (
        <section className="card pad">
          <h2>比率</h2>
          <Suspense fallback={wait}>
            <Chart spans={spans} lines={lines(totals, ['closing_on_time', 'closing', 'rework', 'satisfaction'])} unit="percent" height={height} />
          </Suspense>
        </section>
      )}
    </div>
  );
}
