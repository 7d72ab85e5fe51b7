/** Keys of the spans boards and papers are drawn over: 2026-11-23, 2026-W47 (ISO 8601), 2026-11, 2026Q4, 2026. */

export type SpanKind = 'day' | 'week' | 'month' | 'quarter' | 'year';

export const SPAN_KINDS: Record<SpanKind, string> = {
  day: '日',
  week: '周',
  month: '月',
  quarter: '季',
  year: '年',
};

const DAY = 86_400_000;
const two = (number: number) => String(number).padStart(2, '0');
const utc = (year: number, month: number, day: number) => new Date(Date.UTC(year, month, day));

/** Today in China, as a date whose UTC parts are the calendar's. */
export function today(now: number): Date {
  return new Date(Math.floor((now + 8 * 3_600_000) / DAY) * DAY);
}

function weekOf(date: Date): string {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * DAY);
  const first = utc(thursday.getUTCFullYear(), 0, 1);
  const week = 1 + Math.floor((thursday.getTime() - first.getTime()) / (7 * DAY));
  return `${thursday.getUTCFullYear()}-W${two(week)}`;
}

/** The key of the span of `kind` that holds `date`. */
export function keyOf(kind: SpanKind, date: Date): string {
  const year = date.getUTCFullYear();
  const month = two(date.getUTCMonth() + 1);
  if (kind === 'day') return `${year}-${month}-${two(date.getUTCDate())}`;
  if (kind === 'week') return weekOf(date);
  if (kind === 'month') return `${year}-${month}`;
  if (kind === 'quarter') return `${year}Q${Math.floor(date.getUTCMonth() / 3) + 1}`;
  return String(year);
}

/** The first day of a span. */
export function firstDay(key: string): Date {
  const year = Number(key.slice(0, 4));
  const rest = key.slice(4);
  if (rest.startsWith('-W')) {
    const fourth = utc(year, 0, 4);
    const monday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * DAY;
    return new Date(monday + (Number(rest.slice(2)) - 1) * 7 * DAY);
  }
  if (rest.startsWith('Q')) return utc(year, (Number(rest[1]) - 1) * 3, 1);
  const [, month = '01', day = '01'] = key.split('-');
  return utc(year, Number(month) - 1, Number(day));
}

/** Which kind of span a key names. */
export function kindOf(key: string): SpanKind {
  if (key.includes('W')) return 'week';
  if (key.includes('Q')) return 'quarter';
  return key.length === 4 ? 'year' : key.length === 7 ? 'month' : 'day';
}

/** The key `by` spans later (earlier when negative). */
export function step(key: string, by: number): string {
  const kind = kindOf(key);
  const from = firstDay(key);
  const year = from.getUTCFullYear();
  const month = from.getUTCMonth();
  const day = from.getUTCDate();
  const to = {
    day: () => utc(year, month, day + by),
    week: () => utc(year, month, day + 7 * by),
    month: () => utc(year, month + by, 1),
    quarter: () => utc(year, month + 3 * by, 1),
    year: () => utc(year + by, 0, 1),
  }[kind]();
  return keyOf(kind, to);
}
