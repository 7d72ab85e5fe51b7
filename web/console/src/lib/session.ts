/**
 * The session: a short-lived access token in memory, the refresh token in localStorage.
 * A request answered 401 waits for one renewal shared by all; when that is refused the session is `expired`, a dialog
 * asks for the password over the page, and every waiting request goes on after it.
 */
import type { components } from '../../../shared/openapi';
import { NetworkGone, Refused, read } from './refusal';

type S = components['schemas'];
export type Me = S['Me'];
export type Phase = 'starting' | 'out' | 'in' | 'expired';

interface State {
  phase: Phase;
  account: Me | null;
}

const KEY = 'suishoupai.refresh';
let access: string | null = null;
let state: State = { phase: localStorage.getItem(KEY) ? 'starting' : 'out', account: null };
let renewal: Promise<boolean> | null = null;
let waiting: (() => void)[] = [];
const listeners = new Set<() => void>();

export const sessionStore = {
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: () => state,
};

function set(next: Partial<State>) {
  state = { ...state, ...next };
  listeners.forEach((listener) => listener());
}

async function post(path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  } catch {
    throw new NetworkGone();
  }
}

function keep(tokens: S['Tokens']) {
  access = tokens.access_token;
  localStorage.setItem(KEY, tokens.refresh_token);
}

/** Logs in; throws Refused with the server's sentence. Requests that waited go on. */
export async function login(username: string, password: string): Promise<void> {
  const answer = await read<S['LoggedIn']>(await post('/v1/auth/login', { username, password }));
  if (state.phase === 'expired' && state.account && state.account.id !== answer.account.id) {
    throw new Refused(403, 0, `请用原账号「${state.account.name}」登录，或先退出`, [], '');
  }
  keep(answer);
  set({ phase: 'in', account: answer.account });
  waiting.splice(0).forEach((go) => go());
}

/** Forgets the session here and, as far as it can be reached, on the server. */
export async function logout(): Promise<void> {
  const token = localStorage.getItem(KEY);
  localStorage.removeItem(KEY);
  access = null;
  waiting = [];
  set({ phase: 'out', account: null });
  if (token) await post('/v1/auth/logout', { refresh_token: token }).catch(() => undefined);
}

async function renewOnce(): Promise<boolean> {
  const token = localStorage.getItem(KEY);
  if (!token) return false;
  const answer = await post('/v1/auth/refresh', { refresh_token: token });
  if (answer.status === 401 || answer.status === 403) return false;
  keep(await read<S['Tokens']>(answer));
  return true;
}

function renew(): Promise<boolean> {
  renewal ??= renewOnce().finally(() => {
    renewal = null;
  });
  return renewal;
}

/** Takes up the session of the last visit. A server that cannot be reached leaves it as it was. */
export async function resume(): Promise<void> {
  if (state.phase !== 'starting') return;
  try {
    if (!(await renew())) throw new Refused(401, 0, '', [], '');
    const answer = await fetch('/v1/me', { headers: { Authorization: `Bearer ${access}` } });
    set({ phase: 'in', account: await read<Me>(answer) });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    localStorage.removeItem(KEY);
    set({ phase: 'out', account: null });
  }
}

async function send(request: Request): Promise<Response> {
  const asked = request.clone();
  if (access) asked.headers.set('Authorization', `Bearer ${access}`);
  try {
    return await fetch(asked);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new NetworkGone();
  }
}

/** `fetch` with the session: renews on 401, waits for the password if need be, tries once more. */
export async function authorised(request: Request): Promise<Response> {
  const first = await send(request);
  if (first.status !== 401 || state.phase === 'out') return first;
  if (!(await renew())) {
    set({ phase: 'expired' });
    await new Promise<void>((go) => waiting.push(go));
  }
  return send(request);
}
