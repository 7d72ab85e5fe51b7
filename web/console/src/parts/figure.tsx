/** A number that shows its formula, numerator and denominator when pointed at or reached by keyboard. */
import { useId, useState } from 'react';
import type { S } from '../lib/api';

export interface Formula {
  label: string;
  text: string;
  version: number;
}

interface Props {
  figure: Pick<S['Figure'], 'label' | 'printed' | 'numerator' | 'denominator' | 'version'> & { unit?: S['Figure']['unit'] };
  formula: Formula | undefined;
  className?: string;
}

const WIDTH = 320;

export function Fig({ figure, formula, className = '' }: Props) {
  const [at, setAt] = useState<{ left: number; top: number } | null>(null);
  const id = useId();
  const ratio = figure.unit === undefined || figure.unit === 'percent';
  const show = (target: HTMLElement) => {
    const box = target.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, window.innerWidth - WIDTH - 8));
    setAt({ left, top: Math.min(box.bottom + 6, window.innerHeight - 120) });
  };
  return (
    <>
      <button
        type="button"
        className={`fig num ${className}`}
        aria-describedby={at ? id : undefined}
        onMouseEnter={(event) => show(event.currentTarget)}
        onMouseLeave={() => setAt(null)}
        onFocus={(event) => show(event.currentTarget)}
        onBlur={() => setAt(null)}
        onKeyDown={(event) => event.key === 'Escape' && setAt(null)}
      >
        {figure.printed}
      </button>
      {at && (
        <span id={id} role="tooltip" className="tip" style={{ ...at, width: WIDTH }}>
          <strong>{formula?.label ?? figure.label}</strong>
          <span className="block">{formula?.text ?? '没有给出公式'}</span>
          {ratio && (
            <span className="block num">
              {figure.numerator} ÷ {figure.denominator} = {figure.printed}
            </span>
          )}
          <span className="block small">公式第 {figure.version} 版</span>
        </span>
      )}
    </>
  );
}
