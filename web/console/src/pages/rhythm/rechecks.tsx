/** 回头看: struck-off tickets to be looked at again, soonest first; a fortnight ahead. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { moment } from '../../../../shared/words';
import { useNow, useTitle } from '../../lib/hooks';
import { Picture } from '../../parts/bits';
import { Listing } from '../../parts/listing';
import { rechecks } from './queries';
import { Table } from '../../parts/table';

export function RechecksPage() {
  useTitle('回头看');
  const now = useNow();
  const query = useInfiniteQuery(rechecks);
  return (
    <Listing query={query} items={(page) => page.items} none="没有要回头看的案件" advice="案件销号满期后自动排入，到期由督查组到现场再看一次。">
      {(items) => (
        <Table name="待回头看的案件" heads={['案件', '地点', '单位', '销号', '应看']}>
          {items.map(({ ticket, due_at }) => (
            <tr key={ticket.id}>
              <th scope="row">
                <span className="row">
                  <Picture className="thumb" src={ticket.cover?.thumb} says="处置前照片" />
                  <span>
                    <Link to={`/tickets/${ticket.id}`}>{ticket.number}</Link>
                    <span className="block small muted">{ticket.category?.name}</span>
                  </span>
                </span>
              </th>
              <td>{ticket.address}</td>
              <td>{ticket.lead?.name ?? '—'}</td>
              <td className="num">{moment(ticket.struck_off_at)}</td>
              <td className="num">
                <span className={`tag ${Date.parse(due_at) < now ? 'late' : ''}`}>{moment(due_at)}</span>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Listing>
  );
}
