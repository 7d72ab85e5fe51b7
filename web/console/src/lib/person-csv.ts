/** One person as the one-row file of the people's import. */

export const COLUMNS = ['username', 'name', 'role', 'department', 'grids', 'phone', 'inspector_side', 'password'] as const;
export type Column = (typeof COLUMNS)[number];
export type PersonRow = Record<Column, string>;

/** A cell as RFC 4180 writes it: in quotes where it must be. */
function cell(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The file: its header and the row. */
export function personCsv(row: PersonRow): string {
  return `${COLUMNS.join(',')}\n${COLUMNS.map((name) => cell(row[name].trim())).join(',')}\n`;
}

/** The column a fault names: "role" of "role（角色）"; null for one of the whole row. */
export function columnOf(named: string | undefined): Column | null {
  return COLUMNS.find((one) => named === one || named?.startsWith(`${one}（`)) ?? null;
}

export interface Grid {
  layer: string;
  code: string;
}

/** Grids as the file writes them: "community:370215001001001;area:…". */
export const gridsCell = (grids: Grid[]) => grids.map((one) => `${one.layer}:${one.code}`).join(';');
