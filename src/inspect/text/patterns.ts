import type { FlagCode } from '../../core/flag.js';
import type { Found } from '../found.js';
import { whys } from '../whys.js';
import type { Blanked } from './blank.js';

/** A flag that one line shows. */
export interface Pattern {
  code: FlagCode;
  /** Global. */
  pattern: RegExp;
  /** Where it is looked for; default `code`. */
  where?: keyof Blanked;
  /** Finds with one key take each other's place: what changed is only how it is written. Default: the text found. */
  key?: string;
  why?: string;
}

export function patternFinds(blanked: Blanked, patterns: readonly Pattern[]): Found[] {
  const lineAt = lineIndex(blanked.code);
  return patterns.flatMap(({ code, pattern, where = 'code', key, why }) =>
    [...blanked[where].matchAll(pattern)].map((match) => ({
      code,
      key: key ?? match[0].replaceAll(/\s+/g, ''),
      // A pattern may begin with what stands before.
      lines: [lineAt(match.index + match[0].length - match[0].trimStart().length)],
      why: why ?? whys[code],
    })),
  );
}

/** Gives the 1-based line of an offset. */
export function lineIndex(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
