/** Sends the chosen tickets to one unit, one after the other, and says of each how it went. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { S } from '../../lib/api';
import { fieldsOf, sendAct, touched, type Values } from '../../lib/act';
import { ticket as ticketQuery } from '../../lib/queries';
import { Dialog } from '../../parts/dialog';
import { ActionForm } from '../../parts/form/form';
import { Button } from '../../parts/button';

type Result = { ok: boolean; words: string };

/** Dispatches what may be dispatched and redispatches what already was; only the answer's own actions are used. */
function verbOf(ticket: S['Ticket']): S['ActionKind'] | undefined {
  const allowed = ticket.allowed_actions.map((one) => one.action);
  return (['dispatch', 'redispatch'] as const).find((one) => allowed.includes(one));
}

export function Batch({ rows, onClose }: { rows: S['TicketRow'][]; onClose: () => void }) {
  const client = useQueryClient();
  const [tickets] = useState(rows);
  const [results, setResults] = useState<Record<string, Result>>({});
  const [running, setRunning] = useState(false);
  const [asked, setAsked] = useState<Values>({});
  const done = Object.keys(results).length;
  const one = async (id: string, values: Values): Promise<Result> => {
    try {
      const now = await client.fetchQuery({ ...ticketQuery(id), staleTime: 0 });
      const verb = verbOf(now);
      if (!verb) return { ok: false, words: `现在是「${now.state.label}」，不能派单` };
      const after = await sendAct(now, verb, values);
      touched(client, id);
      return { ok: true, words: `已派给「${after.lead?.name ?? ''}」` };
    } catch (error) {
      return { ok: false, words: error instanceof Error ? error.message : '没有成功' };
    }
  };
  const run = async (values: Values) => {
    setRunning(true);
    setAsked(values);
    for (const { id } of tickets) {
      if (results[id]?.ok) continue;
      const result = await one(id, values);
      setResults((before) => ({ ...before, [id]: result }));
    }
    setRunning(false);
  };
  const failed = Object.values(results).filter((result) => !result.ok).length;
  const finished = done === tickets.length && !running;
  const fields = fieldsOf('ticket', 'redispatch').filter((field) => field.name !== 'person');
  return (
    <Dialog title={`批量派单 · ${tickets.length} 件`} wide onClose={running ? undefined : onClose}>
      {done > 0 && (
        <div className="stack tight" role="status">
          <progress value={done} max={tickets.length} aria-label="派单进度" />
          <p>{finished ? `办完 ${tickets.length} 件：成功 ${done - failed} 件，未成 ${failed} 件` : `正在办第 ${done + 1} 件，共 ${tickets.length} 件`}</p>
        </div>
      )}
      <table className="table">
        <tbody>
          {tickets.map((row) => (
            <tr key={row.id}>
              <th scope="row" className="num">
                {row.number ?? '未立案'}
              </th>
              <td>{row.words || row.category?.name}</td>
              <td className={results[row.id]?.ok === false ? 'fault' : ''}>{results[row.id]?.words ?? '待办'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {finished && failed === 0 ? (
        <Button main onClick={onClose}>
          完成
        </Button>
      ) : (
        !running && (
          <ActionForm
            key={done}
            fields={fields}
            first={asked}
            draft="batch"
            verb={failed > 0 ? `重试未成的 ${failed} 件` : '开始派单'}
            send={run}
            onCancel={onClose}
          />
        )
      )}
    </Dialog>
  );
}
