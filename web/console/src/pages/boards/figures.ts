/** Figures of boards as points of a chart. */
import type { S } from '../../lib/api';

type Figure = S['Figure'];

/** Units whose figures are kept in hundredths. */
const HUNDREDTHS: Figure['unit'][] = ['percent', 'points'];

/** A figure's value as it is read: percent and points in whole ones. */
export function valueOf(figure: Figure | undefined): number | null {
  if (figure?.value == null) return null;
  return HUNDREDTHS.includes(figure.unit) ? figure.value / 100 : figure.value;
}

/** One figure over several spans; a span without it is a gap. */
export function lineOf(rows: (S['BoardRow'] | null | undefined)[], figure: string) {
  const found = rows.map((row) => row?.figures.find((one) => one.name === figure));
  return {
    name: found.find((one) => one)?.label ?? figure,
    values: found.map(valueOf),
    printed: found.map((one) => one?.printed ?? '—'),
  };
}

/** The figures a board's rows have, each once, in their order. */
export function columnsOf(board: S['Board']): Figure[] {
  const rows = [...board.rows, ...(board.total ? [board.total] : [])];
  return [...new Map(rows.flatMap((row) => row.figures.map((one) => [one.name, one] as const))).values()];
}
