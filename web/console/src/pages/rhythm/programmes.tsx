/** Programmes: campaigns, inspections, recurring duties. A draft is checked whole by the server. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { POST, take, type S } from '../../lib/api';
import type { FieldSpec, Values } from '../../lib/act';
import { useMe, useTitle } from '../../lib/hooks';
import { Dialog } from '../../parts/dialog';
import { ActionForm } from '../../parts/form/form';
import { Listing } from '../../parts/listing';
import { programmes } from './queries';

const KINDS: S['ProgrammeKind'][] = ['campaign', 'recurring', 'round', 'mission', 'daily_inspection', 'coverage', 'special', 'simulation', 'follow_up', 'inspection_target', 'flight'];

const plain = { required: false, format: null, note: null, max: null, min: null, options: null, of: null, is: null };
const FIELDS: FieldSpec[] = [
  { ...plain, name: 'kind', type: 'string', required: true, options: KINDS, note: '种类' },
  { ...plain, name: 'name', type: 'line', required: true, max: 60, note: '名称' },
  { ...plain, name: 'lead', type: 'string', is: 'Code', required: true },
  { ...plain, name: 'units', type: 'array', of: 'Codes', note: '被督查或承担任务的单位' },
  { ...plain, name: 'first_day', type: 'string', format: 'date', required: true, note: '第一天' },
  { ...plain, name: 'last_day', type: 'string', format: 'date', required: true, note: '最后一天' },
  { ...plain, name: 'register', type: 'string', options: ['point', 'site', 'watch_area', 'camera', 'frontage', 'chief'], note: '点位取自哪种台账' },
  { ...plain, name: 'sample', type: 'integer', min: 1, note: '随机抽取几个点位' },
  { ...plain, name: 'target', type: 'integer', min: 1, note: '目标完成数' },
];

function Make({ onClose }: { onClose: () => void }) {
  const go = useNavigate();
  const client = useQueryClient();
  const send = async ({ register, ...values }: Values, key: string) => {
    const body = { ...values, ...(register ? { points: { register } } : {}) } as S['Programme'];
    const made = await take<'ProgrammeBoard'>(POST('/v1/programmes', { params: { header: { 'Idempotency-Key': key } }, body }));
    void client.invalidateQueries({ queryKey: ['programmes'] });
    void go(`/rhythm/programmes/${made.id}`);
  };
  return (
    <Dialog title="制定计划" onClose={onClose}>
      <p className="muted small">先存为草稿,启动后才产生任务。</p>
      <ActionForm fields={FIELDS} draft="programme" verb="存为草稿" onCancel={onClose} send={send} />
    </Dialog>
  );
}

const MAKERS: S['Role'][] = ['dispatcher', 'coordinator', 'command', 'admin'];

export function ProgrammesPage() {
  useTitle('计划');
  const me = useMe();
  const [making, setMaking] = useState(false);
  const query = useInfiniteQuery(programmes({}));
  return (
    <>
      {MAKERS.includes(me.role) && (
        <button type="button" className="btn main" style={{ justifySelf: 'start' }} onClick={() => setMaking(true)}>
          制定计划
        </button>
      )}
      <Listing query={query} items={(page) => page.items} none="还没有计划" advice="专项整治、督查、巡访和常态化任务都从这里制定。">
        {(items) => (
          <table className="table">
            <caption className="hidden">计划</caption>
            <thead>
              <tr>
                <th scope="col">计划</th>
                <th scope="col">种类</th>
                <th scope="col">牵头</th>
                <th scope="col">期间</th>
                <th scope="col">状态</th>
              </tr>
            </thead>
            <tbody>
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
            </tbody>
          </table>
        )}
      </Listing>
      {making && <Make onClose={() => setMaking(false)} />}
    </>
  );
}
