import { LAYERS, moment } from '../../../../shared/words';
import type { S } from '../../lib/api';
import { now } from '../../lib/clock';
import { useRecent } from '../../lib/hooks';
import { Remain, StageTag } from '../../parts/bits';

/** The clock of a ticket as the row of a list gives it. */
function timed(ticket: S['Ticket']) {
  const clock = ticket.clock;
  const running = clock && clock.state !== 'stopped' && clock.state !== 'idle';
  const due = running ? clock.due_at : null;
  return {
    due_at: due,
    remaining_minutes: due && clock ? (clock.late ? -clock.late_minutes : (Date.parse(due) - now()) / 60_000) : null,
    allowed_minutes: clock?.allowed_minutes ?? null,
    used_minutes: clock?.used_minutes ?? null,
    late: clock?.late ?? false,
  };
}

/** Says that someone has just acted on this ticket. */
export function JustNow({ id }: { id: string }) {
  const event = useRecent().get(id);
  return (
    <div className="live" role="status" aria-live="polite">
      {event && (
        <p className="banner small">
          刚由{event.by || '系统'}「{event.action_label}」，现在是「{event.stage_label}」，页面已更新
        </p>
      )}
    </div>
  );
}

export function TicketHead({ ticket, level = 1 }: { ticket: S['Ticket']; level?: 1 | 2 }) {
  const Title = level === 1 ? 'h1' : 'h2';
  return (
    <header className="stack tight">
      <div className="row wrap">
        <Title className="num">{ticket.number ?? '未立案'}</Title>
        <StageTag stage={ticket.state.stage} label={ticket.state.label} />
        {ticket.red && <span className="tag late">红色督办</span>}
        {ticket.priority.value !== 'normal' && (
          <span className="tag soon" title={ticket.priority.why.join(';')}>
            {ticket.priority.label}
          </span>
        )}
        {ticket.relapse_of && <span className="tag soon">第 {ticket.relapse_nth} 次回弹</span>}
        <Remain row={timed(ticket)} />
      </div>
      <p className="words">{ticket.words || '（没有文字）'}</p>
    </header>
  );
}

const shown = (text: string | null | undefined) => text || '—';

/** What the ticket is, where, and whose. */
export function Facts({ ticket }: { ticket: S['Ticket'] }) {
  const grids = Object.entries(ticket.grids) as [S['Layer'], S['Named']][];
  return (
    <dl className="facts">
      <dt>类别</dt>
      <dd>
        {ticket.category
          ? `${ticket.category.workline_label} / ${ticket.category.name}`
          : ticket.category_hint
            ? `${ticket.category_hint.name}（上报人所选，未立案）`
            : '—'}
      </dd>
      {ticket.standard && (
        <>
          <dt>标准</dt>
          <dd>
            {ticket.standard.name} · {ticket.standard.limit.label}
          </dd>
        </>
      )}
      <dt>地点</dt>
      <dd>{shown(ticket.place?.address)}</dd>
      <dt>网格</dt>
      <dd>
        {grids.length === 0 && '未定'}
        {grids.map(([layer, grid]) => (
          <span key={layer} className="block">
            <span className="muted">{LAYERS[layer]}</span> {grid.name}
          </span>
        ))}
      </dd>
      <dt>主办</dt>
      <dd>{shown(ticket.lead?.name)}</dd>
      <dt>协办</dt>
      <dd>{shown(ticket.assist?.name)}</dd>
      <dt>责任人</dt>
      <dd>{shown(ticket.person?.name)}</dd>
      {ticket.task && (
        <>
          <dt>任务</dt>
          <dd>{ticket.task}</dd>
        </>
      )}
      <dt>来源</dt>
      <dd>
        {ticket.source_label} · {moment(ticket.opened_at)} · {ticket.reports} 条上报 · {ticket.followers} 人关注
      </dd>
      {ticket.state.reason && (
        <>
          <dt>原因</dt>
          <dd>{ticket.state.reason}</dd>
        </>
      )}
      {ticket.pending && (
        <>
          <dt>待批</dt>
          <dd>
            {ticket.pending.label} {ticket.pending.by?.label ?? moment(ticket.pending.until)}
          </dd>
        </>
      )}
      {ticket.stars !== null && (
        <>
          <dt>评价</dt>
          <dd>{ticket.stars} 星</dd>
        </>
      )}
    </dl>
  );
}
