/** The states every part of a page can be in besides showing its content. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Refused } from '../lib/refusal';
import { Button } from './button';

/** Grey lines where the content will stand; `lines` are heights in pixels. */
export function Skeleton({ lines }: { lines: number[] }) {
  return (
    <div className="stack tight" aria-busy="true">
      <span className="hidden" role="status">
        正在加载
      </span>
      {lines.map((height, at) => (
        <div key={at} className="skeleton" style={{ height }} />
      ))}
    </div>
  );
}

/** Nothing here: one sentence, and what to do. */
export function Empty({ says, children }: { says: string; children?: ReactNode }) {
  return (
    <div className="state">
      <strong>{says}</strong>
      {children}
    </div>
  );
}

/** What went wrong, in the server's own words, with a way to try again. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div className="state" role="alert">
      <strong>{error instanceof Error ? error.message : '出错了，请再试一次'}</strong>
      {error instanceof Refused && error.request && <span className="small">请求编号 {error.request}</span>}
      {retry && <Button onClick={retry}>再试一次</Button>}
    </div>
  );
}

/** Shows a query: its skeleton, its error, or its data. */
export function Shown<T>({ query, lines, children }: { query: UseQueryResult<T>; lines: number[]; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton lines={lines} />;
}
