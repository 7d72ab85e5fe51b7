/** Narrowing a queue, and keeping what was narrowed under a name on this machine. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useStored } from '../../lib/hooks';
import { catalogue, departments, grids } from '../../lib/queries';
import { Select, type Options } from '../../parts/select';
import { strip, type SavedFilter } from '../shell';
import { Button } from '../../parts/button';
import { Input } from '../../parts/field';

const NAMES = ['area', 'workline', 'unit', 'words'];

export function Filters() {
  const [search, setSearch] = useSearchParams();
  const books = useQuery(catalogue);
  const units = useQuery(departments);
  const areas = useQuery(grids('area'));
  const [saved, setSaved] = useStored<SavedFilter[]>('suishoupai.filters', []);
  const [naming, setNaming] = useState(false);
  const active = NAMES.some((one) => search.get(one));
  const own = saved.find((one) => one.search === strip(search));
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    next.delete('t');
    if (value) next.set(name, value);
    else next.delete(name);
    setSearch(next, { replace: true });
  };
  const choice = (name: string, label: string, options: Options) => (
    <Select label={label} none={label} value={search.get(name) ?? ''} options={options} onChange={(value) => set(name, value)} />
  );
  const keep = (name: string) => {
    if (name) setSaved([...saved.filter((one) => one.name !== name), { name, search: strip(search) }]);
    setNaming(false);
  };
  return (
    <div className="filters">
      <div className="row">
        {choice('area', '片区', areas.data?.features.map((one) => [one.properties.code, one.properties.name]) ?? [])}
        {choice('workline', '工作线', books.data?.worklines.map((one) => [one.code, one.name]) ?? [])}
        {choice('unit', '单位', units.data?.items.map((one) => [one.code, one.name]) ?? [])}
      </div>
      {active && (
        <div className="row small">
          {search.get('words') && <span className="muted">在最近 92 天内找「{search.get('words')}」</span>}
          <span className="push" />
          {own ? (
            <Button bare onClick={() => setSaved(saved.filter((one) => one !== own))}>
              删除自存筛选
            </Button>
          ) : naming ? (
            <Input
              width={140}
              aria-label="筛选的名字"
              placeholder="起个名字，回车保存"
              autoFocus
              maxLength={12}
              onBlur={() => setNaming(false)}
              onKeyDown={(event, name) => {
                if (event.key === 'Enter') keep(name.trim());
                if (event.key === 'Escape') setNaming(false);
              }}
            />
          ) : (
            <Button bare onClick={() => setNaming(true)}>
              保存筛选
            </Button>
          )}
          <Button bare onClick={() => setSearch(search.get('q') ? { q: search.get('q') ?? '' } : {}, { replace: true })}>
            清除
          </Button>
        </div>
      )}
    </div>
  );
}
