/**
 * Live changes: one stream of GET /v1/events for the whole page, read with the session's token, resumed after the last
 * event seen. Each event makes what it touches stale (gathered over 400 ms) and is kept for a while, so that rows can
 * show that someone has just acted on them.
 */
import type { QueryClient } from '@tanstack/react-query';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { S } from './api';
import { connection } from './connection';
import { authorised } from './session';

export type LiveEvent = S['LiveEvent'];

const GATHER = 400;
/** The map of all tickets is large: it follows this slowly. */
const MAP_GATHER = 30_000;
const REMEMBER = 8_000;
const recent = new Map<string, LiveEvent>();
const listeners = new Set<() => void>();
let seen: ReadonlyMap<string, LiveEvent> = new Map();

export const liveStore = {
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: () => seen,
};

function tell() {
  seen = new Map(recent);
  listeners.forEach((listener) => listener());
}

function remember(event: LiveEvent) {
  recent.set(event.ticket_id, event);
  tell();
  setTimeout(() => {
    if (recent.get(event.ticket_id) !== event) return;
    recent.delete(event.ticket_id);
    tell();
  }, REMEMBER);
}

/** Makes everything a changed ticket shows in stale, at most once in GATHER; the map once in MAP_GATHER. */
function staler(client: QueryClient) {
  let tickets = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let slow: ReturnType<typeof setTimeout> | undefined;
  return (id: string) => {
    tickets.add(id);
    timer ??= setTimeout(() => {
      timer = undefined;
      for (const one of tickets) void client.invalidateQueries({ queryKey: ['ticket', one] });
      tickets = new Set();
      for (const key of ['tickets', 'statistics', 'notices']) void client.invalidateQueries({ queryKey: [key] });
    }, GATHER);
    slow ??= setTimeout(() => {
      slow = undefined;
      void client.invalidateQueries({ queryKey: ['map'] });
    }, MAP_GATHER);
  };
}

async function listen(signal: AbortSignal, after: string | null, heard: (event: LiveEvent) => void): Promise<void> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (after) headers['Last-Event-ID'] = after;
  const answer = await connection.watch(authorised(new Request(new URL('/v1/events', location.origin), { headers, signal })));
  if (!answer.ok || !answer.body) throw new Error(`events: ${answer.status}`);
  const events = answer.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()).getReader();
  for (;;) {
    const { done, value } = await events.read();
    if (done) return;
    if (value.event === 'ticket') heard(JSON.parse(value.data) as LiveEvent);
  }
}

/** Follows the changes until the answered function is called; waits longer after each failure, 30 s at most. */
export function follow(client: QueryClient): () => void {
  const stop = new AbortController();
  const stale = staler(client);
  let after: string | null = null;
  let pause = 1_000;
  const run = async () => {
    while (!stop.signal.aborted) {
      try {
        await listen(stop.signal, after, (event) => {
          after = event.id;
          pause = 1_000;
          remember(event);
          stale(event.ticket_id);
        });
      } catch {
        pause = Math.min(pause * 2, 30_000);
      }
      await new Promise((go) => setTimeout(go, pause));
    }
  };
  void run();
  return () => stop.abort();
}
