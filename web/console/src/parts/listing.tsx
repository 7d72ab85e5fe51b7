/** A list that is read page by page: its states, its rows, and the button for more. */
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Empty, Failed, Skeleton } from './states';
import { Button } from './button';

interface Props<P, T> {
  query: UseInfiniteQueryResult<InfiniteData<P>>;
  items: (page: P) => T[];
  none: string;
  advice: string;
  children: (items: T[]) => ReactNode;
}

export function Listing<P, T>({ query, items, none, advice, children }: Props<P, T>) {
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton lines={[44, 44, 44, 44, 44, 44]} />;
  const all = query.data.pages.flatMap(items);
  return (
    <>
      <div className="card scroll-x">{all.length === 0 ? <Empty says={none}>{advice}</Empty> : children(all)}</div>
      {query.hasNextPage && (
        <Button style={{ justifySelf: 'start' }} disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {query.isFetchingNextPage ? '正在取…' : '再看一页'}
        </Button>
      )}
    </>
  );
}
