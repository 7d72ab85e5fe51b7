import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';
import { moment } from '../../../shared/words';
import { POST, take } from '../lib/api';
import { notices } from '../lib/queries';
import { Menu } from '../parts/menu';

/** What was sent to me: the newest twenty, unread first seen as bold. */
export function Notices() {
  const query = useQuery(notices);
  const client = useQueryClient();
  const unread = query.data?.unread ?? 0;
  const open = async (id: string) => {
    await take<'Envelope'>(POST('/v1/notices/{id}/read', { params: { path: { id } } })).catch(() => undefined);
    void client.invalidateQueries({ queryKey: ['notices'] });
  };
  return (
    <Menu className="notices" label={`通知，${unread} 条未读`} says={<>通知 {unread > 0 && <span className="tag accent">{unread}</span>}</>}>
      {query.data?.items.length === 0 && <p className="muted">没有通知</p>}
      <ul className="stack tight">
        {query.data?.items.map((one) => (
          <li key={one.id}>
            <Link to={`/tickets/${one.ticket_id}`} onClick={() => void open(one.id)}>
              {one.read_at ? one.title : <strong>{one.title}</strong>}
            </Link>
            <p className="small muted">{one.body}</p>
            <p className="small muted num">{moment(one.created_at)}</p>
          </li>
        ))}
      </ul>
    </Menu>
  );
}
