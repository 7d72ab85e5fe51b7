/** What the map shows, in its address: which tickets. */
import type { S } from '../../lib/api';
import { wordsIn } from '../../lib/queues';
import type { MapFilter } from '../../lib/queries';

const OPEN: S['Stage'][] = ['received', 'verifying', 'prompted', 'filed', 'dispatched', 'handling', 'disputed', 'suspended', 'fixed', 'accepted'];

export const STATES: Record<string, { label: string; filter: MapFilter }> = {
  open: { label: '未结', filter: { stage: OPEN } },
  late: { label: '超期', filter: { late: true } },
  relapse: { label: '回弹', filter: { relapse: true } },
  all: { label: '全部', filter: {} },
};

/** A kind of problem in the address: "w:<work line>" or "c:<category>". */
function kindOf(text: string): MapFilter {
  const code = text.slice(2);
  if (text.startsWith('w:')) return { workline: code as S['Workline'] };
  return text.startsWith('c:') ? { category: code } : {};
}

/** The filter of an address. A stage chosen stands before the state's own. */
export function filterOf(search: URLSearchParams): MapFilter {
  const stage = search.get('stage') as S['Stage'] | null;
  const attention = search.get('attention') as S['AttentionKind'] | null;
  return {
    ...STATES[search.get('state') ?? 'all']?.filter,
    ...kindOf(search.get('kind') ?? ''),
    ...(stage ? { stage: [stage] } : {}),
    ...(attention ? { attention } : {}),
    ...wordsIn(search),
  };
}
