/** Programmes: campaigns, inspections, recurring duties. A draft is checked whole by the server. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { POST, take, type S } from '../../lib/api';
import { pick, type Values } from '../../lib/act';
import { useMe, useTitle } from '../../lib/hooks';
import { may } from '../../lib/roles';
import { Dialog } from '../../parts/dialog';
import { ActionForm } from '../../parts/form/form';
import { Listing } from '../../parts/listing';
import { Select } from '../../parts/select';
import { programmes } from './queries';
import { Table } from '../../parts/table';
import { Button } from '../../parts/button';

const FIELDS = pick('programme', ['kind', 'name', 'lead', 'units', 'first_day', 'last_day', 'sample', 'target', 'hidden']);

/** Registers a programme can take its places from. */
const REGISTERS = { point: '测评点位', site: '工地', watch_area: '重点关注区', camera: '视频监控', frontage: '门前三包', chief: '路段长片长河长' };

function Make({ onClose }: { onClose: () => void }) {
  const go = useNavigate();
  const client = useQueryClient();
  const [register, setRegister] = useState('');
  const send = async (values: Values, key: string) => {
    const body = { ...values, ...(register ? { points: { register } } : {}) } as S['Programme'];
    const made = await take<'ProgrammeBoard'>(POST('/v1/programmes', { params: { header: { 'Idempotency-Key': key } }, body }));
    void client.invalidateQueries({ queryKey: ['programmes'] });
    void go(`/rhythm/programmes/${made.id}`);
  };
  return (
    <Dialog title="制定计划" onClose={onClose}>
      <p className="muted small">先存为草稿，启动后才产生任务。</p>
      <div className="field">
        <label htmlFor="register">点位取自哪种台账（可不填）</label>
        <Select id="register" none="不用台账" value={register} options={Object.entries(REGISTERS)} onChange={setRegister} />
      </div>
      <ActionForm fields={FIELDS} draft="programme" verb="存为草稿" onCancel={onClose} send={send} />
    </Dialog>
  );
}

export function ProgrammesPage() {
  useTitle('计划');
  const me = useMe();
  const [making, setMaking] = useState(false);
  const query = useInfiniteQuery(programmes({}));
  return (
    <>
      {may(me.role, 'plan') && (
        <Button main style={{ justifySelf: 'start' }} onClick={() => setMaking(true)}>
          制定计划
        </Button>
      )}
      <Listing query={query} items={(page) => page.items} none="还没有计划" advice="专项整治、督查、巡访和常态化任务都从这里制定。">
        {(items) => (
          <Table name="计划" heads={['计划', '种类', '牵头', '期间', '状态']}>
            {items.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <Link to={`/rhythm/programmes/${one.id}`}>{one.name}</Link> {one.hidden && <span className="tag">保密</span>}
                </th>
                <td>{one.kind_label}</td>
                <td>{one.lead.name}</td>
                <td className="num">
                  {one.first_day} 至 {one.last_day}
                </td>
                <td>
                  <span className={`tag ${one.state === 'running' ? 'accent' : ''}`}>{one.state_label}</span>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Listing>
      {making && <Make onClose={() => setMaking(false)} />}
    </>
  );
}
