/** Which cases of the last month would go elsewhere, were the file kept. */
import { Link } from 'react-router';
import type { S } from '../../../lib/api';
import { Table } from '../../../parts/table';

const unit = (named: S['Named'] | null) => named?.name ?? '无人主办';

function sentence({ looked_at, moved }: S['Moved']): string {
  if (looked_at === 0) return '最近 31 天没有已立案、有位置的案件，无从试算。';
  if (moved === 0) return `最近 31 天 ${looked_at.toLocaleString()} 件的主办单位都不变。`;
  return `最近 31 天 ${looked_at.toLocaleString()} 件中有 ${moved.toLocaleString()} 件会改派。`;
}

export function MovedView({ moved }: { moved: S['Moved'] }) {
  return (
    <section className="stack tight" aria-label="会改派的案件" data-moved>
      <h2>会改派多少</h2>
      <p>{sentence(moved)}</p>
      {moved.examples.length > 0 && (
        <div className="card scroll-x">
          <Table name="会改派的案件" heads={['案件', '现在由', '改为']}>
            {moved.examples.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <Link to={`/tickets/${one.id}`} className="num">
                    {one.number ?? '未立案'}
                  </Link>
                  <span className="block small muted">{one.words || '（没有文字）'}</span>
                </th>
                <td>{unit(one.from)}</td>
                <td>
                  <span aria-hidden="true">→ </span>
                  {unit(one.to)}
                </td>
              </tr>
            ))}
          </Table>
        </div>
      )}
      {moved.examples.length < moved.moved && moved.examples.length > 0 && <p className="small muted">只列出前 {moved.examples.length} 件。</p>}
    </section>
  );
}
