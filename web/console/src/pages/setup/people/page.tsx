/** Who may log in, as what, and what that lets them do. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { S } from '../../../lib/api';
import { DUTIES } from '../../../lib/duties';
import { useMe, useTitle } from '../../../lib/hooks';
import { departments } from '../../../lib/queries';
import { Listing } from '../../../parts/listing';
import { Select } from '../../../parts/select';
import { Table } from '../../../parts/table';
import { ACTS, PersonActs, type Act } from './acts';
import { PersonForm } from './form';
import { people, ROLES, type PeopleFilter } from './queries';
import { Button } from '../../../parts/button';
import { Input } from '../../../parts/field';

type Account = S['StaffAccount'];
type Opened = { person: Account | null; act: Act | 'form' };

const REST = 300;
/** Grids named in a row; the rest are counted. */
const NAMED = 2;

function filterOf(search: URLSearchParams): PeopleFilter {
  const of = (name: string) => search.get(name) || undefined;
  const active = of('active');
  const asked = { role: of('role') as S['Role'] | undefined, department: of('department'), words: of('words'), active: active && active === 'true' };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined && value !== '')) as PeopleFilter;
}

function Words({ value, set }: { value: string; set: (words: string) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => set(text.trim()), REST);
    return () => clearTimeout(timer);
  }, [text]);
  return <Input width={200} aria-label="姓名或用户名" placeholder="姓名或用户名" maxLength={40} value={text} onChange={setText} />;
}

function Roles() {
  return (
    <details className="formulas">
      <summary>各角色能看什么、能办什么</summary>
      <dl className="facts small roles">
        {ROLES.map(([code, name]) => (
          <div key={code}>
            <dt>{name}</dt>
            <dd>{DUTIES[code as S['Role']]}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Row({ person, open }: { person: Account; open: (act: Opened['act']) => void }) {
  const me = useMe();
  const acts: Act[] = person.active ? ['reset_password', 'suspend'] : ['restore'];
  const grids = person.grids.slice(0, NAMED).map((one) => one.name);
  return (
    <tr data-person={person.username ?? person.id}>
      <th scope="row">
        {person.name} {!person.active && <span className="tag late">已停用</span>} {person.demo && <span className="tag">演示</span>}
        <span className="block small muted num">{person.username}</span>
      </th>
      <td>
        <span title={DUTIES[person.role]}>{person.role_label}</span>
        {person.side_label && <span className="block small muted">{person.side_label}一方</span>}
      </td>
      <td>{person.department?.name ?? '—'}</td>
      <td>
        {grids.length === 0 ? '—' : grids.join('、')}
        {person.grids.length > NAMED && <span className="muted"> 等 {person.grids.length} 个</span>}
      </td>
      <td className="num">{person.phone ?? '—'}</td>
      <td>
        <span className="row">
          <Button onClick={() => open('form')}>修改</Button>
          {acts
            .filter((act) => act !== 'suspend' || person.id !== me.id)
            .map((act) => (
              <Button key={act} onClick={() => open(act)}>
                {ACTS[act].label}
              </Button>
            ))}
        </span>
      </td>
    </tr>
  );
}

export function PeoplePage() {
  useTitle('人员与权限');
  const [search, setSearch] = useSearchParams();
  const units = useQuery(departments);
  const [opened, setOpened] = useState<Opened | null>(null);
  const query = useInfiniteQuery(people(filterOf(search)));
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    setSearch(next, { replace: true });
  };
  const chosen = (name: string) => search.get(name) ?? '';
  const close = () => setOpened(null);
  return (
    <>
      <div className="row wrap">
        <Words value={chosen('words')} set={(words) => set('words', words)} />
        <Select label="角色" none="全部角色" width={140} value={chosen('role')} options={ROLES} onChange={(role) => set('role', role)} />
        <Select
          label="单位"
          none="全部单位"
          width={200}
          value={chosen('department')}
          options={(units.data?.items ?? []).map((one) => [one.code, one.name])}
          onChange={(unit) => set('department', unit)}
        />
        <Select
          label="是否在用"
          none="在用与停用"
          width={128}
          value={chosen('active')}
          options={[
            ['true', '在用'],
            ['false', '已停用'],
          ]}
          onChange={(active) => set('active', active)}
        />
        <Button main className="push" onClick={() => setOpened({ person: null, act: 'form' })}>
          添加人员
        </Button>
      </div>
      <Roles />
      <Listing query={query} items={(page) => page.items} none="没有这样的账号" advice="换个条件；批量添加请用「导入」中的人员与角色。">
        {(items) => (
          <Table name="人员账号" heads={['人员', '角色', '单位', '网格', '电话', '操作']}>
            {items.map((person) => (
              <Row key={person.id} person={person} open={(act) => setOpened({ person, act })} />
            ))}
          </Table>
        )}
      </Listing>
      {opened?.act === 'form' && <PersonForm person={opened.person} onClose={close} />}
      {opened?.person && opened.act !== 'form' && <PersonActs person={opened.person} action={opened.act} onClose={close} />}
    </>
  );
}
