/** One ticket, whole: pictures, checks, map, clock, what happened and why. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useParams } from 'react-router';
import type { S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { ticket as ticketQuery } from '../../lib/queries';
import { Guard } from '../../parts/guard';
import { Segments } from '../../parts/segments';
import { Shown } from '../../parts/states';
import { TicketActs } from '../rhythm/ticket-acts';
import { ActsBar, useOpened } from './acts-bar';
import { ClockView } from './clock';
import { Compare } from './compare';
import { Doubts } from './doubts';
import { ExplanationView } from './explanation';
import { Facts, JustNow, TicketHead } from './head';
import { Merged } from './merged';
import { Checks } from './proof';
import { Stamps, TimelineView } from './timeline';

const TicketMap = lazy(() => import('../../map/ticket-map'));

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card pad stack tight" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

const TABS = { timeline: '办理过程', explanation: '判定依据', merged: '合并与重复', acts: '督办问责' } as const;
type Tab = keyof typeof TABS;

function History({ ticket }: { ticket: S['Ticket'] }) {
  const [tab, setTab] = useState<Tab>('timeline');
  return (
    <section className="card pad stack tight" aria-label="过程与依据">
      <span>
        <Segments label="看什么" options={TABS} value={tab} set={setTab} />
      </span>
      {tab === 'timeline' && <TimelineView id={ticket.id} />}
      {tab === 'explanation' && <ExplanationView id={ticket.id} />}
      {tab === 'merged' && <Merged ticket={ticket} />}
      {tab === 'acts' && <TicketActs ticket={ticket} />}
    </section>
  );
}

function Body({ ticket }: { ticket: S['Ticket'] }) {
  const [opened, open] = useOpened();
  useTitle(ticket.number ?? '未立案的案件');
  return (
    <div className="page ticket-page">
      <div className="stack">
        <TicketHead ticket={ticket} />
        <JustNow id={ticket.id} />
        <Doubts ticket={ticket} open={open} />
        <ActsBar ticket={ticket} opened={opened} open={open} />
        <Stamps stamps={ticket.stamps} />
      </div>
      <div className="columns">
        <div className="stack">
          <Card title="前后对比">
            <Compare ticket={ticket} />
          </Card>
          {ticket.proof && (
            <Card title="核查">
              <Checks proof={ticket.proof} />
            </Card>
          )}
          <History ticket={ticket} />
        </div>
        <div className="stack">
          <Card title="案件">
            <Facts ticket={ticket} />
          </Card>
          <Card title="位置">
            <Guard what="地图">
              <Suspense fallback={<div className="skeleton" style={{ height: 352 }} />}>
                <TicketMap ticket={ticket} height={312} />
              </Suspense>
            </Guard>
          </Card>
          {ticket.clock && (
            <Card title="时限">
              <ClockView clock={ticket.clock} />
              {ticket.past_clocks.map((clock, at) => (
                <details key={at}>
                  <summary>第 {at + 1} 段时限（改派前）</summary>
                  <ClockView clock={clock} />
                </details>
              ))}
            </Card>
          )}
        </div>
      </div>
    </div>
  );
}

export function TicketPage() {
  const { id = '' } = useParams();
  const query = useQuery(ticketQuery(id));
  return (
    <Shown query={query} lines={[56, 40, 64, 420]}>
      {(ticket) => <Body key={ticket.id} ticket={ticket} />}
    </Shown>
  );
}
