/** What works in the background, and what died and can be done again. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { moment } from '../../../../shared/words';
import { GET, POST, take, type S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { Empty, Shown } from '../../parts/states';
import { say } from '../../parts/toast';
import { right, Table } from '../../parts/table';
import { Button } from '../../parts/button';

export const jobs = queryOptions({ queryKey: ['jobs'], refetchInterval: 10_000, queryFn: () => take<'Jobs'>(GET('/v1/jobs')) });

const NAMES: Record<S['JobKind'], string> = {
  analyse_photo: '读图',
  triage: '定位与分类',
  verify_proof: '核查证据',
  notify: '通知',
  deliver: '微信消息',
  recheck: '到期回头看',
  open_relapse: '立回弹案件',
  watch_deadline: '盯时限',
  climb: '督办升级',
  watch_gap: '补位检查',
  end_prompt: '案前提示到期',
  tick: '节律',
  fold_tally: '汇总数字',
  push: '推送事件',
  sweep_blobs: '清理无主照片',
};

function Dead({ all }: { all: S['Jobs']['dead'] }) {
  const client = useQueryClient();
  const [fault, setFault] = useState('');
  const revive = async (id: string) => {
    setFault('');
    try {
      await take<'Envelope'>(POST('/v1/jobs/{id}/revive', { params: { path: { id } } }));
      say('已重新排队');
    } catch (error) {
      setFault(error instanceof Error ? error.message : '没有成功');
    }
    void client.invalidateQueries({ queryKey: ['jobs'] });
  };
  if (all.length === 0)
    return (
      <div className="card">
        <Empty says="没有失败的任务">多次重试仍失败的任务会停在这里，等人处理。</Empty>
      </div>
    );
  return (
    <div className="card scroll-x">
      {fault && <p className="fault pad">{fault}</p>}
      <Table name="失败的任务" heads={['任务', '最后一次的错误', right('试过'), '操作']}>
        {all.map((job) => (
          <tr key={job.id}>
            <th scope="row">
              {NAMES[job.kind]}
              <p className="small muted num">{moment(job.created_at)}</p>
            </th>
            <td>
              {job.last_error}
              <p className="small muted">
                <code>{job.payload}</code>
              </p>
            </td>
            <td className="right num">{job.attempts} 次</td>
            <td>
              <Button onClick={() => void revive(job.id)}>重做</Button>
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

export function JobsPage() {
  useTitle('后台任务');
  const query = useQuery(jobs);
  return (
    <Shown query={query} lines={[120, 24, 240]}>
      {({ counts, dead }) => (
        <>
          <h2>失败的任务</h2>
          <Dead all={dead} />
          <h2>排队中</h2>
          <div className="card scroll-x">
            <Table name="排队中的任务" heads={['任务', '状态', right('数量'), '最早执行时间']}>
              {counts.map((one) => (
                <tr key={one.kind + one.state}>
                  <th scope="row">{NAMES[one.kind]}</th>
                  <td>{one.state === 'dead' ? <span className="tag late">失败</span> : '等待'}</td>
                  <td className="right num">{one.jobs}</td>
                  <td className="num">{moment(one.oldest_run_at)}</td>
                </tr>
              ))}
            </Table>
          </div>
        </>
      )}
    </Shown>
  );
}
