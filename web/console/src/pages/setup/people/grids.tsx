/** A person's own grids: chosen by name, one after the other. */
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { LAYERS } from '../../../../../shared/words';
import type { S } from '../../../lib/api';
import { grids as gridsQuery } from '../../../lib/queries';
import { Select, type Options } from '../../../parts/select';
import { Input } from '../../../parts/field';

interface Props {
  id: string;
  value: S['StaffAccount']['grids'];
  onChange: (next: Props['value']) => void;
}

export function OwnGrids({ id, value, onChange }: Props) {
  const [layer, setLayer] = useState<S['Layer']>('community');
  const [text, setText] = useState('');
  const known = useQuery(gridsQuery(layer));
  const list = useId();
  const all = known.data?.features.map((one) => one.properties) ?? [];
  const type = (typed: string) => {
    const found = all.find((one) => typed === `${one.name} ${one.code}` || typed === one.code);
    if (!found) return setText(typed);
    setText('');
    if (!value.some((one) => one.code === found.code && one.layer === layer)) onChange([...value, { layer, code: found.code, name: found.name }]);
  };
  return (
    <div className="stack tight">
      <div className="row">
        <Select
          label="哪一层网格"
          width={132}
          value={layer}
          options={Object.entries(LAYERS) as Options}
          onChange={(code) => {
            setLayer(code as S['Layer']);
            setText('');
          }}
        />
        <Input id={id} list={list} placeholder="输入名称或编码，从列表中选" value={text} onChange={type} />
        <datalist id={list}>
          {all.map((one) => (
            <option key={one.code} value={`${one.name} ${one.code}`} />
          ))}
        </datalist>
      </div>
      {value.length > 0 && (
        <ul className="row wrap">
          {value.map((one) => (
            <li key={one.layer + one.code} className="tag">
              {one.name}{' '}
              <button type="button" className="cross" aria-label={`去掉${one.name}`} onClick={() => onChange(value.filter((other) => other !== one))}>
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
