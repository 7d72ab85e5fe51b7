/** The ticket beside the queue: what is needed to decide, on one screen. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import type { S } from '../../lib/api';
import { ticket as ticketQuery } from '../../lib/queries';
import { Guard } from '../../parts/guard';
import { Shown } from '../../parts/states';
import { ActsBar, useOpened } from '../ticket/acts-bar';
import { Compare } from '../ticket/compare';
import { Doubts } from '../ticket/doubts';
import { Facts, JustNow, TicketHead } from '../ticket/head';
import { Checks } from '../ticket/proof';
import { ButtonLink } from '../../parts/button';

const TicketMap = lazy(() => import('../../map/ticket-map'));

function Body({ ticket }: { ticket: S['Ticket'] }) {
  const [opened, open] = useOpened();
  return (
    <div className="stack">
      <div className="row top">
        <TicketHead ticket={ticket} level={2} />
        <ButtonLink className="push" to={`/tickets/${ticket.id}`}>
          完整页面 <kbd aria-hidden="true">↵</kbd>
        </ButtonLink>
      </div>
      <JustNow id={ticket.id} />
      <Doubts ticket={ticket} open={open} />
      <ActsBar ticket={ticket} opened={opened} open={open} />
      <div className="pair">
        <Compare ticket={ticket} />
        <Guard what="地图">
          <Suspense fallback={<div className="skeleton" style={{ height: 340 }} />}>
            <TicketMap ticket={ticket} height={300} />
          </Suspense>
        </Guard>
      </div>
      {ticket.proof && <Checks proof={ticket.proof} />}
      <Facts ticket={ticket} />
    </div>
  );
}

export function Pane({ id }: { id: string }) {
  const query = useQuery(ticketQuery(id));
  return (
    <Shown query={query} lines={[32, 28, 84, 36, 340]}>
      {(ticket) => <Body ticket={ticket} />}
    </Shown>
  );
}
