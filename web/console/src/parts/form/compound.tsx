/** Inputs of several parts: a limit, a point, rows of a list, the words of a paper. */
import { chinaTime, OPTIONS } from '../../../../shared/words';
import { Select, type Options } from '../select';
import { UnitInput } from './choosers';
import type { InputProps } from './inputs';
import { Button } from '../button';
import { Input, TextArea } from '../field';

const UNITS: Options = ['urgent_hours', 'work_hours', 'work_days', 'calendar_days'].map((unit) => [unit, OPTIONS[unit] ?? unit]);

export function LimitInput({ id, value, onChange }: InputProps) {
  const limit = (value as { amount?: number; unit?: string } | undefined) ?? {};
  return (
    <div className="row">
      <Input
        id={id}
        type="number"
        min={1}
        required
        value={String(limit.amount ?? '')}
        onChange={(text) => onChange({ unit: 'work_days', ...limit, amount: Number(text) })}
      />
      <Select label="时限单位" value={limit.unit ?? 'work_days'} options={UNITS} onChange={(unit) => onChange({ ...limit, unit })} />
    </div>
  );
}

export function PointInput({ id, value, field, onChange }: InputProps) {
  const point = (value as { longitude?: number; latitude?: number } | undefined) ?? {};
  const set = (part: 'longitude' | 'latitude', text: string) => {
    const next = { ...point, [part]: text === '' ? undefined : Number(text) };
    const blank = next.longitude === undefined && next.latitude === undefined;
    onChange(blank ? undefined : { ...next, coord_type: 'wgs84' });
  };
  const input = (part: 'longitude' | 'latitude', name: string) => (
    <Input
      id={part === 'longitude' ? id : undefined}
      aria-label={name}
      placeholder={name}
      type="number"
      step="any"
      required={field.required || Object.keys(point).length > 0}
      value={String(point[part] ?? '')}
      onChange={(text) => set(part, text)}
    />
  );
  return (
    <div className="row">
      {input('longitude', '经度（WGS-84）')}
      {input('latitude', '纬度（WGS-84）')}
    </div>
  );
}

type Row = Record<string, string>;

/** Rows of a division of labour ({unit, task}) or of a plan ({name, due_at}). */
export function RowsInput(props: InputProps) {
  const { value, field, onChange, id } = props;
  const labour = field.of === 'PartAsked';
  const rows = (value as Row[] | undefined) ?? [{}];
  const set = (at: number, part: string, text: unknown) => onChange(rows.map((row, one) => (one === at ? { ...row, [part]: String(text ?? '') } : row)));
  return (
    <div className="stack tight">
      {rows.map((row, at) => (
        <div key={at} className="row">
          {labour ? (
            <UnitInput
              {...props}
              id={at === 0 ? id : `${id}-${at}`}
              value={row.unit}
              field={{ ...field, required: true }}
              onChange={(unit) => set(at, 'unit', unit)}
            />
          ) : (
            <Input
              aria-label={`第${at + 1}个节点的完成时间`}
              type="datetime-local"
              required
              value={(row.due_at ?? '').slice(0, 16)}
              onChange={(text) => set(at, 'due_at', chinaTime(text))}
            />
          )}
          <Input
            id={!labour && at === 0 ? id : undefined}
            aria-label={labour ? `第${at + 1}项任务` : `第${at + 1}个节点`}
            placeholder={labour ? '任务' : '节点'}
            required
            value={row[labour ? 'task' : 'name'] ?? ''}
            onChange={(text) => set(at, labour ? 'task' : 'name', text)}
          />
          <Button bare aria-label={`去掉第${at + 1}行`} disabled={rows.length === 1} onClick={() => onChange(rows.filter((_, one) => one !== at))}>
            ✕
          </Button>
        </div>
      ))}
      <Button style={{ justifySelf: 'start' }} onClick={() => onChange([...rows, {}])}>
        加一行
      </Button>
    </div>
  );
}

const WORDS = { progress: '工作进展', problems: '存在问题', next: '下步打算' } as const;

export function WordsInput({ id, value, onChange }: InputProps) {
  const words = (value as Row | undefined) ?? {};
  return (
    <div className="stack tight">
      {Object.entries(WORDS).map(([part, name], at) => (
        <div key={part} className="field">
          <label htmlFor={at === 0 ? id : `${id}-${part}`}>{name}</label>
          <TextArea id={at === 0 ? id : `${id}-${part}`} rows={3} value={words[part] ?? ''} onChange={(text) => onChange({ ...words, [part]: text })} />
        </div>
      ))}
    </div>
  );
}
