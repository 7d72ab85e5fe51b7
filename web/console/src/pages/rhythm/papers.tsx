/** The papers of the rhythm: 17:00 dailies, weeklies, monthlies, reviews. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { moment } from '../../../../shared/words';
import type { S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { Listing } from '../../parts/listing';
import { Select } from '../../parts/select';
import { papers, type PaperKind } from './queries';
import { Table } from '../../parts/table';
import { Switch } from '../../parts/switch';

export const KINDS: Record<PaperKind, string> = {
  daily: '日报',
  weekly: '周调度',
  weekly_summary: '每周汇总',
  half_monthly: '半月通报',
  monthly_plan: '月度推进计划',
  monthly: '月报',
  monthly_ranking: '月度排名',
  root_causes: '根因倒查月报',
  quarterly: '季度点评',
  half_yearly: '半年述评',
  yearly: '年度总评',
};

const TONE: Record<S['PaperState'], string> = { draft: '', filed: 'accent', signed: 'ok', frozen: 'ok' };

export function PaperState({ paper }: { paper: S['PaperHead'] }) {
  return (
    <span className="row">
      <span className={`tag ${TONE[paper.state]}`}>{paper.state_label}</span>
      {paper.missing && <span className="tag late">缺报</span>}
      {paper.late && <span className="tag soon">迟报 {paper.late_minutes} 分</span>}
    </span>
  );
}

export function PapersPage() {
  useTitle('公文');
  const [search, setSearch] = useSearchParams();
  const kind = search.get('kind') as PaperKind | null;
  const missing = search.get('missing') === 'true';
  const query = useInfiniteQuery(papers({ ...(kind ? { kind } : {}), ...(missing ? { missing } : {}) }));
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    setSearch(next, { replace: true });
  };
  return (
    <>
      <div className="row">
        <Select label="公文种类" none="全部种类" width={160} value={kind ?? ''} options={Object.entries(KINDS)} onChange={(code) => set('kind', code)} />
        <Switch on={missing} set={(on) => set('missing', on ? 'true' : '')}>
          只看缺报的
        </Switch>
      </div>
      <Listing query={query} items={(page) => page.items} none="还没有公文" advice="系统每天 17:00 前起草日报，周、月、季、年按期起草。">
        {(items) => (
          <Table name="公文" heads={['公文', '单位', '状态', '应报', '报送', '签发']}>
            {items.map((one) => (
              <tr key={one.id}>
                <th scope="row">
                  <Link to={`/rhythm/papers/${one.id}`}>{one.title}</Link>
                </th>
                <td>{one.department?.name ?? '全区'}</td>
                <td>
                  <PaperState paper={one} />
                </td>
                <td className="num">{moment(one.due_at)}</td>
                <td className="num">{one.filed ? `${one.filed.name} ${moment(one.filed.at)}` : '—'}</td>
                <td className="num">{one.signed ? `${one.signed.name} ${moment(one.signed.at)}` : '—'}</td>
              </tr>
            ))}
          </Table>
        )}
      </Listing>
    </>
  );
}
