/** Adding or changing one person: a file of one row, tried first; what is wrong stands at its field. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { GET, sendForm, take, type S } from '../../../lib/api';
import { namesOf } from '../../../lib/act';
import { DUTIES } from '../../../lib/duties';
import { columnOf, gridsCell, personCsv, type Column, type PersonRow } from '../../../lib/person-csv';
import { departments } from '../../../lib/queries';
import { Refused } from '../../../lib/refusal';
import { Dialog } from '../../../parts/dialog';
import { Select, type Options } from '../../../parts/select';
import { say } from '../../../parts/toast';
import { OwnGrids } from './grids';
import { ROLES } from './queries';
import { Button } from '../../../parts/button';
import { Input } from '../../../parts/field';

type Account = S['StaffAccount'];
type Typed = Omit<PersonRow, 'grids'>;

const BLANK: Typed = { username: '', name: '', role: '', department: '', phone: '', inspector_side: '', password: '' };

function first(person: Account | null): Typed {
  if (!person) return BLANK;
  const { username, name, role, department, phone, side } = person;
  return { username: username ?? '', name, role, department: department?.code ?? '', phone: phone ?? '', inspector_side: side ?? '', password: '' };
}

/** What the server found wrong, by column, and what it said of the whole. */
interface Faults {
  whole: string;
  at: Partial<Record<Column, string[]>>;
}

function read(error: unknown): Faults {
  const whole = error instanceof Error ? error.message : '没有成功，请再试一次';
  const details = error instanceof Refused ? error.details : [];
  const at: Faults['at'] = {};
  const rest: string[] = [];
  for (const one of details) {
    const column = columnOf(one.column ?? one.field);
    if (column) (at[column] ??= []).push(one.reason);
    else rest.push(one.reason);
  }
  return { whole: [details.length > rest.length ? '请改正标红的地方' : whole, ...rest].join(';'), at };
}

/** Whether another account has this name: a file would change it without a word. */
async function isTaken(username: string): Promise<boolean> {
  const page = await take<'PeoplePage'>(GET('/v1/people', { params: { query: { words: username.trim(), limit: 100 } } }));
  return page.items.some((one) => one.username === username.trim());
}

async function send(row: PersonRow, trial: boolean) {
  const form = new FormData();
  if (trial) form.set('dry_run', 'true');
  form.set('file', new File([personCsv(row)], 'person.csv', { type: 'text/csv' }));
  await sendForm<'ImportSummary'>('/v1/imports/people', form);
}

function Line({ id, label, faults, children }: { id: string; label: string; faults: string[] | undefined; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {faults?.map((one) => (
        <p key={one} className="fault" role="alert">
          {one}
        </p>
      ))}
    </div>
  );
}

export function PersonForm({ person, onClose }: { person: Account | null; onClose: () => void }) {
  const client = useQueryClient();
  const units = useQuery(departments);
  const id = useId();
  const [typed, setTyped] = useState(() => first(person));
  const [own, setOwn] = useState(() => person?.grids ?? []);
  const [faults, setFaults] = useState<Faults | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (column: keyof Typed, text: string) => setTyped((before) => ({ ...before, [column]: text }));
  const row: PersonRow = { ...typed, grids: gridsCell(own), inspector_side: typed.role === 'inspector' ? typed.inspector_side : '' };
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFaults(null);
    try {
      if (!person && (await isTaken(row.username))) {
        setFaults({ whole: '请改正标红的地方', at: { username: ['这个用户名已经有人用，请换一个，或在列表中修改那个账号'] } });
        setBusy(false);
        return;
      }
      await send(row, true);
      await send(row, false);
      void client.invalidateQueries({ queryKey: ['people'] });
      say(person ? `已改「${row.name}」` : `已添加「${row.name}」`);
      onClose();
    } catch (error) {
      setFaults(read(error));
      setBusy(false);
    }
  };
  const line = (column: Column, label: string, input: (at: string) => ReactNode) => (
    <Line id={`${id}-${column}`} label={label} faults={faults?.at[column]}>
      {input(`${id}-${column}`)}
    </Line>
  );
  const text =
    (column: keyof Typed, more: object = {}) =>
    (at: string) => (
      <Input id={at} value={typed[column]} aria-invalid={faults?.at[column] ? true : undefined} onChange={(text) => set(column, text)} {...more} />
    );
  const select = (column: keyof Typed, none: string, options: Options) => (at: string) => (
    <Select id={at} required none={none} value={typed[column]} options={options} fault={Boolean(faults?.at[column])} onChange={(code) => set(column, code)} />
  );
  return (
    <Dialog title={person ? `修改 · ${person.name}` : '添加人员'} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void keep(event)}>
        <div className="halves">
          {line('username', '用户名（小写字母、数字）', text('username', { required: true, maxLength: 40, readOnly: Boolean(person), autoComplete: 'off' }))}
          {line('name', '姓名', text('name', { required: true, maxLength: 40, autoComplete: 'off' }))}
          {line('role', '角色', select('role', '请选择角色', ROLES))}
          {line(
            'department',
            '单位',
            select(
              'department',
              '请选择单位',
              (units.data?.items ?? []).map((one) => [one.code, one.name]),
            ),
          )}
        </div>
        {typed.role && <p className="small muted">{DUTIES[typed.role as S['Role']]}</p>}
        {typed.role === 'inspector' && line('inspector_side', '代表哪一方验收', select('inspector_side', '请选择', Object.entries(namesOf('Side'))))}
        {line('grids', '网格（可不填，网格员必填）', (at) => (
          <OwnGrids id={at} value={own} onChange={setOwn} />
        ))}
        <div className="halves">
          {line('phone', '电话（可不填）', text('phone', { type: 'tel', maxLength: 20, autoComplete: 'off' }))}
          {!person &&
            line(
              'password',
              '初始密码（至少 8 位）',
              text('password', { type: 'password', minLength: 8, maxLength: 128, required: true, autoComplete: 'new-password' }),
            )}
        </div>
        {person && <p className="small muted">改角色、单位或网格立即生效；密码不变，要换请用「重置密码」。</p>}
        {faults && (
          <p className="fault" role="alert">
            {faults.whole}
          </p>
        )}
        <footer className="row">
          <Button className="push" onClick={onClose}>
            取消
          </Button>
          <Button type="submit" main disabled={busy}>
            {busy ? '正在检查…' : person ? '保存' : '添加'}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
