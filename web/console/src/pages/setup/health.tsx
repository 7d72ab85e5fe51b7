/** Whether the parts of the product are up. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { config } from '../../lib/queries';
import { useTitle } from '../../lib/hooks';
import { jobs } from './jobs';
import { Table } from '../../parts/table';

interface Health {
  alive: boolean;
  parts: Record<string, string>;
}

const health = queryOptions({
  queryKey: ['health'],
  refetchInterval: 10_000,
  queryFn: async (): Promise<Health> => {
    const alive = await fetch('/healthz').then(
      (answer) => answer.ok,
      () => false,
    );
    const ready = await fetch('/readyz').then(
      (answer) => answer.json() as Promise<{ data?: Record<string, string> } & Record<string, string>>,
      () => ({}) as Record<string, string>,
    );
    return { alive, parts: (ready.data as Record<string, string> | undefined) ?? (ready as Record<string, string>) };
  },
});

const SAYS: Record<string, string> = { ready: '可以接受请求', ok: '可用', memory: '内存', redis: 'Redis' };
const PARTS: Record<string, string> = { status: '接受请求', database: '数据库', blob: '照片存储', cache: '缓存' };

function Line({ name, good, says }: { name: string; good: boolean; says: string }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <span className={`tag ${good ? 'ok' : 'late'}`}>{good ? '正常' : '不正常'}</span>
      </td>
      <td className="muted">{says}</td>
    </tr>
  );
}

export function HealthPage() {
  useTitle('运行状况');
  const { data } = useQuery(health);
  const work = useQuery(jobs);
  const books = useQuery(config);
  const dead = work.data?.dead.length ?? 0;
  if (!data) return <div className="skeleton" style={{ height: 240 }} />;
  return (
    <>
      <div className="card" style={{ maxWidth: 720 }}>
        <Table name="各部分的状况" heads={['部分', '状况', '说明']}>
          <Line name="进程" good={data.alive} says={data.alive ? '在运行' : '没有应答'} />
          {Object.entries(PARTS).map(([key, name]) => (
            <Line key={key} name={name} good={(data.parts[key] ?? '') in SAYS} says={SAYS[data.parts[key] ?? ''] ?? data.parts[key] ?? '没有应答'} />
          ))}
          <Line name="后台任务" good={dead === 0} says={dead === 0 ? '没有失败的任务' : `${dead} 个失败，见「后台任务」`} />
        </Table>
      </div>
      {books.data && (
        <p className="muted">
          {books.data.mode === 'demo' ? '演示模式' : '正式模式'} · 基础数据第 {books.data.categories_version} 版 · 隐私指引第 {books.data.privacy_version} 版 ·
          微信登录{books.data.wechat_login ? '已接通' : '未接通'}
        </p>
      )}
    </>
  );
}
