/** The door to the API, typed from openapi.yaml: paths and parameters by openapi-fetch, data by the schema named. */
import createClient from 'openapi-fetch';
import type { components, paths } from '../../../shared/openapi';
import { read, Refused } from './refusal';
import { authorised } from './session';
import { connection } from './connection';

export type S = components['schemas'];

const client = createClient<paths>({
  baseUrl: location.origin,
  fetch: (request) => connection.watch(authorised(request)),
  querySerializer: { array: { style: 'form', explode: false } },
});

export const { GET, POST } = client;

interface Answered {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/** The data of an answer, as the schema `K`; throws Refused or NetworkGone. */
export async function take<K extends keyof S>(asked: Promise<Answered>): Promise<S[K]> {
  const { data, error, response } = await asked;
  if (data) return (data as { data: unknown }).data as S[K];
  return read<S[K]>(new Response(JSON.stringify(error ?? null), { status: response.status }));
}

/** A key for one submission. Plain http pages have no randomUUID. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Sends a form with a file; answers the envelope's data. */
export async function sendForm<K extends keyof S>(path: string, form: FormData, key?: string): Promise<S[K]> {
  const headers = key ? { 'Idempotency-Key': key } : undefined;
  const request = new Request(new URL(path, location.origin), { method: 'POST', body: form, headers });
  return read<S[K]>(await connection.watch(authorised(request)));
}

/** Fetches a file and hands it to the browser under `name`. */
export async function download(path: string, name: string): Promise<void> {
  const answer = await connection.watch(authorised(new Request(new URL(path, location.origin))));
  if (!answer.ok) await read(answer);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** True when a colleague was faster (the version seen is no longer the ticket's). */
export function isConflict(error: unknown): error is Refused {
  return error instanceof Refused && error.status === 409;
}
