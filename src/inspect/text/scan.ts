import { blank, type Blanked, type Span } from './blank.js';

/** How a language without a parser here writes comments and strings. */
export interface Lexis {
  line: readonly string[];
  block: readonly (readonly [open: string, close: string])[];
  quotes: readonly string[];
}

export const cLike: Lexis = { line: ['//'], block: [['/*', '*/']], quotes: ['"', "'"] };
export const goLike: Lexis = { line: ['//'], block: [['/*', '*/']], quotes: ['"', "'", '`'] };
/** A lone `'` begins a lifetime. */
export const rustLike: Lexis = { line: ['//'], block: [['/*', '*/']], quotes: ['"'] };
export const hashed: Lexis = { line: ['#'], block: [], quotes: ['"', "'"] };

/** Comments and strings of a file, found by their marks alone. A string in single or double quotes ends with its line. */
export function scan(text: string, { line, block, quotes }: Lexis): Blanked {
  const comments: Span[] = [];
  const strings: Span[] = [];
  for (let at = 0; at < text.length; ) {
    const inLine = line.find((mark) => text.startsWith(mark, at));
    const opened = block.find(([open]) => text.startsWith(open, at));
    const quote = quotes.find((mark) => text.startsWith(mark, at));
    if (inLine !== undefined) {
      const end = ends(text, '\n', at);
      comments.push({ start: at, end });
      at = end;
    } else if (opened !== undefined) {
      const close = text.indexOf(opened[1], at + opened[0].length);
      const end = close === -1 ? text.length : close + opened[1].length;
      comments.push({ start: at, end });
      at = end;
    } else if (quote !== undefined) {
      const end = closing(text, quote, at + 1);
      strings.push({ start: at + 1, end });
      at = end + 1;
    } else at += 1;
  }
  return blank(text, { comments, strings });
}

function ends(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found === -1 ? text.length : found;
}

function closing(text: string, quote: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\' && quote !== '`') at += 1;
    else if (text[at] === quote || (text[at] === '\n' && quote !== '`')) return at;
  }
  return text.length;
}
