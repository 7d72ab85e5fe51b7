import { describe, expect, it } from 'vitest';
import { now, setClock } from '../src/lib/clock';
import type { S } from '../src/lib/api';
import { wordsIn } from '../src/lib/queues';
import { columnsOf, lineOf } from '../src/pages/boards/figures';
import { filterOf } from '../src/pages/map/filter';

const figure = (name: string, value: number | null, unit: S['Figure']['unit'] = 'count') =>
  ({ name, label: `「${name}」`, value, unit, printed: value === null ? '—' : String(value) }) as S['Figure'];
const row = (...figures: S['Figure'][]) => ({ figures }) as S['BoardRow'];

describe('a figure over several spans', () => {
  it('reads hundredths as whole ones and leaves gaps', () => {
    const line = lineOf([row(figure('rate', 9_873, 'percent')), null, row(figure('rate', null, 'percent')), row(figure('score', 9_900, 'points'))], 'rate');
    expect(line).toEqual({ name: '「rate」', values: [98.73, null, null, null], printed: ['9873', '—', '—', '—'] });
  });
  it('has each column of a board once', () => {
    const board = { rows: [row(figure('a', 1)), row(figure('a', 2), figure('b', 3))], total: row(figure('c', 4)) } as S['Board'];
    expect(columnsOf(board).map((one) => one.name)).toEqual(['a', 'b', 'c']);
  });
});

describe('the filter of the map', () => {
  const of = (text: string) => filterOf(new URLSearchParams(text));
  it('puts a stage before the state, and reads work lines and categories', () => {
    expect(of('state=late')).toEqual({ late: true });
    expect(of('state=open&stage=filed').stage).toEqual(['filed']);
    expect(of('kind=w:roads')).toEqual({ workline: 'roads' });
    expect(of('kind=c:06010&attention=border')).toEqual({ category: '06010', attention: 'border' });
  });
  it('searches from two letters on', () => {
    expect(wordsIn(new URLSearchParams('words=井'))).toEqual({});
    expect(wordsIn(new URLSearchParams({ words: ' 井盖 ' }))).toEqual({ words: '井盖' });
  });
});

describe('the clock', () => {
  it('is the server’s', () => {
    setClock('2030-01-01T00:00:00Z');
    expect(Math.abs(now() - Date.parse('2030-01-01T00:00:00Z'))).toBeLessThan(1_000);
    setClock(undefined);
    expect(new Date(now()).getUTCFullYear()).toBe(2030);
  });
});
