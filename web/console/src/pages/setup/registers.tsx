/** The registers of points, sites, cameras and people answering for them; the file can be imported again as it is. */
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { REGISTERS } from '../../../../shared/words';
import { GET, take, type S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { Listing } from '../../parts/listing';
import { Output } from '../../parts/output';
import { Select } from '../../parts/select';
import { Table } from '../../parts/table';

const entries = (register: S['Register']) =>
  infiniteQueryOptions({
    queryKey: ['entries', register],
    initialPageParam: '',
    getNextPageParam: (page: S['EntryPage']) => page.next_cursor ?? undefined,
    queryFn: ({ pageParam }) =>
      take<'EntryPage'>(GET('/v1/registers/{register}', { params: { path: { register }, query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } })),
  });

export function RegistersPage() {
  useTitle('台账');
  const [search, setSearch] = useSearchParams();
  const register = (search.get('of') ?? 'point') as S['Register'];
  const query = useInfiniteQuery(entries(register));
  return (
    <>
      <div className="row no-print">
        <Select label="哪种台账" width={180} value={register} options={Object.entries(REGISTERS)} onChange={(of) => setSearch({ of }, { replace: true })} />
        <span className="push">
          <Output file={{ path: `/v1/registers/${register}?format=xlsx`, name: REGISTERS[register] }} print={false} />
        </span>
      </div>
      <Listing query={query} items={(page) => page.items} none={`${REGISTERS[register]}还是空的`} advice="管理员可在「导入」中导入，格式与下载的文件相同。">
        {(items) => (
          <Table name={REGISTERS[register]} heads={['编码', '名称', '责任单位', '责任人', '网格', '标签']}>
            {items.map((one) => (
              <tr key={one.code}>
                <td className="num">{one.code}</td>
                <th scope="row">
                  {one.name} {one.offline && <span className="tag late">离线</span>}
                </th>
                <td>{one.department?.name ?? '—'}</td>
                <td>{one.person?.name ?? '—'}</td>
                <td>{one.grid?.name ?? '—'}</td>
                <td>{one.tags.join('、')}</td>
              </tr>
            ))}
          </Table>
        )}
      </Listing>
    </>
  );
}
