import { infiniteQueryOptions } from '@tanstack/react-query';
import type { operations } from '../../../../../shared/openapi';
import { namesOf } from '../../../lib/act';
import { GET, take, type S } from '../../../lib/api';
import type { Options } from '../../../parts/select';

export type PeopleFilter = Omit<NonNullable<operations['people']['parameters']['query']>, 'cursor' | 'limit'>;

export const people = (query: PeopleFilter) =>
  infiniteQueryOptions({
    queryKey: ['people', query],
    initialPageParam: '',
    getNextPageParam: (page: S['PeoplePage']) => page.next_cursor ?? undefined,
    queryFn: ({ pageParam }) =>
      take<'PeoplePage'>(GET('/v1/people', { params: { query: { ...query, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } })),
  });

const OTHERS = ['citizen', 'system'];

/** Roles that staff can have. */
export const ROLES: Options = Object.entries(namesOf('Role')).filter(([code]) => !OTHERS.includes(code));
