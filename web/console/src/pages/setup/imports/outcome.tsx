/** What an import, or a trial of one, came to. */
import { lazy, Suspense } from 'react';
import type { CsvRow } from '../../../../../shared/csv';
import type { S } from '../../../lib/api';
import type { Borders } from '../../../lib/borders';
import type { Refused } from '../../../lib/refusal';
import { Guard } from '../../../parts/guard';
import { Faults } from './faults';
import { MovedView } from './moved';

const BordersMap = lazy(() => import('../../../map/borders-map'));

export type Result = { ok: S['ImportSummary']; trial: boolean; borders: Borders | null } | { refused: Refused; rows: CsvRow[] } | { failed: string };

function Fault({ words }: { words: string }) {
  return (
    <p className="fault" role="alert">
      {words}
    </p>
  );
}

/** Notes stand open unless there are more than one reads at a glance. */
const FEW = 4;

function Notes({ notes }: { notes: string[] }) {
  if (notes.length === 0) return null;
  const list = (
    <ul className="reasons">
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
  if (notes.length <= FEW) return list;
  return (
    <details>
      <summary>服务器的说明（{notes.length} 条）</summary>
      {list}
    </details>
  );
}

export function Outcome({ result }: { result: Result }) {
  if ('failed' in result) return <Fault words={result.failed} />;
  if ('refused' in result) return result.refused.details.length > 0 ? <Faults {...result} /> : <Fault words={result.refused.message} />;
  const { ok, trial, borders } = result;
  return (
    <div className="stack">
      <section className="stack tight" role="status">
        <p className="banner">{trial ? `可以导入 ${ok.rows} 行。` : `已导入 ${ok.rows} 行，立即生效。`}</p>
        <Notes notes={ok.notes} />
      </section>
      {ok.faults_map && borders && (
        <section className="stack tight" aria-label="边界">
          <h2>文件中的边界</h2>
          <Guard what="地图">
            <Suspense fallback={<div className="skeleton" style={{ height: 460 }} />}>
              <BordersMap borders={borders} faults={ok.faults_map} />
            </Suspense>
          </Guard>
        </section>
      )}
      {ok.moved && <MovedView moved={ok.moved} />}
    </div>
  );
}
