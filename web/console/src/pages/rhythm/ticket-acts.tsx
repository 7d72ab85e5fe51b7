/** The acts of supervision and accountability about one ticket. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { S } from '../../lib/api';
import { useMe } from '../../lib/hooks';
import { may } from '../../lib/roles';
import { Empty, Shown } from '../../parts/states';
import { actsOf, ActRow, IssueAct } from './acts';
import { Button, ButtonLink } from '../../parts/button';

export function TicketActs({ ticket }: { ticket: S['Ticket'] }) {
  const query = useQuery(actsOf({ ticket: ticket.id }));
  const me = useMe();
  const [issuing, setIssuing] = useState(false);
  return (
    <Shown query={query} lines={[48, 48]}>
      {({ items }) => (
        <>
          <div className="row">
            {may(me.role, 'issue') && <Button onClick={() => setIssuing(true)}>发出措施</Button>}
            {may(me.role, 'expose') && <ButtonLink to={`/rhythm/exposures/new?ticket=${ticket.id}`}>起草曝光</ButtonLink>}
          </div>
          {items.length === 0 && <Empty says="还没有督办或问责措施">超期时系统按阶梯自动发出。</Empty>}
          <ul>
            {items.map((act) => (
              <ActRow key={act.id} act={act} />
            ))}
          </ul>
          {issuing && <IssueAct ticket={ticket.id} onClose={() => setIssuing(false)} />}
        </>
      )}
    </Shown>
  );
}
