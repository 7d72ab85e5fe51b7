/** Gathers more points than one answer holds: a box whose answer is cut short is asked again in quarters. */

export type Box = [number, number, number, number];

interface Part<P> {
  features: P[];
  truncated: boolean;
}

/** The four quarters of a box. */
export function quarters([west, south, east, north]: Box): Box[] {
  const x = (west + east) / 2;
  const y = (south + north) / 2;
  return [
    [west, south, x, y],
    [x, south, east, y],
    [west, y, x, north],
    [x, y, east, north],
  ];
}

/**
 * All points of `whole`, each once by `key`. `ask(undefined)` asks without a box first; at most `most` questions are
 * asked in all, and `truncated` says whether some box was still cut short.
 */
export async function gather<P>(ask: (box: Box | undefined) => Promise<Part<P>>, whole: Box, key: (point: P) => string, most = 96): Promise<Part<P>> {
  const found = new Map<string, P>();
  const keep = (part: Part<P>) => part.features.forEach((one) => found.set(key(one), one));
  const first = await ask(undefined);
  keep(first);
  let boxes = first.truncated ? quarters(whole) : [];
  let asked = 1;
  while (boxes.length > 0 && asked + boxes.length <= most) {
    asked += boxes.length;
    const parts = await Promise.all(boxes.map(ask));
    parts.forEach(keep);
    boxes = boxes.filter((_, at) => parts[at]?.truncated).flatMap(quarters);
  }
  return { features: [...found.values()], truncated: boxes.length > 0 };
}
