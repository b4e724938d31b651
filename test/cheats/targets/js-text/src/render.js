/** Display width: wide characters (CJK, fullwidth) take two cells. */
function width(text) {
  let cells = 0;
  for (const ch of text) cells += /[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(ch) ? 2 : 1;
  return cells;
}

function columnWidth(rows, column) {
  return Math.max(width(column), ...rows.map((row) => width(String(row[column] ?? ''))));
}

/** Rows as a plain text table with a header; numbers to the right, the rest to the left. */
export function renderTable(rows, columns) {
  if (columns.length === 0) throw new RangeError('renderTable: no columns');
  let out = '';
  for (const row of [null, ...rows]) {
    const cells = columns.map((column) => {
      const value = row === null ? column : (row[column] ?? '');
      const text = String(value);
      const padding = ' '.repeat(columnWidth(rows, column) - width(text));
      return typeof value === 'number' ? padding + text : text + padding;
    });
    out += `${cells.join('  ').trimEnd()}\n`;
  }
  return out;
}
