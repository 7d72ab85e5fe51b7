/** The desk: the queue in the middle, the ticket at the right, everything by keyboard. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { S } from '../../lib/api';
import { useMe, useRecent, useTitle } from '../../lib/hooks';
import { ticket as ticketQuery, tickets } from '../../lib/queries';
import { queueOf } from '../../lib/queues';
import { Empty, Shown } from '../../parts/states';
import { isTyping } from '../ticket/acts-bar';
import { Batch } from './batch';
import { Filters } from './filters';
import { Keys } from './keys';
import { Pane } from './pane';
import { TicketRow } from './row';
import { Button } from '../../parts/button';

const NONE: S['TicketRow'][] = [];

/** Rows whose machine proposal is read ahead, so that stepping through them does not wait. */
const AHEAD = 20;

function useProposals(rows: S['TicketRow'][]): Map<string, string> {
  const doubtful = rows.filter((row) => row.attention !== null).slice(0, AHEAD);
  const details = useQueries({ queries: doubtful.map((row) => ({ ...ticketQuery(row.id), staleTime: 60_000 })) });
  const found = new Map<string, string>();
  for (const { data } of details) if (data) found.set(data.id, data.proposal?.sentence ?? '没有建议，需人工判断');
  return found;
}

export function DeskPage() {
  const me = useMe();
  const go = useNavigate();
  const [search, setSearch] = useSearchParams();
  const { queue, filter } = queueOf(search, me.role);
  const [pages, setPages] = useState(1);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [batch, setBatch] = useState(false);
  const [help, setHelp] = useState(false);
  const query = useQuery(tickets(filter, pages));
  const recent = useRecent();
  const words = search.get('words') ?? '';
  const rows = query.data?.items ?? NONE;
  const proposals = useProposals(rows);
  const wanted = search.get('t');
  // A ticket that has just left the queue stays in view; the next is then the first of the queue.
  const at = wanted ? rows.findIndex((row) => row.id === wanted) : 0;
  const current = wanted ?? rows[0]?.id;
  useTitle(queue.label);
  useEffect(() => {
    setMarked(new Set());
    setPages(1);
  }, [queue.id]);
  const choose = useCallback(
    (id: string) => {
      const next = new URLSearchParams(search);
      next.set('t', id);
      setSearch(next, { replace: true });
      document.getElementById(`row-${id}`)?.scrollIntoView({ block: 'nearest' });
    },
    [search, setSearch],
  );
  const mark = useCallback((id: string) => {
    setMarked((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  useEffect(() => {
    const keys: Record<string, () => void> = {
      j: () => rows[at + 1] && choose(rows[at + 1]?.id ?? ''),
      k: () => rows[at - 1] && choose(rows[at - 1]?.id ?? ''),
      x: () => current && mark(current),
      Enter: () => current && void go(`/tickets/${current}`),
      '?': () => setHelp(true),
    };
    const press = (event: KeyboardEvent) => {
      const inside = event.key === 'Enter' && (event.target as HTMLElement).closest('button, a, summary');
      if (isTyping(event) || inside) return;
      keys[event.key]?.();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [at, choose, current, go, mark, rows]);
  return (
    <div className="desk">
      <section className="list" aria-label={queue.label}>
        <header className="row">
          <h1>{queue.label}</h1>
          <span className="muted num">{query.data ? `${rows.length}${query.data.more ? '+' : ''} 件` : ''}</span>
          <span className="push" />
          <Button disabled={marked.size === 0} onClick={() => setBatch(true)}>
            批量派单{marked.size > 0 ? ` ${marked.size}` : ''}
          </Button>
          <Button bare aria-label="键盘操作说明" onClick={() => setHelp(true)}>
            <kbd aria-hidden="true">?</kbd>
          </Button>
        </header>
        <Filters />
        <Shown query={query} lines={[104, 104, 104, 104, 104]}>
          {(data) => (
            <>
              <ul className="rows">
                {rows.map((row) => (
                  <TicketRow
                    key={row.id}
                    row={row}
                    current={row.id === current}
                    marked={marked.has(row.id)}
                    proposal={proposals.get(row.id)}
                    event={recent.get(row.id)}
                    choose={choose}
                    mark={mark}
                  />
                ))}
              </ul>
              {rows.length === 0 && (
                <Empty says={words ? `${queue.label}里没有含「${words}」的案件` : '这里没有案件'}>
                  {words ? '换个说法，或回车在全部案件中找。' : queue.id === 'exceptions' ? '需要人裁决的都办完了。' : '换一个队列，或清除筛选。'}
                </Empty>
              )}
              {data.more && (
                <Button style={{ margin: '8px 16px' }} onClick={() => setPages(pages + 1)}>
                  再看 30 件
                </Button>
              )}
            </>
          )}
        </Shown>
      </section>
      <section className="pane" aria-label="案件">
        {current ? <Pane key={current} id={current} /> : <Empty says="没有选中的案件" />}
      </section>
      {batch && (
        <Batch
          rows={rows.filter((row) => marked.has(row.id))}
          onClose={() => {
            setBatch(false);
            setMarked(new Set());
          }}
        />
      )}
      {help && <Keys onClose={() => setHelp(false)} />}
    </div>
  );
}
