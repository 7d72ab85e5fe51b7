/** Reports merged into the ticket, each of which can be taken out again, and suspected twins with their features. */
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { moment } from '../../../../shared/words';
import type { S } from '../../lib/api';
import { ticket as ticketQuery } from '../../lib/queries';
import { Picture } from '../../parts/bits';
import { ActDialog } from './acts-bar';
import { Button } from '../../parts/button';

function MergedRow({ ticket, undo }: { ticket: S['Ticket']; undo: () => void }) {
  const can = ticket.allowed_actions.some((one) => one.action === 'unmerge');
  return (
    <li className="row">
      <Picture className="thumb" src={ticket.photos[0]?.urls.thumb} says="上报照片" />
      <div>
        <Link to={`/tickets/${ticket.id}`}>{ticket.number ?? '未立案'}</Link>
        <p className="small muted">
          {moment(ticket.opened_at)} · {ticket.words || '（没有文字）'}
        </p>
      </div>
      {can && (
        <Button className="push" onClick={undo}>
          撤销并案
        </Button>
      )}
    </li>
  );
}

export function Merged({ ticket }: { ticket: S['Ticket'] }) {
  const parts = useQueries({ queries: ticket.merged_tickets.map((id) => ticketQuery(id)) });
  const [undoing, setUndoing] = useState<S['Ticket'] | null>(null);
  if (ticket.merged_tickets.length === 0 && ticket.duplicates.length === 0) return <p className="muted">没有并入的上报，也没有疑似重复的案件。</p>;
  return (
    <div className="stack">
      {ticket.merged_tickets.length > 0 && (
        <ul className="stack tight">
          {parts.map((one, at) =>
            one.data ? (
              <MergedRow key={one.data.id} ticket={one.data} undo={() => setUndoing(one.data)} />
            ) : (
              <li key={at} className="skeleton" style={{ height: 48 }} />
            ),
          )}
        </ul>
      )}
      {ticket.duplicates.map((one) => (
        <details key={one.ticket_id} open={one.verdict === 'ask'}>
          <summary>
            <Link to={`/tickets/${one.ticket_id}`}>{one.number ?? '未立案的案件'}</Link> 相似度 {Math.round(one.probability * 100)}% · {one.verdict_label}
          </summary>
          <ul className="reasons small muted">
            {one.features.map((feature) => (
              <li key={feature.name}>
                {feature.label}:{feature.text}
              </li>
            ))}
            {one.held.map((why) => (
              <li key={why}>{why}</li>
            ))}
          </ul>
        </details>
      ))}
      {undoing && <ActDialog ticket={undoing} opened={{ action: 'unmerge' }} onClose={() => setUndoing(null)} />}
    </div>
  );
}
