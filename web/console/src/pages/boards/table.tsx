/** Any board as a table: every figure with its formula, lost points opened row by row. */
import { Link } from 'react-router';
import type { S } from '../../lib/api';
import { Fig, type Formula } from '../../parts/figure';
import { columnsOf } from './figures';

export type Formulas = Map<string, Formula>;

/** The formulas of a board by name. */
export function formulasOf(board: S['Board']): Formulas {
  return new Map(board.formulas.map((one) => [one.name, one]));
}

function LostLine({ lost }: { lost: S['LostPoints'] }) {
  return (
    <li>
      {lost.text}
      {lost.behind.length > 0 && (
        <span className="behind no-print">
          {lost.behind.map((id, at) => (
            <Link key={id} to={`/tickets/${id}`}>
              案件{at + 1}
            </Link>
          ))}
        </span>
      )}
    </li>
  );
}

export function Lost({ lost }: { lost: S['LostPoints'][] }) {
  if (lost.length === 0) return <span className="muted">没有扣分</span>;
  const sum = lost.reduce((all, one) => all + one.lost, 0) / 100;
  return (
    <details open>
      <summary>
        共扣 <span className="num">{sum.toFixed(2)}</span> 分：{lost.map((one) => one.label).join('、')}
      </summary>
      <ul className="reasons small">
        {lost.map((one) => (
          <LostLine key={one.item} lost={one} />
        ))}
      </ul>
    </details>
  );
}

function Cells({ row, columns, formulas }: { row: S['BoardRow']; columns: S['Figure'][]; formulas: Formulas }) {
  return columns.map((column) => {
    const figure = row.figures.find((one) => one.name === column.name);
    return (
      <td key={column.name} className="right">
        {figure ? <Fig figure={figure} formula={formulas.get(figure.formula)} /> : '—'}
      </td>
    );
  });
}

const isQuiet = (row: S['BoardRow']) => row.figures.every((one) => !one.value);

/** `quiet` rows (all figures nought) are left out when `brief`. */
export function BoardTable({ board, brief }: { board: S['Board']; brief: boolean }) {
  const formulas = formulasOf(board);
  const rows = brief ? board.rows.filter((row) => !isQuiet(row) || row.rank !== null) : board.rows;
  const columns = columnsOf(board);
  const ranked = board.rows.some((row) => row.rank !== null);
  const losing = board.board === 'ranking';
  return (
    <div className="scroll-x">
      <table className="table">
        <caption className="hidden">{board.label}</caption>
        <thead>
          <tr>
            {ranked && <th scope="col">名次</th>}
            <th scope="col">名称</th>
            {columns.map((one) => (
              <th key={one.name} scope="col" className="right">
                {one.label}
              </th>
            ))}
            {losing && <th scope="col">每一分怎么扣的</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key || row.name}>
              {ranked && <td className="num">{row.rank ?? '—'}</td>}
              <th scope="row">
                {row.name} {row.label && <span className="tag">{row.label}</span>} {row.alarm && <span className="tag late">{row.alarm}</span>}
                {row.place && (
                  <Link
                    className="small no-print"
                    to={`/map?${new URLSearchParams({ hot: row.key, span: board.span.key })}`}
                    aria-label={`在图上看${row.name}`}
                  >
                    在图上看
                  </Link>
                )}
              </th>
              <Cells row={row} columns={columns} formulas={formulas} />
              {losing && <td>{row.rank !== null && <Lost lost={row.lost} />}</td>}
            </tr>
          ))}
        </tbody>
        {board.total && (
          <tfoot>
            <tr>
              {ranked && <td />}
              <th scope="row">合计</th>
              <Cells row={board.total} columns={columns} formulas={formulas} />
              {losing && <td />}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}
