/** What the pages read. Keys begin with the thing's name, so that a live change can make it stale. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { operations } from '../../../shared/openapi';
import { GET, take, type S } from './api';
import { datum, settle } from './base-map';
import { setClock } from './clock';

const HOUR = 3_600_000;

export type TicketFilter = Omit<NonNullable<operations['tickets']['parameters']['query']>, 'cursor' | 'limit' | 'coord_type'>;
export type MapFilter = NonNullable<operations['map']['parameters']['query']>;

/** What the product is set to; asked for until it is had, for no map can be drawn before. */
export const config = queryOptions({
  queryKey: ['config'],
  staleTime: HOUR,
  retry: true,
  retryDelay: 3_000,
  queryFn: async () => {
    const found = await take<'Config'>(GET('/v1/config'));
    settle(found.base_map ?? null);
    setClock(found.now);
    return found;
  },
});
export const catalogue = queryOptions({ queryKey: ['categories'], staleTime: HOUR, queryFn: () => take<'Catalogue'>(GET('/v1/categories')) });
export const departments = queryOptions({ queryKey: ['departments'], staleTime: HOUR, queryFn: () => take<'Departments'>(GET('/v1/departments')) });

export const grids = (layer: S['Layer']) =>
  queryOptions({
    queryKey: ['grids', layer],
    staleTime: HOUR,
    queryFn: () => take<'GridCollection'>(GET('/v1/grids', { params: { query: { layer, coord_type: datum() } } })),
  });

export const statistics = queryOptions({ queryKey: ['statistics'], queryFn: () => take<'Statistics'>(GET('/v1/statistics')) });

export const PAGE = 30;
export const tickets = (query: TicketFilter, pages = 1) =>
  queryOptions({
    queryKey: ['tickets', query, pages],
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const items: S['TicketRow'][] = [];
      let cursor: string | null = null;
      for (let page = 0; page < pages; page += 1) {
        const answer: S['TicketPage'] = await take<'TicketPage'>(
          GET('/v1/tickets', { params: { query: { ...query, limit: PAGE, coord_type: datum(), ...(cursor ? { cursor } : {}) } } }),
        );
        items.push(...answer.items);
        cursor = answer.next_cursor;
        if (!cursor) break;
      }
      return { items, more: cursor !== null };
    },
  });

/** Tickets of all queues whose words or number contain `words`, opened since `opened_from` (the last 92 days without). */
export const found = (words: string, opened_from?: string) =>
  infiniteQueryOptions({
    queryKey: ['tickets', 'found', words, opened_from],
    enabled: words !== '',
    initialPageParam: '',
    placeholderData: keepPreviousData,
    getNextPageParam: (page: S['TicketPage']) => page.next_cursor ?? undefined,
    queryFn: ({ pageParam, signal }) =>
      take<'TicketPage'>(
        GET('/v1/tickets', {
          signal,
          params: { query: { words, limit: PAGE, coord_type: datum(), ...(opened_from ? { opened_from } : {}), ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
  });

export const ticket = (id: string) =>
  queryOptions({
    queryKey: ['ticket', id],
    queryFn: async () => (await take<'AnyTicket'>(GET('/v1/tickets/{id}', { params: { path: { id }, query: { coord_type: datum() } } }))) as S['Ticket'],
  });

export const timeline = (id: string) =>
  queryOptions({
    queryKey: ['ticket', id, 'timeline'],
    queryFn: async () => (await take<'Timeline'>(GET('/v1/tickets/{id}/timeline', { params: { path: { id } } }))).items as S['Step'][],
  });

export const explanation = (id: string) =>
  queryOptions({
    queryKey: ['ticket', id, 'explanation'],
    queryFn: () => take<'Explanation'>(GET('/v1/tickets/{id}/explanation', { params: { path: { id } } })),
  });

export const changes = (id: string) =>
  queryOptions({
    queryKey: ['ticket', id, 'changes'],
    queryFn: async () => (await take<'Changes'>(GET('/v1/tickets/{id}/changes', { params: { path: { id } } }))).items,
  });

/** Most points one answer of the map holds. */
const POINTS = 100_000;

/** All points that fit the filter, the newest when they are more than one answer holds. */
export const ticketMap = (query: MapFilter) =>
  queryOptions({
    queryKey: ['map', query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => take<'MapCollection'>(GET('/v1/tickets/map', { signal, params: { query: { ...query, coord_type: datum(), limit: POINTS } } })),
  });

/** 图斑: tickets that a drone or a satellite saw. */
export const patchMap = queryOptions({
  queryKey: ['map', 'patches'],
  queryFn: async ({ signal }) => {
    const seen = (['drone', 'satellite'] as const).map((source) =>
      take<'MapCollection'>(GET('/v1/tickets/map', { signal, params: { query: { source, coord_type: datum(), limit: POINTS } } })),
    );
    return (await Promise.all(seen)).flatMap((one) => one.features);
  },
});

export const board = (id: S['BoardName'], span?: string, dimension?: S['Dimension'], department?: string) =>
  queryOptions({
    queryKey: ['board', id, span, dimension, department],
    placeholderData: (before: S['Board'] | undefined) => (before?.board === id ? before : undefined),
    queryFn: () => take<'Board'>(GET('/v1/boards/{id}', { params: { path: { id }, query: { span, dimension, department, coord_type: datum() } } })),
  });

export const boards = queryOptions({ queryKey: ['boards'], staleTime: HOUR, queryFn: () => take<'BoardTitles'>(GET('/v1/boards')) });

export const notices = queryOptions({
  queryKey: ['notices'],
  queryFn: () => take<'NoticePage'>(GET('/v1/notices', { params: { query: { limit: 20 } } })),
});

/** Every entry of a register that has a place or a shape. */
export const registerPlaces = (register: S['Register']) =>
  queryOptions({
    queryKey: ['register', register],
    staleTime: HOUR,
    queryFn: async () => {
      const found: S['Entry'][] = [];
      let cursor: string | null = null;
      do {
        const page: S['EntryPage'] = await take<'EntryPage'>(
          GET('/v1/registers/{register}', { params: { path: { register }, query: { coord_type: datum(), limit: 100, ...(cursor ? { cursor } : {}) } } }),
        );
        found.push(...page.items.filter((one) => one.place ?? one.shape));
        cursor = page.next_cursor;
      } while (cursor && found.length < 2_000);
      return found;
    },
  });

/** Who answers for a unit's work, from the list of duties. */
export const personsOf = (department: string) =>
  queryOptions({
    queryKey: ['persons', department],
    staleTime: HOUR,
    queryFn: async () => {
      const page = await take<'ListPage'>(GET('/v1/lists/{list}', { params: { path: { list: 'duties' }, query: { department, limit: 100 } } }));
      return (page.items as S['DutyLine'][]).filter((one) => one.lead?.code === department).flatMap((one) => (one.person ? [one.person] : []));
    },
  });
