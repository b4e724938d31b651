/** A table with a line of dots, dashes or equals signs under its header, as perf and nsys print it. */
export interface RuledTable {
  /** Words of the header, in lower case. */
  names: string[];
  /** The cells of each line up to the next header; a line that is no row has cells all the same. */
  rows: string[][];
}

const ruler = /^[#\s]*(?:\.{2,}|-{2,}|={2,})(?:\s+(?:\.+|-+|=+))+\s*$/;

/** Every such table of a text, in order. A cell ends where the line under its header does; the last one with the line. */
export function ruledTables(lines: readonly string[]): RuledTable[] {
  const rulers = lines.flatMap((line, at) => (at > 0 && ruler.test(line) ? [at] : []));
  return rulers.map((at, index) => {
    const next = rulers[index + 1];
    const ends = Array.from((lines[at] ?? '').replace('#', ' ').matchAll(/\S+/g), (run) => run.index + run[0].length);
    const cells = (text: string): string[] => ends.map((end, column) => text.slice(ends[column - 1] ?? 0, column === ends.length - 1 ? undefined : end).trim());
    return { names: cells((lines[at - 1] ?? '').replace('#', ' ')).map((name) => name.toLowerCase()), rows: lines.slice(at + 1, next === undefined ? undefined : next - 1).map(cells) };
  });
}
