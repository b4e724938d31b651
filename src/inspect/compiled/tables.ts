import type { Found } from '../found.js';
import { isAlphabetTable } from '../special-values.js';
import type { Blanked } from '../text/blank.js';
import { lineIndex } from '../text/patterns.js';
import { whys } from '../whys.js';

const manyLiterals = 64;
const longString = 2000;
const literal = /(?<![\w.])(?:-?(?:0[xX][\da-fA-F'_]+|\d[\d'_]*(?:\.\d*)?(?:[eE][-+]?\d+)?)[uUlLfFiz]*\d*\b|"[^"\n]*"|'[^'\n]{1,4}')/g;
/** What may stand between the literals of one table. */
const between = /^[\s,:{}()[\]&]*$/;
const joinedStrings = /"[^"\n]*"(?:\s*"[^"\n]*")*/g;

/** Literals with nothing but brackets and commas between them, many of them new, and very long strings. `isNew` says whether a line of the file is. */
export function compiledTables({ withStrings }: Blanked, isNew: (line: number) => boolean): Found[] {
  const lineAt = lineIndex(withStrings);
  const found = (start: number, end: number): Found => ({ code: 'literal-table', key: withStrings.slice(start, end).replaceAll(/\s+/g, ''), lines: lines(lineAt(start), lineAt(end)), why: whys['literal-table'] });
  const runs: { start: number; end: number; texts: string[]; fresh: number }[] = [];
  for (const { index, 0: text } of withStrings.matchAll(literal)) {
    const end = index + text.length;
    const fresh = isNew(lineAt(index)) ? 1 : 0;
    const last = runs.at(-1);
    if (last !== undefined && between.test(withStrings.slice(last.end, index))) {
      last.end = end;
      last.texts.push(text);
      last.fresh += fresh;
    } else runs.push({ start: index, end, texts: [text], fresh });
  }
  const tables = runs.filter(({ fresh, texts }) => fresh >= manyLiterals && !isAlphabetTable(texts)).map(({ start, end }) => found(start, end));
  const strings = [...withStrings.matchAll(joinedStrings)].filter(({ index, 0: text }) => text.length > longString && isNew(lineAt(index))).map(({ index, 0: text }) => found(index, index + text.length));
  return [...tables, ...strings];
}

const lines = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);
