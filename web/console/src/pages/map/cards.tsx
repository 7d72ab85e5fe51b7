/** What was picked on the map. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { S } from '../../lib/api';
import { ticket as ticketQuery } from '../../lib/queries';
import { Picture, StageTag } from '../../parts/bits';
import { Shown } from '../../parts/states';
import { Button, ButtonLink } from '../../parts/button';

function Close({ close }: { close: () => void }) {
  return (
    <Button bare className="push" aria-label="关闭" onClick={close}>
      ✕
    </Button>
  );
}

function Frame({ label, children }: { label: string; children: ReactNode }) {
  return (
    <aside className="map-card card pad stack tight" aria-label={label}>
      {children}
    </aside>
  );
}

export function TicketCard({ id, close }: { id: string; close: () => void }) {
  const query = useQuery(ticketQuery(id));
  return (
    <Frame label="选中的案件">
      <Shown query={query} lines={[24, 120, 44]}>
        {(ticket) => (
          <>
            <div className="row">
              <h2 className="num">{ticket.number ?? '未立案'}</h2>
              <StageTag stage={ticket.state.stage} label={ticket.state.label} />
              <Close close={close} />
            </div>
            <Picture className="cover" src={ticket.photos[0]?.urls.medium} says="处置前照片" />
            <p>{ticket.words || ticket.category?.name}</p>
            <p className="small muted">{[ticket.source_label, ticket.place?.address, ticket.lead?.name].filter(Boolean).join(' · ')}</p>
            <ButtonLink to={`/tickets/${ticket.id}`}>打开案件</ButtonLink>
          </>
        )}
      </Shown>
    </Frame>
  );
}

export function HotCard({ row, close }: { row: S['BoardRow']; close: () => void }) {
  return (
    <Frame label="选中的热点">
      <div className="row">
        <h2>{row.name}</h2>
        <Close close={close} />
      </div>
      <dl className="figures">
        {row.figures.map((one) => (
          <div key={one.name}>
            <dt>{one.label}</dt>
            <dd className="num">{one.printed}</dd>
          </div>
        ))}
      </dl>
      {row.group && <p className="small muted">多由 {row.group} 主办</p>}
      <ul className="row wrap">
        {row.tickets.map((id, at) => (
          <li key={id}>
            <Link to={`/tickets/${id}`}>案件{at + 1}</Link>
          </li>
        ))}
      </ul>
      <ButtonLink to="/boards/hotspots">看热点研判</ButtonLink>
    </Frame>
  );
}
