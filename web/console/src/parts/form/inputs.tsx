/** One input for each kind of field in the contract. */
import { useId } from 'react';
import { chinaTime, OPTIONS } from '../../../../shared/words';
import type { S } from '../../lib/api';
import type { FieldSpec, Values } from '../../lib/act';
import { Select, type Options } from '../select';
import { CategoryInput, GridsInput, PersonInput, StandardInput, TicketInput, UnitInput, UnitsInput } from './choosers';
import { LimitInput, PointInput, RowsInput, WordsInput } from './compound';
import { PhotosInput } from './photos';
import { ShotsInput } from './shots';
import type { Shot } from '../shot-picker';
import { Input, TextArea } from '../field';

export interface Context {
  ticket?: S['Ticket'];
  decisions?: S['PaperDecision'][];
  /** Photos to choose from, where none are to be taken anew. */
  shots?: Shot[];
}

export interface InputProps {
  id: string;
  value: unknown;
  values: Values;
  field: FieldSpec;
  label: string;
  context: Context;
  onChange: (value: unknown) => void;
}

function TextInput({ id, value, field, onChange }: InputProps) {
  return <TextArea id={id} required={field.required} most={field.max ?? undefined} value={String(value ?? '')} onChange={onChange} />;
}

function NumberInput({ id, value, field, onChange }: InputProps) {
  return (
    <Input
      id={id}
      type="number"
      required={field.required}
      step={field.type === 'number' ? 'any' : 1}
      min={field.min ?? undefined}
      max={field.max ?? undefined}
      value={value === undefined ? '' : String(value)}
      onChange={(text) => onChange(text === '' ? undefined : Number(text))}
    />
  );
}

function TimeInput({ id, value, field, onChange }: InputProps) {
  return (
    <Input
      id={id}
      type="datetime-local"
      required={field.required}
      value={String(value ?? '').slice(0, 16)}
      onChange={(text) => onChange(text ? chinaTime(text) : undefined)}
    />
  );
}

function OptionsInput({ id, value, field, onChange }: InputProps) {
  const options = (field.options ?? []).map((one): [string, string] => [one, field.labels?.[one] ?? OPTIONS[one] ?? one]);
  return <Select id={id} none="请选择" required={field.required} value={String(value ?? '')} options={options} onChange={onChange} />;
}

const YES_NO: Options = [
  ['true', '是'],
  ['false', '否'],
];

function YesNoInput({ id, value, field, onChange }: InputProps) {
  return (
    <Select
      id={id}
      none={field.required ? '请选择' : '不填'}
      required={field.required}
      value={value === undefined ? '' : String(value)}
      options={YES_NO}
      onChange={(code) => onChange(code === '' ? undefined : code === 'true')}
    />
  );
}

function DecisionInput({ id, value, context, onChange }: InputProps) {
  const open = context.decisions?.filter((one) => one.status === 'open') ?? [];
  return <Select id={id} none="请选择" required value={String(value ?? '')} options={open.map((one) => [one.id, one.words])} onChange={onChange} />;
}

function LineInput({ id, value, field, onChange }: InputProps) {
  return (
    <Input
      id={id}
      type={field.is === 'Day' ? 'date' : 'text'}
      required={field.required}
      maxLength={field.max ?? undefined}
      value={String(value ?? '')}
      onChange={onChange}
    />
  );
}

const BY_TYPE: Record<string, (props: InputProps) => React.ReactNode> = {
  Limit: LimitInput,
  GivenPoint: PointInput,
  GridChoice: GridsInput,
  PaperWords: WordsInput,
  PartAsked: RowsInput,
  MilestoneAsked: RowsInput,
  category: CategoryInput,
  standard: StandardInput,
  person: PersonInput,
  photo_ids: PhotosInput,
  no_faces: PhotosInput,
  parties: UnitsInput,
  decision: DecisionInput,
  units: UnitsInput,
  department: UnitInput,
  Day: LineInput,
};

/** Text no longer than this is asked for in one line. */
const LINE = 120;

function inputOf(field: FieldSpec, context: Context): (props: InputProps) => React.ReactNode {
  const named = BY_TYPE[field.is ?? ''] ?? BY_TYPE[field.of ?? ''] ?? BY_TYPE[field.name];
  if (named === PhotosInput && context.shots) return ShotsInput;
  if (named) return named;
  if (field.options) return OptionsInput;
  if (field.is === 'Code') return UnitInput;
  if (field.is === 'Id') return TicketInput;
  if (field.format === 'date-time' || field.name === 'due_at') return TimeInput;
  if (field.type === 'boolean') return YesNoInput;
  if (field.type === 'integer' || field.type === 'number') return NumberInput;
  return (field.max ?? LINE + 1) > LINE ? TextInput : LineInput;
}

/** The label and the input of one field. */
export function FieldInput(props: Omit<InputProps, 'id'>) {
  const id = useId();
  const Input = inputOf(props.field, props.context);
  const optional = !props.field.required && Input !== ShotsInput;
  return (
    <div className="field">
      <label htmlFor={id}>
        {props.label}
        {optional && '（可不填）'}
      </label>
      <Input {...props} id={id} />
    </div>
  );
}
