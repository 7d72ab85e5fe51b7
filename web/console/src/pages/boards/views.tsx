/** Boards that are more than a table: weather, funnel, targets. */
import type { S } from '../../lib/api';
import { Fig } from '../../parts/figure';
import { Empty } from '../../parts/states';
import { formulasOf, Lost } from './table';
import { WeatherIcon } from './weather-icon';

function WeatherTile({ row, board }: { row: S['BoardRow']; board: S['Board'] }) {
  const formulas = formulasOf(board);
  return (
    <li className={`tile ${row.weather ? '' : 'quiet'}`}>
      <div className="row">
        {row.weather ? <WeatherIcon weather={row.weather} /> : <span className="no-weather">—</span>}
        <div>
          <h3>{row.name}</h3>
          <p className="small muted">
            {row.label ?? '本期没有可评的案件'}
            {row.alarm && <span className="fault"> {row.alarm}</span>}
          </p>
        </div>
      </div>
      {row.weather && (
        <dl className="figures">
          {row.figures.map((one) => (
            <div key={one.name}>
              <dt>{one.label}</dt>
              <dd>
                <Fig figure={one} formula={formulas.get(one.formula)} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {row.lost.length > 0 && <Lost lost={row.lost} />}
    </li>
  );
}

export function Weather({ board, brief }: { board: S['Board']; brief: boolean }) {
  const groups = Map.groupBy(
    board.rows.filter((row) => !brief || row.weather !== null),
    (row) => row.group ?? '',
  );
  if (groups.size === 0) return <Empty says="本期还没有单位有可评的案件">换一个期间，或取消「只看有数的」。</Empty>;
  return [...groups].map(([group, rows]) => (
    <section key={group} className="stack tight">
      {group && <h2>{group === '块' ? '块 · 街道片区' : group === '条' ? '条 · 行业专班' : group}</h2>}
      <ul className="tiles">
        {rows.map((row) => (
          <WeatherTile key={row.key} row={row} board={board} />
        ))}
      </ul>
    </section>
  ));
}

const STEPS = ['found', 'found_registered', 'found_rectified', 'found_inspected', 'found_qualified', 'found_struck_off'];

/** The six steps, each as wide as its share of what was found. */
export function Funnel({ row, board }: { row: S['BoardRow']; board: S['Board'] }) {
  const formulas = formulasOf(board);
  const steps = STEPS.flatMap((name) => row.figures.filter((one) => one.name === name));
  const most = Math.max(1, ...steps.map((one) => one.value ?? 0));
  return (
    <ol className="funnel" aria-label="六步漏斗">
      {steps.map((one, at) => {
        const before = at === 0 ? null : (steps[at - 1]?.value ?? 0);
        const share = before ? `${Math.round(((one.value ?? 0) / before) * 100)}%` : '';
        return (
          <li key={one.name}>
            <span className="name">{one.label}</span>
            <span className="bar">
              <span style={{ width: `${((one.value ?? 0) / most) * 100}%` }} />
            </span>
            <Fig figure={one} formula={formulas.get(one.formula)} />
            <span className="small muted num" title="占上一步">
              {share}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** Each rate against its target and its forecast for the end of the year. */
export function Targets({ board }: { board: S['Board'] }) {
  const formulas = formulasOf(board);
  return (
    <ul className="tiles wide">
      {board.rows.map((row) => {
        const [now, target, forecast] = [row.key, 'target', 'forecast'].map((name) => row.figures.find((one) => one.name === name));
        if (!now) return null;
        const percent = now.unit === 'percent';
        const width = (one: S['Figure'] | undefined) => `${Math.min(100, (one?.value ?? 0) / 100)}%`;
        const met = now.value === null || !target || (percent ? now.value >= (target.value ?? 0) : now.value <= (target.value ?? 0));
        return (
          <li key={row.key} className="tile">
            <div className="row">
              <h2>{row.name}</h2>
              <span className={`tag push ${met ? 'ok' : 'late'}`}>{now.value === null ? '尚无数据' : met ? '达到目标' : '未达目标'}</span>
            </div>
            <Fig figure={now} formula={formulas.get(now.formula)} className="huge" />
            {percent && (
              <div className="bullet" aria-hidden="true">
                <span className={met ? 'ok' : 'late'} style={{ width: width(now) }} />
                {target && <i style={{ left: width(target) }} />}
              </div>
            )}
            <p className="small muted">
              目标 {target && <Fig figure={target} formula={formulas.get(target.formula)} />}
              {forecast && (
                <>
                  {' · '}年底预测 <Fig figure={forecast} formula={formulas.get(forecast.formula)} />
                </>
              )}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
