import { describe, expect, it } from 'vitest';
import { cellAt, csvRows } from '../../shared/csv';
import { around, circle, extent, heart } from '../../shared/geometry';
import { remaining, span } from '../../shared/remain';
import { firstDay, keyOf, step, today } from '../../shared/spans';
import { chinaTime, moment } from '../../shared/words';

describe('remaining time', () => {
  const row = { due_at: '2026-11-24T10:00:00+08:00', allowed_minutes: 480, used_minutes: 120, late: false };
  it('is calm, runs out below a quarter, and is late with a factor', () => {
    expect(remaining({ ...row, remaining_minutes: 1000 })).toEqual({ urgency: 'calm', text: '剩16小时40分', times: null });
    expect(remaining({ ...row, remaining_minutes: 300, used_minutes: 400 }).urgency).toBe('soon');
    expect(remaining({ ...row, remaining_minutes: -1440, used_minutes: 960, late: true })).toEqual({ urgency: 'late', text: '超1天', times: '×2.0' });
  });
  it('is silent without a clock', () => {
    expect(remaining({ ...row, due_at: null, remaining_minutes: null }).urgency).toBe('none');
  });
  it('claims no share of a limit it was not told', () => {
    const unknown = { ...row, allowed_minutes: null, used_minutes: null };
    expect(remaining({ ...unknown, remaining_minutes: 5 }).urgency).toBe('calm');
    expect(remaining({ ...unknown, remaining_minutes: -60, late: true }).times).toBe(null);
  });
  it('names at most two units', () => {
    expect([0, 59, 60, 61, 1440, 1500, 3000].map(span)).toEqual(['0分', '59分', '1小时', '1小时1分', '1天', '1天1小时', '2天2小时']);
  });
});

describe('spans', () => {
  it('have the keys of ISO weeks and plain calendars', () => {
    const day = new Date('2026-11-23T00:00:00Z');
    expect((['day', 'week', 'month', 'quarter', 'year'] as const).map((kind) => keyOf(kind, day))).toEqual([
      '2026-11-23',
      '2026-W48',
      '2026-11',
      '2026Q4',
      '2026',
    ]);
    expect(keyOf('week', new Date('2027-01-01T00:00:00Z'))).toBe('2026-W53');
  });
  it('step over the ends of years', () => {
    expect(step('2026-01', -1)).toBe('2025-12');
    expect(step('2026-W53', 1)).toBe('2027-W01');
    expect(step('2026Q4', 1)).toBe('2027Q1');
    expect(step('2024-02-28', 1)).toBe('2024-02-29');
  });
  it('begin on the day the key says, and today is China’s', () => {
    expect(firstDay('2026-W47').toISOString().slice(0, 10)).toBe('2026-11-16');
    expect(today(Date.parse('2026-11-22T16:30:00Z')).toISOString().slice(0, 10)).toBe('2026-11-23');
  });
});

describe('geometry', () => {
  it('draws a closed ring at its radius', () => {
    const ring = circle(120, 36, 111.195, 4);
    expect(ring).toHaveLength(5);
    expect(ring[0]).toEqual(ring[4]);
    expect(ring[1]?.[1]).toBeCloseTo(36.001, 6);
    expect(around(120, 0, 111_195)).toEqual([119, -1, 121, 1]);
  });
  it('finds the heart of the largest part, and the extent of all', () => {
    const square = (x: number, y: number, side: number) => [
      [
        [x, y],
        [x + side, y],
        [x + side, y + side],
        [x, y + side],
        [x, y],
      ],
    ];
    expect(heart([square(0, 0, 1), square(10, 10, 4)])).toEqual([12, 12]);
    expect(extent([[square(0, 0, 1)], [square(10, 10, 4)]])).toEqual([0, 0, 14, 14]);
    expect(extent([])).toBeNull();
  });
});

describe('csv', () => {
  const rows = csvRows('\uFEFFcode,name\r\na,"x, ""y""\nz"\r\n\r\nb,\r\n');
  it('keeps the lines of the file through quotes and blank lines', () => {
    expect(rows).toEqual([
      { line: 1, cells: ['code', 'name'] },
      { line: 2, cells: ['a', 'x, "y"\nz'] },
      { line: 5, cells: ['b', ''] },
    ]);
  });
  it('finds the cell a fault names', () => {
    expect(cellAt(rows, 5, 'name')).toBe('');
    expect(cellAt(rows, 2, 'code（代码）')).toBe('a');
    expect(cellAt(rows, 9, 'name')).toBeNull();
  });
});

describe('times', () => {
  it('are China’s whatever the machine’s zone', () => {
    expect(moment('2026-11-22T16:05:00Z')).toBe('11-23 00:05');
    expect(moment(null)).toBe('');
    expect(chinaTime('2026-11-24T09:00')).toBe('2026-11-24T09:00:00+08:00');
  });
});
