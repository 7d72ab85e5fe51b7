/** What opens below a word of the top bar. */
import type { ReactNode } from 'react';

interface Props {
  /** What is written on it. */
  says: ReactNode;
  label?: string;
  className: string;
  children: ReactNode;
}

export function Menu({ says, label, className, children }: Props) {
  return (
    <details className="menu">
      <summary className="t-button t-button--theme-default t-button--variant-text" aria-label={label}>
        <span className="t-button__text">{says}</span>
      </summary>
      <div className={`drop ${className}`}>{children}</div>
    </details>
  );
}
