import { Message } from 'tdesign-react/es/message';
import { useSyncExternalStore } from 'react';

/** How long a message stays, milliseconds; it waits while pointed at. */
const STAYS = 4_000;

let said: { id: number; words: string }[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(all: typeof said) {
  said = all;
  listeners.forEach((listener) => listener());
}

/** Says that something was done. Errors are shown where the act was, not here. */
export function say(words: string) {
  set([...said, { id: next++, words }]);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** The region is always there, so that a screen reader hears what comes into it. */
export function Toasts() {
  const all = useSyncExternalStore(subscribe, () => said);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {all.map((one) => (
        <Message key={one.id} theme="success" duration={STAYS} content={one.words} onClose={() => set(said.filter((other) => other.id !== one.id))} />
      ))}
    </div>
  );
}
