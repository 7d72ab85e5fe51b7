import { memo } from 'react';
import type { S } from '../../lib/api';
import type { LiveEvent } from '../../lib/live';
import { Picture, Remain, StageTag } from '../../parts/bits';

interface Props {
  row: S['TicketRow'];
  current: boolean;
  marked: boolean;
  proposal: string | undefined;
  event: LiveEvent | undefined;
  choose: (id: string) => void;
  mark: (id: string) => void;
}

const place = (row: S['TicketRow']) => row.grids.community?.name ?? row.grids.area?.name ?? (row.address || '位置未定');

/** One ticket of a queue. */
export const TicketRow = memo(function TicketRow({ row, current, marked, proposal, event, choose, mark }: Props) {
  const title = row.words || row.category?.name || '（没有文字）';
  return (
    <li id={`row-${row.id}`} className={`ticket-row ${event ? 'fresh' : ''}`} data-ticket={row.id}>
      <input type="checkbox" aria-label={`选中 ${row.number ?? title}`} checked={marked} onChange={() => mark(row.id)} />
      <button type="button" aria-current={current ? 'true' : undefined} onClick={() => choose(row.id)}>
        <Picture className="thumb" src={row.cover?.thumb} says="" />
        <span className="about">
          <span className="row small">
            <span className="num">{row.number ?? '未立案'}</span>
            <StageTag stage={row.stage} label={row.stage_label} />
            {row.red && <span className="tag late">红</span>}
            <span className="push">
              <Remain row={row} />
            </span>
          </span>
          <span className="cut title">{title}</span>
          <span className="cut small muted">
            {[row.category && row.words ? row.category.name : null, place(row), row.lead?.name].filter(Boolean).join(' · ')}
          </span>
          {row.attention_label && (
            <span className="small why">
              <span className="tag soon">{row.attention_label}</span> {proposal ?? ''}
            </span>
          )}
          {event && (
            <span className="small accent">
              刚由{event.by || '系统'}「{event.action_label}」
            </span>
          )}
        </span>
      </button>
    </li>
  );
});
