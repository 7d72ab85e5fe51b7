/** Reads CSV (RFC 4180) far enough to show the cells that an import complains about. */

/** Rows of cells; each row remembers the line of the file it began on, counted from 1. */
export interface CsvRow {
  line: number;
  cells: string[];
}

/** Splits a file into rows. A quote left open takes the rest of the file, as most readers do. */
export function csvRows(text: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let began = 1;
  const endRow = () => {
    cells.push(cell);
    if (cells.length > 1 || cells[0] !== '') rows.push({ line: began, cells });
    cells = [];
    cell = '';
  };
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  for (let at = 0; at < source.length; at += 1) {
    const letter = source[at] ?? '';
    if (letter === '\n') line += 1;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (source[at + 1] === '"') cell += source[(at += 1)];
      else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === ',') {
      cells.push(cell);
      cell = '';
    } else if (letter === '\n') {
      endRow();
      began = line;
    } else cell += letter;
  }
  endRow();
  return rows;
}

/** What stands in `column` (the header's own name, or its part before a bracket) of the row on `line`; null if not found. */
export function cellAt(rows: CsvRow[], line: number, column: string): string | null {
  const header = rows[0]?.cells ?? [];
  const at = header.findIndex((name) => name.trim() === column || name.trim() === column.split('（')[0]);
  return at < 0 ? null : (rows.find((row) => row.line === line)?.cells[at] ?? null);
}
