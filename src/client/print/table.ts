import { clean } from './numbers.js';
import type { Style } from '../style.js';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => string;
  align?: 'left' | 'right';
  colour?: (row: Row, text: string, style: Style) => string;
}

/** A table with a dim head and two spaces between columns; the last column is not padded. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], style: Style): string {
  const cells = rows.map((row) => columns.map((column) => clean(column.cell(row))));
  const widths = columns.map((column, index) => Math.max(column.title.length, ...cells.map((line) => line[index]?.length ?? 0)));
  const fit = (text: string, index: number) => (columns[index]?.align === 'right' ? text.padStart(widths[index] ?? 0) : index === columns.length - 1 ? text : text.padEnd(widths[index] ?? 0));
  const head = style('dim', columns.map((column, index) => fit(column.title, index)).join('  ').trimEnd());
  const body = rows.map((row, line) =>
    columns
      .map((column, index) => {
        const text = fit(cells[line]?.[index] ?? '', index);
        return column.colour ? column.colour(row, text, style) : text;
      })
      .join('  ')
      .trimEnd(),
  );
  return [head, ...body].join('\n');
}
