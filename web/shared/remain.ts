/** Remaining time of a ticket as text and colour. Pure; the rest is minutes of the wall, its share of the limit is measured by the working clock. */

export type Urgency = 'none' | 'calm' | 'soon' | 'late';

export interface Remaining {
  urgency: Urgency;
  text: string;
  /** How many times the working time allowed has been used up when late ("×2.0"), else null. */
  times: string | null;
}

export interface Timed {
  due_at: string | null;
  remaining_minutes: number | null;
  /** Working minutes the present handler's clock allows and has counted; null where none runs or ran. */
  allowed_minutes: number | null;
  used_minutes: number | null;
  late: boolean;
}

/** Share of the limit below which the rest is shown as running out. */
const SOON = 0.25;

/** Minutes as "3天4小时", "2小时5分" or "40分"; two units at most. */
export function span(minutes: number): string {
  const whole = Math.max(0, Math.round(minutes));
  const days = Math.floor(whole / 1440);
  const hours = Math.floor((whole % 1440) / 60);
  const rest = whole % 60;
  if (days > 0) return hours > 0 ? `${days}天${hours}小时` : `${days}天`;
  if (hours > 0) return rest > 0 ? `${hours}小时${rest}分` : `${hours}小时`;
  return `${rest}分`;
}

/** Reads a row's times. `remaining_minutes` is negative once late, counted by the server's clock. */
export function remaining(row: Timed): Remaining {
  if (row.remaining_minutes === null || row.due_at === null) return { urgency: 'none', text: '', times: null };
  const { remaining_minutes: left, allowed_minutes: limit, used_minutes: used } = row;
  const share = limit && used !== null ? used / limit : null;
  if (row.late) return { urgency: 'late', text: `超${span(-left)}`, times: share === null ? null : `×${share.toFixed(share < 10 ? 1 : 0)}` };
  return { urgency: share !== null && 1 - share < SOON ? 'soon' : 'calm', text: `剩${span(left)}`, times: null };
}
