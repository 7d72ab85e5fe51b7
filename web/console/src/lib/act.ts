/** Acting on a ticket: with the version seen and a key that a second try repeats. */
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import contract from '../../../shared/actions.json';
import { isConflict, newKey, POST, take, type S } from './api';

export interface FieldSpec {
  name: string;
  required: boolean;
  type?: string;
  is: string | null;
  format: string | null;
  note: string | null;
  max: number | null;
  min: number | null;
  options: string[] | null;
  labels: Record<string, string> | null;
  of: string | null;
}

/** The names of an enum's codes, from the contract. */
export function namesOf(name: keyof typeof contract.names): Record<string, string> {
  return contract.names[name];
}

type Bodies = Record<string, { fields: FieldSpec[] }>;

/** The fields that an action on a ticket, an act or a paper takes, from the contract. */
export function fieldsOf(about: 'ticket' | 'act' | 'paper', action: string): FieldSpec[] {
  return (contract[about] as Bodies)[action]?.fields ?? [];
}

/** Of a body that several uses share, the fields named, in that order. */
export function pick(from: 'task' | 'issue' | 'programme', names: string[]): FieldSpec[] {
  const all = contract[from].fields as FieldSpec[];
  return names.flatMap((name) => all.filter((one) => one.name === name));
}

export type Values = Record<string, unknown>;

interface Seen {
  id: string;
  version: number;
}

/** Sends one action on a ticket; answers the ticket as it is now. */
export async function sendAct(seen: Seen, action: S['ActionKind'], values: Values, key = newKey()): Promise<S['Ticket']> {
  const answer = await take<'AnyTicket'>(
    POST('/v1/tickets/{id}/actions', {
      params: { path: { id: seen.id }, header: { 'Idempotency-Key': key, 'If-Match': `"${seen.version}"` } },
      body: { action, ...values } as S['ActionRequest'],
    }),
  );
  return answer as S['Ticket'];
}

/** Makes what an acted-on ticket shows in stale. */
export function touched(client: QueryClient, id: string) {
  for (const key of [['ticket', id], ['tickets'], ['statistics'], ['map'], ['acts']]) void client.invalidateQueries({ queryKey: key });
}

/** An act on a ticket for pages: keeps the lists right, reloads after a colleague was faster. */
export function useAct() {
  const client = useQueryClient();
  return async (seen: Seen, action: S['ActionKind'], values: Values, key?: string) => {
    try {
      const now = await sendAct(seen, action, values, key);
      touched(client, seen.id);
      return now;
    } catch (error) {
      if (isConflict(error)) touched(client, seen.id);
      throw error;
    }
  };
}
