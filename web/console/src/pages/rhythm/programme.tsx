/** One programme: how far it is, what it covered, who did what. */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { newKey, POST, take, type S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { Fig } from '../../parts/figure';
import { Listing } from '../../parts/listing';
import { Shown } from '../../parts/states';
import { say } from '../../parts/toast';
import { programme as programmeQuery, tasks } from './queries';
import { TaskTable } from './tasks';
import { right, Table } from '../../parts/table';
import { Button } from '../../parts/button';

function Moves({ board }: { board: S['ProgrammeBoard'] }) {
  const client = useQueryClient();
  const [fault, setFault] = useState('');
  const move = async (action: S['ProgrammeVerb'], label: string) => {
    setFault('');
    try {
      await take<'ProgrammeBoard'>(
        POST('/v1/programmes/{id}/actions', {
          params: { path: { id: board.id }, header: { 'Idempotency-Key': newKey(), 'If-Match': `"${board.version}"` } },
          body: { action },
        }),
      );
      say(`已${label}`);
    } catch (error) {
      setFault(error instanceof Error ? error.message : '没有成功');
    }
    void client.invalidateQueries({ queryKey: ['programmes'] });
    void client.invalidateQueries({ queryKey: ['tasks'] });
  };
  return (
    <>
      <span className="push row">
        {board.allowed_actions.map((one) => (
          <Button key={one.action} onClick={() => void move(one.action, one.label)}>
            {one.label}
          </Button>
        ))}
      </span>
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}

function Units({ board }: { board: S['ProgrammeBoard'] }) {
  if (board.units.length === 0) return null;
  return (
    <section className="card scroll-x">
      <Table name="各单位完成情况" heads={['单位', right('任务'), right('完成'), right('逾期'), right('扣分')]}>
        {board.units.map((one, at) => (
          <tr key={one.unit?.code ?? at}>
            <th scope="row">{one.unit?.name ?? '未定'}</th>
            <td className="right num">{one.tasks}</td>
            <td className="right num">{one.done}</td>
            <td className="right num">{one.late}</td>
            <td className="right num">{one.points_lost}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Body({ board }: { board: S['ProgrammeBoard'] }) {
  const own = useInfiniteQuery(tasks({ programme: board.id }));
  const { progress, coverage } = board;
  useTitle(board.name);
  return (
    <>
      <div className="row wrap">
        <Link to="/rhythm/programmes">‹ 计划</Link>
        <h1>{board.name}</h1>
        <span className="tag">{board.kind_label}</span>
        <span className="tag accent">{board.state_label}</span>
        <Moves board={board} />
      </div>
      <p className="muted">
        {board.lead.name} 牵头 · <span className="num">{board.first_day}</span> 至 <span className="num">{board.last_day}</span>
      </p>
      <ul className="rates">
        {[
          ['目标', progress.target],
          ['任务', progress.tasks],
          ['完成', progress.done],
          ['逾期', progress.late],
        ].map(([label, value]) => (
          <li key={label} className="card">
            <span className="small muted">{label}</span>
            <strong className="num large-fig">{value}</strong>
          </li>
        ))}
        {coverage && (
          <li className="card">
            <span className="small muted">{coverage.rate.label}</span>
            <Fig figure={coverage.rate} formula={coverage.rate} className="large-fig" />
          </li>
        )}
      </ul>
      {coverage && coverage.missed.length > 0 && <p className="small muted">未覆盖：{coverage.missed.map((one) => one.name).join('、')}</p>}
      <Units board={board} />
      <h2>任务</h2>
      <Listing query={own} items={(page) => page.items} none="还没有任务" advice="启动后按节奏产生任务。">
        {(items) => <TaskTable items={items} />}
      </Listing>
    </>
  );
}

export function ProgrammePage() {
  const { id = '' } = useParams();
  const query = useQuery(programmeQuery(id));
  return (
    <Shown query={query} lines={[40, 24, 80, 320]}>
      {(board) => <Body board={board} />}
    </Shown>
  );
}
