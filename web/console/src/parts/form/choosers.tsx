/** Inputs that choose one of the things the product knows: units, categories, grids, persons, tickets. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { LAYERS } from '../../../../shared/words';
import { GET, take, type S } from '../../lib/api';
import { catalogue, departments, grids, personsOf } from '../../lib/queries';
import { Select, type Options } from '../select';
import type { InputProps } from './inputs';
import { Button } from '../button';
import { Input } from '../field';

/** Units by their kind. */
function useUnits(without: string[] = []): [string, Options][] {
  const known = useQuery(departments);
  const kinds = Map.groupBy(known.data?.items ?? [], (one) => one.kind_label);
  return [...kinds].map(([kind, units]) => [kind, units.filter((one) => !without.includes(one.code)).map((one) => [one.code, one.name])]);
}

export function UnitInput({ id, value, field, onChange }: InputProps) {
  const none = field.required ? '请选择单位' : '不指定';
  return <Select id={id} none={none} required={field.required} value={String(value ?? '')} groups={useUnits()} onChange={onChange} />;
}

export function UnitsInput({ id, value, onChange }: InputProps) {
  const chosen = (value as string[] | undefined) ?? [];
  const known = useQuery(departments);
  const name = (code: string) => known.data?.items.find((one) => one.code === code)?.name ?? code;
  return (
    <div className="stack tight">
      <Select id={id} none={chosen.length ? '再加一个' : '请选择单位'} value="" groups={useUnits(chosen)} onChange={(code) => onChange([...chosen, code])} />
      {chosen.length > 0 && (
        <ul className="row wrap">
          {chosen.map((code) => (
            <li key={code} className="tag">
              {name(code)}{' '}
              <button type="button" className="cross" aria-label={`去掉${name(code)}`} onClick={() => onChange(chosen.filter((one) => one !== code))}>
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function CategoryInput({ id, value, field, onChange, context }: InputProps) {
  const known = useQuery(catalogue);
  const hint = context.ticket?.category_hint;
  const groups = (known.data?.worklines ?? []).map((line): [string, Options] => [line.name, line.categories.map((one) => [one.code, one.name])]);
  return (
    <>
      <Select id={id} none="请选择类别" required={field.required} value={String(value ?? '')} groups={groups} onChange={onChange} />
      {hint && value !== hint.code && (
        <Button bare style={{ justifySelf: 'start' }} onClick={() => onChange(hint.code)}>
          用上报时的类别「{hint.name}」
        </Button>
      )}
    </>
  );
}

export function StandardInput({ id, value, values, field, onChange }: InputProps) {
  const known = useQuery(catalogue);
  const category = known.data?.worklines.flatMap((line) => line.categories).find((one) => one.code === values.category);
  const chosen = category?.standards.find((one) => one.code === value);
  const options = (category?.standards ?? []).map((one): [string, string] => [one.code, `${one.name} · ${one.limit.label}`]);
  return (
    <>
      <Select
        id={id}
        none={category ? '请选择立案标准' : '先选类别'}
        required={field.required}
        value={String(value ?? '')}
        options={options}
        onChange={onChange}
      />
      {chosen && (
        <p className="small muted">
          立案：{chosen.opens_when}；结案：{chosen.closes_when}
        </p>
      )}
    </>
  );
}

function GridSelect({
  layer,
  value,
  onChange,
  doubt,
  id,
}: {
  layer: S['Layer'];
  value: string;
  onChange: (code: string) => void;
  doubt?: S['Doubt'];
  id: string;
}) {
  const all = useQuery(grids(layer));
  const likely = doubt?.candidates ?? [];
  const rest = (all.data?.features ?? []).map((one) => one.properties).filter((one) => !likely.some((other) => other.code === one.code));
  const groups: [string, Options][] = [['全部', rest.map((one) => [one.code, one.name])]];
  if (likely.length > 0) groups.unshift(['可能的网格', likely.map((one) => [one.code, `${one.name} ${Math.round(one.likelihood * 100)}%`])]);
  return (
    <div className="field">
      <label htmlFor={id}>{LAYERS[layer]}</label>
      <Select id={id} none="不改" value={value} groups={groups} onChange={onChange} />
    </div>
  );
}

export function GridsInput({ id, value, onChange, context }: InputProps) {
  const chosen = (value as Record<string, string> | undefined) ?? {};
  const layers = Object.keys(LAYERS) as S['Layer'][];
  return (
    <div className="stack tight">
      {layers.map((layer, at) => (
        <GridSelect
          key={layer}
          id={at === 0 ? id : `${id}-${layer}`}
          layer={layer}
          value={chosen[layer] ?? ''}
          doubt={context.ticket?.attention.find((one) => one.layer === layer)}
          onChange={(code) => {
            const next = Object.fromEntries(Object.entries({ ...chosen, [layer]: code }).filter(([, one]) => one));
            onChange(Object.keys(next).length ? next : undefined);
          }}
        />
      ))}
    </div>
  );
}

/** Persons of the chosen unit, as the list of duties names them, and those the ticket itself names. */
export function PersonInput({ id, value, values, field, onChange, context }: InputProps) {
  const ticket = context.ticket;
  const unit = String(values.lead ?? values.to ?? ticket?.lead?.code ?? '');
  const duties = useQuery({ ...personsOf(unit), enabled: unit !== '' });
  const named = values.lead || values.to ? [] : [ticket?.person, ticket?.leader].filter((one) => one != null);
  const once = [...new Map([...named, ...(duties.data ?? [])].map((one) => [one.account, one])).values()];
  return (
    <Select
      id={id}
      none={field.required ? '请选择' : '由系统按单位确定'}
      required={field.required}
      value={String(value ?? '')}
      options={once.map((one) => [one.account, one.name])}
      onChange={onChange}
    />
  );
}

/** A ticket: one of the suspected twins, or found by its number. */
export function TicketInput({ id, value, onChange, context }: InputProps) {
  const [number, setNumber] = useState('');
  const [said, setSaid] = useState('');
  const twins = context.ticket?.duplicates ?? [];
  const find = async () => {
    try {
      const page = await take<'TicketPage'>(GET('/v1/tickets', { params: { query: { number: number.trim().toUpperCase() } } }));
      const found = page.items[0];
      setSaid(found ? `${found.number} ${found.category?.name ?? ''} ${found.address}` : '没有这个编号的案件');
      onChange(found?.id);
    } catch (error) {
      setSaid(error instanceof Error ? error.message : '没有查到');
    }
  };
  return (
    <div className="stack tight">
      {twins.map((one) => (
        <label key={one.ticket_id} className="row">
          <input type="radio" checked={value === one.ticket_id} onChange={() => onChange(one.ticket_id)} />
          {one.number ?? '未立案'} · {one.stage_label} · 相似度 {Math.round(one.probability * 100)}%
        </label>
      ))}
      <div className="row">
        <Input
          id={id}
          placeholder="输入案件编号，如 SSP2026-000001"
          value={number}
          onChange={setNumber}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            void find();
          }}
        />
        <Button onClick={() => void find()}>查找</Button>
      </div>
      <p className="small muted" role="status">
        {said}
      </p>
    </div>
  );
}
