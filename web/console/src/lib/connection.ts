/** Whether the server can be reached, learnt from every request. */
import { NetworkGone } from './refusal';

let up = true;
const listeners = new Set<() => void>();

function set(next: boolean) {
  if (next === up) return;
  up = next;
  listeners.forEach((listener) => listener());
}

export const connection = {
  subscribe(listener: () => void) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: () => up,
  /** Learns from one request and passes its answer on. */
  async watch(asked: Promise<Response>): Promise<Response> {
    try {
      const answer = await asked;
      set(answer.status < 502 || answer.status > 504);
      return answer;
    } catch (error) {
      if (error instanceof NetworkGone) set(false);
      throw error;
    }
  },
};
