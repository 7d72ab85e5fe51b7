import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { operations } from '../../../../shared/openapi';
import { GET, take, type S } from '../../lib/api';
import { now } from '../../lib/clock';

type Of<K extends keyof operations> = operations[K]['parameters'] extends { query?: infer Q } ? NonNullable<Q> : never;

const next = (page: { next_cursor: string | null }) => page.next_cursor ?? undefined;
const from = (cursor: string) => (cursor ? { cursor } : {});

export const papers = (query: Of<'papers'>) =>
  infiniteQueryOptions({
    queryKey: ['papers', query],
    initialPageParam: '',
    getNextPageParam: next,
    queryFn: ({ pageParam }) => take<'PaperPage'>(GET('/v1/papers', { params: { query: { limit: 50, ...query, ...from(pageParam) } } })),
  });

export const paper = (id: string) =>
  queryOptions({
    queryKey: ['papers', 'one', id],
    queryFn: () => take<'Paper'>(GET('/v1/papers/{id}', { params: { path: { id } } })),
  });

export const tasks = (query: Of<'tasks'>) =>
  infiniteQueryOptions({
    queryKey: ['tasks', query],
    initialPageParam: '',
    getNextPageParam: next,
    queryFn: ({ pageParam }) => take<'TaskPage'>(GET('/v1/tasks', { params: { query: { limit: 50, ...query, ...from(pageParam) } } })),
  });

export const programmes = (query: Of<'programmes'>) =>
  infiniteQueryOptions({
    queryKey: ['programmes', query],
    initialPageParam: '',
    getNextPageParam: next,
    queryFn: ({ pageParam }) => take<'ProgrammePage'>(GET('/v1/programmes', { params: { query: { limit: 50, ...query, ...from(pageParam) } } })),
  });

export const programme = (id: string) =>
  queryOptions({
    queryKey: ['programmes', 'one', id],
    queryFn: () => take<'ProgrammeBoard'>(GET('/v1/programmes/{id}', { params: { path: { id } } })),
  });

/** Second looks that fall due within a fortnight are listed too. */
const AHEAD = 14 * 86_400_000;

export const rechecks = infiniteQueryOptions({
  queryKey: ['tickets', 'rechecks'],
  initialPageParam: '',
  getNextPageParam: next,
  queryFn: ({ pageParam }) =>
    take<'RecheckPage'>(GET('/v1/rechecks', { params: { query: { limit: 50, due_before: new Date(now() + AHEAD).toISOString(), ...from(pageParam) } } })),
});

export type PaperKind = S['PaperKind'];
