/** A form drawn from what an action needs. What is typed is kept as a draft until it was taken. */
import { useId, useRef, useState, type FormEvent } from 'react';
import { FIELDS } from '../../../../shared/words';
import { isConflict, newKey } from '../../lib/api';
import type { FieldSpec, Values } from '../../lib/act';
import { NetworkGone, Refused } from '../../lib/refusal';
import { FieldInput, type Context } from './inputs';
import { Button } from '../button';

interface Props {
  fields: FieldSpec[];
  context?: Context;
  first?: Values;
  /** Where the draft is kept, e.g. "<ticket>/<action>". */
  draft: string;
  verb: string;
  send: (values: Values, key: string) => Promise<void>;
  onCancel?: () => void;
}

const load = (draft: string): Values => JSON.parse(sessionStorage.getItem(`draft/${draft}`) ?? '{}') as Values;
const store = (draft: string, values: Values) => sessionStorage.setItem(`draft/${draft}`, JSON.stringify(values));
const isBlank = (value: unknown) => value === undefined || value === '' || value === null || (Array.isArray(value) && value.length === 0);

/** The sentence under the form, or null when the fault belongs to a field shown. */
function sentence(error: unknown): string | null {
  if (error === null) return null;
  if (isConflict(error)) return `${error.message}。页面已更新，您填的内容还在，请看过再提交。`;
  return error instanceof Error ? error.message : '没有成功，请再试一次';
}

export function ActionForm({ fields, context, first, draft, verb, send, onCancel }: Props) {
  const [values, setValues] = useState<Values>(() => ({ ...first, ...load(draft) }));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const key = useRef(newKey());
  const form = useId();
  const details = error instanceof Refused ? error.details : [];
  const change = (name: string, value: unknown) => {
    const next = { ...values, [name]: value };
    setValues(next);
    store(draft, next);
    key.current = newKey();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await send(Object.fromEntries(Object.entries(values).filter(([, value]) => !isBlank(value))), key.current);
      sessionStorage.removeItem(`draft/${draft}`);
    } catch (fault) {
      if (!(fault instanceof NetworkGone)) key.current = newKey();
      setError(fault);
      setBusy(false);
    }
  };
  const shown = sentence(error);
  const elsewhere = details.filter((one) => !fields.some((field) => one.field.startsWith(field.name)));
  return (
    <form onSubmit={submit} className="stack" aria-describedby={shown ? `${form}-fault` : undefined}>
      {fields.map((field) => (
        <div key={field.name}>
          <FieldInput
            field={field}
            label={FIELDS[field.name] ?? field.note ?? field.name}
            value={values[field.name]}
            values={values}
            context={context ?? {}}
            onChange={(value) => change(field.name, value)}
          />
          {details
            .filter((one) => one.field.startsWith(field.name))
            .map((one) => (
              <p key={one.reason} className="fault" role="alert">
                {one.reason}
              </p>
            ))}
        </div>
      ))}
      {shown && (
        <div id={`${form}-fault`} className="fault" role="alert">
          <p>{shown}</p>
          {elsewhere.map((one) => (
            <p key={one.field + one.reason}>{one.reason}</p>
          ))}
        </div>
      )}
      <footer className="row" style={{ justifyContent: 'flex-end' }}>
        {onCancel && <Button onClick={onCancel}>取消</Button>}
        <Button type="submit" main disabled={busy}>
          {busy ? '提交中…' : verb}
        </Button>
      </footer>
    </form>
  );
}
