import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { now as clock } from './clock';
import { connection } from './connection';
import { liveStore, type LiveEvent } from './live';
import { sessionStore, type Me } from './session';

/** The session's phase and account. */
export function useSession() {
  return useSyncExternalStore(sessionStore.subscribe, sessionStore.get);
}

/** The account, inside pages that need one. */
export function useMe(): Me {
  const { account } = useSession();
  if (!account) throw new Error('no account');
  return account;
}

export function useOnline(): boolean {
  return useSyncExternalStore(connection.subscribe, connection.get);
}

/** What just happened to a ticket, for some seconds. */
export function useRecent(): ReadonlyMap<string, LiveEvent> {
  return useSyncExternalStore(liveStore.subscribe, liveStore.get);
}

/** The time now, renewed every half minute: enough for remaining times. */
export function useNow(): number {
  const [now, setNow] = useState(clock);
  useEffect(() => {
    const timer = setInterval(() => setNow(clock()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

const STORED = 'suishoupai:stored';

/** State kept in localStorage under `key`, the same for all who use it. */
export function useStored<T>(key: string, first: T): [T, (next: T) => void] {
  const text = useSyncExternalStore(
    (listener) => {
      window.addEventListener(STORED, listener);
      return () => window.removeEventListener(STORED, listener);
    },
    () => localStorage.getItem(key),
  );
  const value = useMemo(() => (text === null ? first : (JSON.parse(text) as T)), [text]);
  return [
    value,
    (next: T) => {
      localStorage.setItem(key, JSON.stringify(next));
      window.dispatchEvent(new Event(STORED));
    },
  ];
}

/** The page's name in the tab. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · 随手拍督查台`;
  }, [title]);
}
