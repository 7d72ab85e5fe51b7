/** The catalogue in force: categories and their standards, by work line. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTitle } from '../../lib/hooks';
import { catalogue } from '../../lib/queries';
import { Empty, Shown } from '../../parts/states';
import { Table } from '../../parts/table';
import { Input } from '../../parts/field';

export function BooksPage() {
  useTitle('类别与标准');
  const query = useQuery(catalogue);
  const [words, setWords] = useState('');
  return (
    <Shown query={query} lines={[32, 400]}>
      {({ worklines, version }) => {
        const rows = worklines.flatMap((line) => line.categories.flatMap((category) => category.standards.map((standard) => ({ line, category, standard }))));
        const seen = rows.filter(({ line, category, standard }) => [line.name, category.name, category.code, standard.name].some((one) => one.includes(words)));
        return (
          <>
            <div className="row">
              <Input width={240} aria-label="查找类别或标准" placeholder="查找类别或标准" value={words} onChange={setWords} />
              <span className="muted num">
                {seen.length} 条标准 · 基础数据第 {version} 版
              </span>
            </div>
            <div className="card scroll-x">
              {seen.length === 0 ? (
                <Empty says={`没有含「${words}」的类别或标准`}>换个说法再找。</Empty>
              ) : (
                <Table name="类别与立结案标准" heads={['工作线', '类别', '立案标准', '时限', '结案标准']}>
                  {seen.map(({ line, category, standard }) => (
                    <tr key={standard.code}>
                      <td>{line.name}</td>
                      <th scope="row">
                        {category.name} <span className="small muted num">{category.code}</span>
                      </th>
                      <td>
                        {standard.name}
                        <p className="small muted">{standard.opens_when}</p>
                      </td>
                      <td className="num">{standard.limit.label}</td>
                      <td>{standard.closes_when}</td>
                    </tr>
                  ))}
                </Table>
              )}
            </div>
          </>
        );
      }}
    </Shown>
  );
}
