const tabWidth = 8;

/**
 * Lines as they are compared: without what stands at their ends, and indented by how many columns they stand to the right of
 * the leftmost one, so that code that was moved as a whole stays the same and code that stands deeper does not.
 */
export function normalLines(lines: readonly string[]): string[] {
  const indented = lines.map((line) => {
    const text = line.trim();
    return { text, columns: text === '' ? Infinity : columnsOf(line.slice(0, line.length - line.trimStart().length)) };
  });
  const least = Math.min(...indented.map(({ columns }) => columns));
  return indented.map(({ text, columns }) => (text === '' ? '' : `${columns - least} ${text}`));
}

function columnsOf(indent: string): number {
  let columns = 0;
  for (const character of indent) columns = character === '\t' ? (Math.floor(columns / tabWidth) + 1) * tabWidth : columns + 1;
  return columns;
}
