/** Tasks: recurring duties and the visits of programmes. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { moment } from '../../../../shared/words';
import { POST, take, type S } from '../../lib/api';
import { pick, type Values } from '../../lib/act';
import { useTitle } from '../../lib/hooks';
import { Dialog } from '../../parts/dialog';
import { ActionForm } from '../../parts/form/form';
import { Listing } from '../../parts/listing';
import { Segments } from '../../parts/segments';
import { say } from '../../parts/toast';
import { tasks } from './queries';
import { Table } from '../../parts/table';
import { Button } from '../../parts/button';

type Move = S['Task']['allowed_actions'][number];

/** Of the one body that all verbs share, what each verb is about. */
const ABOUT: Record<S['TaskVerb'], string[]> = { done: ['photo_ids', 'note'], skip: ['reason'], reopen: ['reason'] };

function TaskMove({ task, move, onClose }: { task: S['Task']; move: Move; onClose: () => void }) {
  const client = useQueryClient();
  const send = async (values: Values, key: string) => {
    const body = { action: move.action, ...values } as S['TaskAction'];
    await take<'Task'>(
      POST('/v1/tasks/{id}/actions', { params: { path: { id: task.id }, header: { 'Idempotency-Key': key, 'If-Match': `"${task.version}"` } }, body }),
    );
    void client.invalidateQueries({ queryKey: ['tasks'] });
    say(`已${move.label}`);
    onClose();
  };
  return (
    <Dialog title={`${move.label} · ${task.title}`} onClose={onClose}>
      <ActionForm fields={pick('task', ABOUT[move.action])} draft={`task/${task.id}/${move.action}`} verb={move.label} onCancel={onClose} send={send} />
    </Dialog>
  );
}

export function TaskTable({ items }: { items: S['Task'][] }) {
  const [open, setOpen] = useState<{ task: S['Task']; move: Move } | null>(null);
  return (
    <>
      <Table name="任务" heads={['任务', '单位', '谁办', '到期', '状态', '操作']}>
        {items.map((task) => (
          <tr key={task.id}>
            <th scope="row">
              {task.ticket_id ? <Link to={`/tickets/${task.ticket_id}`}>{task.title}</Link> : task.title}
              <p className="small muted">
                {task.kind_label} · {task.span === 'all' ? '全期' : task.span}
              </p>
            </th>
            <td>{task.unit?.name ?? '—'}</td>
            <td>{task.person?.name ?? '—'}</td>
            <td className="num">{moment(task.due_at)}</td>
            <td>
              <span className={`tag ${task.state === 'done' ? 'ok' : task.late ? 'late' : ''}`}>
                {task.state_label}
                {task.late && task.state === 'open' ? ' · 逾期' : ''}
              </span>
            </td>
            <td>
              <span className="row">
                {task.allowed_actions.map((move) => (
                  <Button key={move.action} onClick={() => setOpen({ task, move })}>
                    {move.label}
                  </Button>
                ))}
              </span>
            </td>
          </tr>
        ))}
      </Table>
      {open && <TaskMove task={open.task} move={open.move} onClose={() => setOpen(null)} />}
    </>
  );
}

const TABS = { open: '待办', late: '逾期', done: '已完成', skipped: '未办' };

export function TasksPage() {
  useTitle('任务');
  const [search, setSearch] = useSearchParams();
  const state = (search.get('state') ?? 'open') as keyof typeof TABS;
  const query = useInfiniteQuery(tasks(state === 'late' ? { late: true } : { state }));
  return (
    <>
      <span>
        <Segments label="状态" options={TABS} value={state} set={(code) => setSearch({ state: code }, { replace: true })} />
      </span>
      <Listing query={query} items={(page) => page.items} none="没有这样的任务" advice="常态化任务和督查计划启动后，任务按节奏自动产生。">
        {(items) => <TaskTable items={items} />}
      </Listing>
    </>
  );
}
