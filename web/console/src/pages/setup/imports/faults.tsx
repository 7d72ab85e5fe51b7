/** What is wrong in a file: line, column, the cell itself, and why. */
import { cellAt, type CsvRow } from '../../../../../shared/csv';
import type { Refused } from '../../../lib/refusal';
import { right, Table } from '../../../parts/table';

export function Faults({ refused, rows }: { refused: Refused; rows: CsvRow[] }) {
  return (
    <section className="stack tight" aria-label="文件中的错误" role="alert">
      <p className="banner late">
        {refused.message}。共 {refused.details.length} 处，改好后整份再传。
      </p>
      <div className="card scroll-x" data-faults>
        <Table name="文件中的错误" heads={[right('行'), '列', '文件里写的是', '哪里不对']}>
          {refused.details.map((one, at) => {
            const cell = one.line !== undefined && one.column ? cellAt(rows, one.line, one.column) : null;
            return (
              <tr key={at}>
                <td className="right num">{one.line ?? '—'}</td>
                <td className="num">{one.column ?? one.field}</td>
                <td>{cell === null ? '' : cell === '' ? <span className="muted">（空）</span> : <span className="tag late">{cell}</span>}</td>
                <td>{one.reason}</td>
              </tr>
            );
          })}
        </Table>
      </div>
    </section>
  );
}
