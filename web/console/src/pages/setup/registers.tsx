/** The registers of points, sites, cameras and people answering for them; the file can be imported again as it is. */
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { REGISTERS } from '../../../../shared/words';
import { download, GET, take, type S } from '../../lib/api';
import { useTitle } from '../../lib/hooks';
import { Listing } from '../../parts/listing';

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
  const [fault, setFault] = useState('');
  const register = (search.get('of') ?? 'point') as S['Register'];
  const query = useInfiniteQuery(entries(register));
  const file = () => download(`/v1/registers/${register}?format=xlsx`, `${REGISTERS[register]}.xlsx`).catch((error: Error) => setFault(error.message));
  return (
    <>
      <div className="row no-print">
        <select
          className="input"
          style={{ width: 180 }}
          aria-label="哪种台账"
          value={register}
          onChange={(event) => setSearch({ of: event.target.value }, { replace: true })}
        >
          {Object.entries(REGISTERS).map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
        <button type="button" className="btn push" onClick={() => void file()}>
          下载 XLSX
        </button>
      </div>
      {fault && <p className="fault">{fault}</p>}
      <Listing query={query} items={(page) => page.items} none={`${REGISTERS[register]}还是空的`} advice="管理员可在「导入」中导入,格式与下载的文件相同。">
        {(items) => (
          <table className="table">
            <caption className="hidden">{REGISTERS[register]}</caption>
            <thead>
              <tr>
                <th scope="col">编码</th>
                <th scope="col">名称</th>
                <th scope="col">责任单位</th>
                <th scope="col">责任人</th>
                <th scope="col">网格</th>
                <th scope="col">标签</th>
              </tr>
            </thead>
            <tbody>
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
            </tbody>
          </table>
        )}
      </Listing>
    </>
  );
}
