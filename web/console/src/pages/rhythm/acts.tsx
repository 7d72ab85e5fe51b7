/** Acts of supervision and accountability: the list, and each with the moves it allows. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import type { operations } from '../../../../shared/openapi';
import { moment } from '../../../../shared/words';
import { GET, POST, take, type S } from '../../lib/api';
import { fieldsOf, pick } from '../../lib/act';
import { useMe, useTitle } from '../../lib/hooks';
import { may } from '../../lib/roles';
import { Dialog } from '../../parts/dialog';
import { ActionForm } from '../../parts/form/form';
import { Picture } from '../../parts/bits';
import { shotsOf, type Shot } from '../../parts/shot-picker';
import { ticket as ticketQuery } from '../../lib/queries';
import { Select } from '../../parts/select';
import { Empty, Shown } from '../../parts/states';
import { say } from '../../parts/toast';
import { Button } from '../../parts/button';
import { Switch } from '../../parts/switch';

type Query = NonNullable<operations['acts']['parameters']['query']>;

export const actsOf = (query: Query) =>
  queryOptions({ queryKey: ['acts', query], queryFn: () => take<'ActPage'>(GET('/v1/acts', { params: { query: { limit: 50, ...query } } })) });

const TONE: Partial<Record<S['ActState'], string>> = { open: 'soon', draft: 'soon', proposed: 'soon', effective: 'ok', resolved: 'ok' };

/** The photos an act's move chooses from: what is to be published, or what the ticket shows after the fix. */
function useShots(act: S['Act'], move: S['ActAllowed']): Shot[] | undefined {
  const echo = move.action === 'echo' && act.ticket_id !== null;
  const { data } = useQuery({ ...ticketQuery(act.ticket_id ?? ''), enabled: echo });
  if (move.action === 'publish') return act.details.photos.map((one, at) => ({ ...one, says: `第 ${at + 1} 张` }));
  return echo ? shotsOf(data?.photos ?? []).reverse() : undefined;
}

function Move({ act, move, onClose }: { act: S['Act']; move: S['ActAllowed']; onClose: () => void }) {
  const client = useQueryClient();
  const shots = useShots(act, move);
  const version = act.version;
  return (
    <Dialog title={`${move.label} · ${act.kind_label}`} onClose={onClose}>
      {act.details.title && <p>{act.details.title}</p>}
      <p className="muted">{act.words}</p>
      <ActionForm
        fields={fieldsOf('act', move.action)}
        context={{ shots }}
        draft={`act/${act.id}/${move.action}`}
        verb={move.label}
        onCancel={onClose}
        send={async (values, key) => {
          const body = { action: move.action, ...values } as S['ActActionRequest'];
          await take<'Act'>(
            POST('/v1/acts/{id}/actions', { params: { path: { id: act.id }, header: { 'Idempotency-Key': key, 'If-Match': `"${version}"` } }, body }),
          );
          void client.invalidateQueries({ queryKey: ['acts'] });
          say(`已${move.label}`);
          onClose();
        }}
      />
    </Dialog>
  );
}

export function ActRow({ act }: { act: S['Act'] }) {
  const [move, setMove] = useState<S['ActAllowed'] | null>(null);
  return (
    <li className="act-row">
      <div className="row wrap">
        <strong>{act.kind_label}</strong>
        {act.number && <span className="num muted">{act.number}</span>}
        <span className={`tag ${act.overdue ? 'late' : (TONE[act.state] ?? '')}`}>{act.overdue ? `${act.state_label} · 逾期` : act.state_label}</span>
        <span className="push row">
          {act.allowed_actions.map((one) => (
            <Button key={one.action} onClick={() => setMove(one)}>
              {one.label}
            </Button>
          ))}
        </span>
      </div>
      {act.details.title && <p className="title">{act.details.title}</p>}
      <p>{act.words}</p>
      {act.details.photos.length > 0 && (
        <ul className="row">
          {act.details.photos.map((one, at) => (
            <li key={one.id}>
              <Picture className="thumb" src={one.urls.thumb} says={`第 ${at + 1} 张照片`} />
            </li>
          ))}
        </ul>
      )}
      <p className="small muted">
        {[
          act.unit?.name,
          act.person?.name,
          `${act.issuer.name || act.issuer.role_label} ${act.issued_at ? '发出' : '起草'} ${moment(act.issued_at ?? act.created_at)}`,
          act.due_at && `限 ${moment(act.due_at)}`,
          act.receipt && `${act.receipt.name} 签收 ${moment(act.receipt.at)}`,
        ]
          .filter(Boolean)
          .join(' · ')}{' '}
        {act.ticket_id && <Link to={`/tickets/${act.ticket_id}`}>看案件</Link>}
      </p>
      {move && <Move act={act} move={move} onClose={() => setMove(null)} />}
    </li>
  );
}

/** The form of a new act, about a ticket or about a unit. What a kind must carry the server says. */
export function IssueAct({ ticket, onClose }: { ticket?: string; onClose: () => void }) {
  const client = useQueryClient();
  return (
    <Dialog title="发出措施" onClose={onClose}>
      <p className="muted small">谁可以发哪种、须写明什么，由种类决定；缺什么会在下面指出。</p>
      <ActionForm
        fields={pick('issue', ['kind', 'department', 'words', 'due_at', 'reason', 'title', 'points'])}
        draft={`issue/${ticket ?? ''}`}
        verb="发出"
        onCancel={onClose}
        send={async (values, key) => {
          const body = { ...values, ...(ticket ? { ticket_id: ticket } : {}) } as S['ActNew'];
          const act = await take<'Act'>(POST('/v1/acts', { params: { header: { 'Idempotency-Key': key } }, body }));
          void client.invalidateQueries({ queryKey: ['acts'] });
          say(`已发出${act.kind_label}${act.number ?? ''}`);
          onClose();
        }}
      />
    </Dialog>
  );
}

const KINDS = Object.entries(pick('issue', ['kind'])[0]?.labels ?? {});

export function ActsPage() {
  useTitle('督办问责');
  const me = useMe();
  const [search, setSearch] = useSearchParams();
  const [issuing, setIssuing] = useState(false);
  const kind = search.get('kind') ?? '';
  const mine = search.get('mine') === 'addressed';
  const query = useQuery(actsOf({ ...(kind ? { kind: kind as S['ActKind'] } : {}), ...(mine ? { mine: 'addressed' as const } : {}) }));
  return (
    <div className="stack">
      <div className="row">
        <Select label="种类" none="全部种类" width={160} value={kind} options={KINDS} onChange={(code) => setSearch({ kind: code }, { replace: true })} />
        <Switch on={mine} set={(on) => setSearch(on ? { kind, mine: 'addressed' } : { kind }, { replace: true })}>
          只看发给我的
        </Switch>
        {may(me.role, 'issue') && (
          <Button className="push" onClick={() => setIssuing(true)}>
            发出措施
          </Button>
        )}
      </div>
      <Shown query={query} lines={[64, 64, 64]}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="card">
              <Empty says="没有督办或问责措施">案件超期时系统按阶梯自动发出；也可在案件上用「督办」。</Empty>
            </div>
          ) : (
            <ul className="card">
              {items.map((act) => (
                <ActRow key={act.id} act={act} />
              ))}
            </ul>
          )
        }
      </Shown>
      {issuing && <IssueAct onClose={() => setIssuing(false)} />}
    </div>
  );
}
