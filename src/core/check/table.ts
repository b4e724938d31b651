/** Cells of a table that a program printed, as text, row by row. */
export type Table = string[][];

export type Delimiter = ',' | ';' | '\t' | 'spaces';

/** By the first line that is not blank: tabs, else commas, else semicolons, else runs of spaces. */
export function delimiterOf(text: string): Delimiter {
  const first = text.split('\n').find((line) => line.trim() !== '') ?? '';
  return ([ '\t', ',', ';'] as const).find((delimiter) => first.includes(delimiter)) ?? 'spaces';
}

/**
 * Reads CSV as RFC 4180 has it (quotes around cells with delimiters, line ends and doubled quotes), the same with tabs or
 * semicolons, or cells between runs of spaces. Blank lines are left out. Null: a quote is never closed.
 */
export function readTable(text: string, delimiter: Delimiter): Table | null {
  if (delimiter === 'spaces') {
    return text.split('\n').filter((line) => line.trim() !== '').map((line) => line.trim().split(/\s+/));
  }
  if (!text.includes('"')) {
    return text.split(/\r?\n/).filter((line) => line.trim() !== '').map((line) => line.split(delimiter).map((cell) => cell.trim()));
  }
  return readQuoted(text, delimiter);
}

function readQuoted(text: string, delimiter: string): Table | null {
  const rows: Table = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const cell = text[at] === '"' ? quotedCell(text, at, delimiter) : plainCell(text, at, delimiter);
    if (cell === null) return null;
    row.push(cell.text);
    at = cell.end;
    if (text[at] === delimiter) {
      at += 1;
      // A delimiter at the very end has an empty cell after it.
      if (at < text.length) continue;
      row.push('');
    }
    at += 1;
    if (row.some((filled) => filled !== '')) rows.push(row);
    row = [];
  }
  return rows;
}

function quotedCell(text: string, start: number, delimiter: string): { text: string; end: number } | null {
  let content = '';
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return null;
    content += text.slice(at, quote);
    // What stands between the closing quote and the delimiter belongs to the cell: nobody means it, and it must not get lost.
    if (text[quote + 1] !== '"') {
      const rest = plainCell(text, quote + 1, delimiter);
      return { text: content + rest.text, end: rest.end };
    }
    content += '"';
    at = quote + 2;
  }
}

function plainCell(text: string, start: number, delimiter: string): { text: string; end: number } {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end += 1;
  return { text: text.slice(start, end).trim(), end };
}
