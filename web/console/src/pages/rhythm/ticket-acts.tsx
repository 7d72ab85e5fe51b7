/** The acts of supervision and accountability about one ticket. */
import { useQuery } from '@tanstack/react-query';
import type { S } from '../../lib/api';
import { Empty, Shown } from '../../parts/states';
import { actsOf, ActRow } from './acts';

export function TicketActs({ ticket }: { ticket: S['Ticket'] }) {
  const query = useQuery(actsOf({ ticket: ticket.id }));
  return (
    <Shown query={query} lines={[48, 48]}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty says="还没有督办或问责措施">可用上方的「督办」发出。</Empty>
        ) : (
          <ul className="stack tight">
            {items.map((act) => (
              <ActRow key={act.id} act={act} />
            ))}
          </ul>
        )
      }
    </Shown>
  );
}
