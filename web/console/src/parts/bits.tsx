/** Small pieces of tickets that several pages show. */
import { remaining, type Timed } from '../../../shared/remain';
import type { S } from '../lib/api';

const TONE: Partial<Record<S['Stage'], string>> = { closed: 'ok', accepted: 'ok', disputed: 'soon', suspended: 'soon', fixed: 'accent' };

export function StageTag({ stage, label }: { stage: S['Stage']; label: string }) {
  return <span className={`tag ${TONE[stage] ?? ''}`}>{label}</span>;
}

const OUTCOME: Record<S['Outcome'], string> = { pass: 'ok', doubt: 'soon', fail: 'late' };

export function OutcomeTag({ outcome, label }: { outcome: S['Outcome']; label: string }) {
  return <span className={`tag ${OUTCOME[outcome]}`}>{label}</span>;
}

/** Remaining time in its colour, with how many times the limit is used up when late. */
export function Remain({ row }: { row: Timed }) {
  const { urgency, text, times } = remaining(row);
  if (urgency === 'none') return null;
  return (
    <span className={`remain ${urgency}`}>
      {text}
      {times && <span title="已用的工作时间是时限的多少倍"> {times}</span>}
    </span>
  );
}

/** A picture of the product; a plain field of the same size when it cannot be had. */
export function Picture({ src, says, className }: { src: string | undefined; says: string; className: string }) {
  if (!src) return <div className={`${className} nothing`} role="img" aria-label={`${says}：没有照片`} />;
  return <img className={className} src={src} alt={says} loading="lazy" decoding="async" />;
}
