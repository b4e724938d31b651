const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const wide = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uff01-\uff60\uffe0-\uffe6]/u;

/** How many columns of a terminal a text takes. */
export function columns(text: string): number {
  return isAscii(text) ? text.length : cellsOf(text).reduce((sum, cell) => sum + cell.width, 0);
}

/** The beginning of a text that fits into `width` columns. */
export function take(text: string, width: number): string {
  if (isAscii(text)) return text.slice(0, Math.max(0, width));
  return join(cellsOf(text), width);
}

/** The end of a text that fits into `width` columns. */
export function takeEnd(text: string, width: number): string {
  if (isAscii(text)) return width <= 0 ? '' : text.slice(-width);
  return join(cellsOf(text).toReversed(), width, (parts) => parts.toReversed());
}

interface Cell {
  text: string;
  width: number;
}

function cellsOf(text: string): Cell[] {
  return Array.from(segmenter.segment(text), ({ segment }) => ({ text: segment, width: wide.test(segment) ? 2 : 1 }));
}

function join(cells: readonly Cell[], width: number, order: (parts: string[]) => string[] = (parts) => parts): string {
  const parts: string[] = [];
  let rest = width;
  for (const cell of cells) {
    if (cell.width > rest) break;
    rest -= cell.width;
    parts.push(cell.text);
  }
  return order(parts).join('');
}

function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /^[\u0000-\u007f]*$/.test(text);
}
