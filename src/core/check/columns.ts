import { atFault, type Comparison, Differences, quote } from './comparison.js';
import { delimiterOf, readTable, type Table } from './table.js';
import { isNumber, numbersAgree, type Tolerance } from './tolerance.js';

export interface ColumnRule {
  /** For columns that nothing else is said of. */
  tolerance: Tolerance;
  /** By the name in the header, or by the number of the column, from 1. */
  columns: Readonly<Record<string, Tolerance>>;
  ignore: readonly string[];
}

/**
 * Two tables, row by row in their order: cells that are numbers on both sides agree within the tolerance of their column,
 * others when their text is the same. The first row is a header where it holds a cell and no number. What delimits the
 * cells follows from the champion's first line.
 */
export function compareColumns(champion: string, candidate: string, rule: ColumnRule): Comparison {
  const delimiter = delimiterOf(champion);
  const [one, other] = [readTable(champion, delimiter), readTable(candidate, delimiter)];
  if (one === null) return atFault('champion', 'what it printed is no table: a quote is never closed');
  if (other === null) return atFault('candidate', 'what it printed is no table: a quote is never closed');
  const columns = columnsOf(one, rule);
  if (typeof columns === 'string') return atFault('champion', columns);
  const found = new Differences();
  for (let row = 0; row < Math.max(one.length, other.length); row++) {
    const [a, b] = [one[row], other[row]];
    if (a === undefined || b === undefined) found.say(`the champion printed ${one.length} rows, the candidate ${other.length}`);
    else if (a.length !== b.length) found.say(`row ${row + 1}: ${a.length} cells became ${b.length}`);
    else compareRow(a, b, `row ${row + 1}`, columns, found);
  }
  return found.comparison('place');
}

interface Column {
  name: string;
  /** Null: not compared. */
  tolerance: Tolerance | null;
}

function compareRow(a: readonly string[], b: readonly string[], row: string, columns: (index: number) => Column, found: Differences): void {
  for (const [index, cell] of a.entries()) {
    const now = b[index] ?? '';
    if (cell === now) continue;
    const { name, tolerance } = columns(index);
    if (tolerance === null || (isNumber(cell) && isNumber(now) && numbersAgree(cell, now, tolerance))) continue;
    found.add(`${row}, column ${name}`, quote(cell), quote(now));
  }
}

/** What is said of each column; in words, a column that is named and not there. */
function columnsOf(table: Table, rule: ColumnRule): ((index: number) => Column) | string {
  const [first = []] = table;
  const header = first.length > 0 && !first.some(isNumber) ? first : [];
  const named = [...Object.keys(rule.columns), ...rule.ignore];
  const width = table.reduce((most, row) => Math.max(most, row.length), 0);
  const unknown = named.find((name) => !header.includes(name) && !(/^[1-9]\d*$/.test(name) && Number(name) <= width));
  if (unknown !== undefined) return `there is no column ${quote(unknown)}; ${header.length > 0 ? `there are ${header.join(', ')}` : `there are ${width}, without a header`}`;
  const known: Column[] = [];
  for (let index = 0; index < width; index++) {
    const name = header[index] ?? String(index + 1);
    const keys = [name, String(index + 1)];
    const own = keys.map((key) => (Object.hasOwn(rule.columns, key) ? rule.columns[key] : undefined)).find((tolerance) => tolerance !== undefined);
    known.push({ name, tolerance: keys.some((key) => rule.ignore.includes(key)) ? null : (own ?? rule.tolerance) });
  }
  return (index) => known[index] ?? { name: String(index + 1), tolerance: rule.tolerance };
}
