/** The three lists of supervision: projects, problems, duties; on the page and as a file. */
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { moment } from '../../../../shared/words';
import { GET, take, type S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { Remain, StageTag } from '../../parts/bits';
import { Listing } from '../../parts/listing';
import { Output } from '../../parts/output';
import { Segments } from '../../parts/segments';
import { Table } from '../../parts/table';

const LISTS = { problems: '负面清单', duties: '责任清单', projects: '项目清单' } as const;
type Name = keyof typeof LISTS;

const lines = (list: Name) =>
  infiniteQueryOptions({
    queryKey: ['lists', list],
    initialPageParam: '',
    getNextPageParam: (page: S['ListPage']) => page.next_cursor ?? undefined,
    queryFn: ({ pageParam }) =>
      take<'ListPage'>(GET('/v1/lists/{list}', { params: { path: { list }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } })),
  });

function Problem({ line }: { line: S['ProblemLine'] }) {
  return (
    <tr>
      <th scope="row">
        <Link to={`/tickets/${line.ticket}`}>{line.number ?? '未立案'}</Link>
        <span className="block small muted">{line.words || line.category?.name}</span>
      </th>
      <td>{line.area?.name ?? '—'}</td>
      <td>{line.lead?.name ?? '—'}</td>
      <td>{line.person?.name ?? '—'}</td>
      <td>
        <StageTag stage={line.stage} label={line.stage_label} />
      </td>
      <td className="num">
        {moment(line.due_at)} <Remain row={line} />
      </td>
    </tr>
  );
}

function Duty({ line }: { line: S['DutyLine'] }) {
  return (
    <tr title={line.why.join('\n')}>
      <th scope="row">{line.category.name}</th>
      <td>{line.area.name}</td>
      <td>{line.lead?.name ?? '—'}</td>
      <td>{line.assist?.name ?? '—'}</td>
      <td>{line.person?.name ?? '—'}</td>
      <td>{line.leader?.name ?? '—'}</td>
    </tr>
  );
}

function Project({ line }: { line: S['ProjectLine'] }) {
  return (
    <tr>
      <th scope="row">{line.name}</th>
      <td>{line.part_label ?? '—'}</td>
      <td>{line.department?.name ?? '—'}</td>
      <td>{line.person?.name ?? '—'}</td>
      <td>{line.leader?.name ?? '—'}</td>
      <td className="num">
        {line.points_done} / {line.points.length}
      </td>
    </tr>
  );
}

const HEADS: Record<Name, string[]> = {
  problems: ['案件', '片区', '主办', '责任人', '状态', '期限'],
  duties: ['类别', '片区', '主办', '协办', '责任人', '分管领导'],
  projects: ['项目', '方式', '责任单位', '责任人', '领导', '点位完成'],
};

export function ListsPage() {
  useTitle('三张清单');
  const [search, setSearch] = useSearchParams();
  const list = (search.get('list') ?? 'problems') as Name;
  const query = useInfiniteQuery(lines(list));
  return (
    <>
      <div className="row no-print">
        <Segments label="哪一张" options={LISTS} value={list} set={(one) => setSearch({ list: one }, { replace: true })} />
        <span className="push">
          <Output file={{ path: `/v1/lists/${list}?format=xlsx`, name: LISTS[list] }} />
        </span>
      </div>
      <h2 className="print-only">{LISTS[list]}</h2>
      <Listing query={query} items={(page) => page.items} none={`${LISTS[list]}是空的`} advice="导入台账或有了案件之后自动生成。">
        {(items) => (
          <Table name={LISTS[list]} heads={HEADS[list]}>
            {items.map((line, at) =>
              list === 'problems' ? (
                <Problem key={at} line={line as S['ProblemLine']} />
              ) : list === 'duties' ? (
                <Duty key={at} line={line as S['DutyLine']} />
              ) : (
                <Project key={at} line={line as S['ProjectLine']} />
              ),
            )}
          </Table>
        )}
      </Listing>
    </>
  );
}
