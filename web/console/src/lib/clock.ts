/** The district's time: the server's clock, whatever this machine's says. Deadlines and spans are reckoned by it. */
let ahead = 0;

/** Takes the server's time as it was answered just now. */
export function setClock(server: string | undefined) {
  const time = Date.parse(server ?? '');
  if (!Number.isNaN(time)) ahead = time - Date.now();
}

/** Now, in milliseconds since 1970. */
export const now = () => Date.now() + ahead;
