/** The 天气图 in words: which figure makes a unit's weather, and how it was reckoned. */

/** A figure of a board, as far as it is needed here. */
export interface Counted {
  label: string
  unit: string
  printed: string
  value: number | null
  numerator: number
  denominator: number
  formula: string
}

/** A sky's icon and tone: colour only for how things stand, the word beside it says the same. */
export const SKIES: Record<string, { icon: 'sun' | 'cloud' | 'overcast' | 'rain' | 'storm'; tone: string; word: string }> = {
  sun: { icon: 'sun', tone: 'ok', word: '晴' },
  cloud: { icon: 'cloud', tone: 'go', word: '多云' },
  overcast: { icon: 'overcast', tone: 'off', word: '阴' },
  rain: { icon: 'rain', tone: 'soon', word: '雨' },
  storm: { icon: 'storm', tone: 'late', word: '暴雨' },
}

/** The rate from which the weather comes: the server gives it last, after the counts it is made of. */
export function rateOf<T extends Counted>(figures: T[]): T | undefined {
  return [...figures].reverse().find((f) => f.unit === 'percent')
}

/** How a figure came about: `问题清零率 98.73 % = 40990 ÷ 41516`; without a denominator that there is nothing to count. */
export function reckoned(f: Counted): string {
  if (f.value === null || f.denominator === 0) return `${f.label}：本期没有可计的事项`
  return f.denominator === 1 ? `${f.label} ${f.printed}` : `${f.label} ${f.printed} = ${f.numerator} ÷ ${f.denominator}`
}

/** The unit that looks after an area: units are named by their area, `环秀街道` and `环秀街道片区组`. */
export function unitOf<T extends { name: string }>(area: string, units: T[]): T | undefined {
  return units.find((u) => u.name.startsWith(area))
}
