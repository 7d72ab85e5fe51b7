/** The queues of the desk: which tickets each holds and how many, read from the statistics. */
import type { S } from './api';
import type { TicketFilter } from './queries';
import { may } from './roles';

export interface Queue {
  id: string;
  label: string;
  filter: TicketFilter;
  count: (now: S['Statistics']) => number;
  /** Shown in the colour of lateness when not empty. */
  alarming?: boolean;
}

const OPEN: S['Stage'][] = ['received', 'verifying', 'prompted', 'filed', 'dispatched', 'handling', 'disputed', 'suspended', 'fixed', 'accepted'];

const inStages = (now: S['Statistics'], stages: S['Stage'][]) =>
  now.by_stage.filter((one) => stages.includes(one.stage)).reduce((sum, one) => sum + one.tickets, 0);
const withDoubt = (now: S['Statistics'], kind?: S['AttentionKind']) =>
  now.by_attention.filter((one) => !kind || one.kind === kind).reduce((sum, one) => sum + one.tickets, 0);

function staged(id: string, label: string, stage: S['Stage'][]): Queue {
  return { id, label, filter: { stage }, count: (now) => inStages(now, stage) };
}

function doubted(id: string, label: string, attention: S['AttentionKind']): Queue {
  return { id, label, filter: { attention }, count: (now) => withDoubt(now, attention) };
}

/** What only a person can settle: the dispatcher's first and main queue. */
export const EXCEPTIONS: Queue = { id: 'exceptions', label: '待裁决', filter: { doubtful: true }, count: (now) => withDoubt(now) };

export const QUEUES: Queue[] = [
  EXCEPTIONS,
  staged('received', '待受理', ['received', 'verifying', 'prompted']),
  staged('filed', '待派遣', ['filed']),
  staged('handling', '处置中', ['dispatched', 'handling', 'suspended']),
  staged('fixed', '待核查', ['fixed', 'accepted']),
  { id: 'late', label: '超期', filter: { late: true, stage: OPEN }, count: (now) => now.counts.open_overdue, alarming: true },
  staged('disputed', '会商', ['disputed']),
  doubted('doubtful_proof', '存疑证据', 'doubtful_proof'),
  doubted('duplicate', '疑似重复', 'duplicate'),
  { id: 'all', label: '全部', filter: {}, count: (now) => now.counts.received },
];

/** The queue a page starts with: exceptions for who decides them, else what is being handled. */
export function firstQueue(role: S['Role']): string {
  return may(role, 'settle') ? 'exceptions' : 'handling';
}

/** Fewest letters that can be searched for. */
export const FEWEST = 2;

/** The words of an address, as the API takes them. */
export function wordsIn(search: URLSearchParams): { words?: string } {
  const words = search.get('words')?.trim() ?? '';
  return words.length < FEWEST ? {} : { words };
}

/** The queue of an address, and the filter that it and the address make together. */
export function queueOf(search: URLSearchParams, role: S['Role']): { queue: Queue; filter: TicketFilter } {
  const id = search.get('q') ?? firstQueue(role);
  const queue = QUEUES.find((one) => one.id === id) ?? EXCEPTIONS;
  const picked = Object.fromEntries(['category', 'unit', 'area', 'workline'].flatMap((name) => (search.get(name) ? [[name, search.get(name)]] : [])));
  return { queue, filter: { ...queue.filter, ...picked, ...wordsIn(search) } };
}
