/** Who is told of events over the network. The secret of a new subscription is shown once. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { moment } from '../../../../shared/words';
import { GET, newKey, POST, take, type S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { Dialog } from '../../parts/dialog';
import { Empty, Shown } from '../../parts/states';
import { right, Table } from '../../parts/table';
import { Button } from '../../parts/button';
import { Input } from '../../parts/field';

const subscriptions = queryOptions({
  queryKey: ['subscriptions'],
  queryFn: () => take<'SubscriptionPage'>(GET('/v1/subscriptions', { params: { query: { limit: 100 } } })),
});

const EVENTS: Record<S['NewSubscription']['events'][number], string> = {
  opened: '受理',
  filed: '立案',
  declined: '不予受理',
  merged: '并案',
  dispatched: '派单',
  signed_in: '签收',
  fix_submitted: '提交处置',
  accepted: '验收',
  reworked: '返工',
  closed: '销号',
  reopened: '重开',
};

function Make({ onMade }: { onMade: (secret: string) => void }) {
  const client = useQueryClient();
  const [fault, setFault] = useState('');
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setFault('');
    try {
      const body: S['NewSubscription'] = { url: String(form.get('url')), events: form.getAll('events') as S['NewSubscription']['events'] };
      const made = await take<'NewlySubscribed'>(POST('/v1/subscriptions', { params: { header: { 'Idempotency-Key': newKey() } }, body }));
      void client.invalidateQueries({ queryKey: ['subscriptions'] });
      onMade(made.secret);
    } catch (error) {
      setFault(error instanceof Error ? error.message : '没有成功');
    }
  };
  return (
    <form className="card pad stack" onSubmit={send} style={{ maxWidth: 720 }}>
      <div className="field">
        <label htmlFor="url">推送到哪个地址</label>
        <Input id="url" name="url" type="url" required placeholder="https://" />
      </div>
      <fieldset className="row wrap plain">
        <legend className="label">哪些事件</legend>
        {Object.entries(EVENTS).map(([code, name]) => (
          <label key={code} className="row">
            <input type="checkbox" name="events" value={code} defaultChecked={code === 'closed'} />
            {name}
          </label>
        ))}
      </fieldset>
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <Button type="submit" main style={{ justifySelf: 'start' }}>
        订阅
      </Button>
    </form>
  );
}

function Row({ one }: { one: S['Subscription'] }) {
  const client = useQueryClient();
  const [fault, setFault] = useState('');
  const revoke = async () => {
    try {
      await take<'Subscription'>(POST('/v1/subscriptions/{id}/revoke', { params: { path: { id: one.id }, header: { 'Idempotency-Key': newKey() } } }));
      void client.invalidateQueries({ queryKey: ['subscriptions'] });
    } catch (error) {
      setFault(error instanceof Error ? error.message : '没有成功');
    }
  };
  return (
    <tr>
      <th scope="row">
        <code>{one.url}</code>
        {fault && <p className="fault">{fault}</p>}
      </th>
      <td>{one.events.map((event) => event.label).join('、')}</td>
      <td className="num">{moment(one.created_at)}</td>
      <td className="right num">{one.waiting > 0 ? <span className="tag soon">{one.waiting} 条待送</span> : '无积压'}</td>
      <td>{one.revoked_at ? <span className="muted">已取消 {moment(one.revoked_at)}</span> : <Button onClick={() => void revoke()}>取消订阅</Button>}</td>
    </tr>
  );
}

export function SubscriptionsPage() {
  useTitle('事件订阅');
  const query = useQuery(subscriptions);
  const [secret, setSecret] = useState('');
  return (
    <>
      <Make onMade={setSecret} />
      <Shown query={query} lines={[44, 44]}>
        {({ items }) => (
          <div className="card scroll-x">
            {items.length === 0 ? (
              <Empty says="还没有订阅">对接系统订阅后，案件的变化会带签名推送过去，失败自动重试。</Empty>
            ) : (
              <Table name="订阅" heads={['地址', '事件', '订阅时间', right('积压'), '操作']}>
                {items.map((one) => (
                  <Row key={one.id} one={one} />
                ))}
              </Table>
            )}
          </div>
        )}
      </Shown>
      {secret && (
        <Dialog title="签名密钥" onClose={() => setSecret('')}>
          <p>只显示这一次，请交给对接方妥善保存：</p>
          <code className="secret">{secret}</code>
        </Dialog>
      )}
    </>
  );
}
