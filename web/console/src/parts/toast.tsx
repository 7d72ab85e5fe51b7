import { useSyncExternalStore } from 'react';

let said: { id: number; words: string }[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(all: typeof said) {
  said = all;
  listeners.forEach((listener) => listener());
}

/** Says that something was done; gone after four seconds. Errors are shown where the act was, not here. */
export function say(words: string) {
  const id = next++;
  set([...said, { id, words }]);
  setTimeout(() => set(said.filter((one) => one.id !== id)), 4_000);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function Toasts() {
  const all = useSyncExternalStore(subscribe, () => said);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {all.map((one) => (
        <div key={one.id} className="toast">
          {one.words}
        </div>
      ))}
    </div>
  );
}
