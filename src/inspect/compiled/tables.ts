import type { Found } from '../found.js';
import { isAlphabetTable } from '../special-values.js';
import type { Blanked } from '../text/blank.js';
import { lineIndex } from '../text/patterns.js';
import { whys } from '../whys.js';

const manyLiterals = 64;
const longString = 2000;
const literal = /(?<![\w.])(?:-?(?:0[xX][\da-fA-F']+|\d[\d']*(?:\.\d*)?(?:[eE][-+]?\d+)?)[uUlLfF]*\b|"[^"\n]*"|'[^'\n]{1,4}')/g;

/** Braces after `=` that hold many literals, and very long strings, over several lines too. `isNew` says whether a line of the file is. */
export function compiledTables({ code, withStrings }: Blanked, isNew: (line: number) => boolean): Found[] {
  const lineAt = lineIndex(withStrings);
  const found = (start: number, text: string): Found => ({ code: 'literal-table', key: text.replaceAll(/\s+/g, ''), lines: linesBetween(lineAt(start), lineAt(start + text.length)), why: whys['literal-table'] });
  const tables = [...code.matchAll(/(?:=|\breturn\b|\w\s*(?=\{\s*\{))\s*\{/g)].flatMap((match) => {
    const start = match.index + match[0].length - 1;
    const text = withStrings.slice(start, closing(code, start));
    const literals = [...text.matchAll(literal)].filter(({ index }) => isNew(lineAt(start + index)));
    if (literals.length < manyLiterals || /;/.test(code.slice(start, start + text.length)) || isAlphabetTable(literals.map(([one]) => one))) return [];
    return [found(start, text)];
  });
  const strings = [...withStrings.matchAll(/"[^"\n]*"(?:\s*"[^"\n]*")*/g)].filter(({ index, 0: text }) => text.length > longString && isNew(lineAt(index))).map(({ index, 0: text }) => found(index, text));
  return [...tables, ...strings];
}

/** The offset behind the brace that closes the one at `open`. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === '{') depth += 1;
    else if (code[at] === '}' && --depth === 0) return at + 1;
  }
  return code.length;
}

const linesBetween = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);
