import { flagPlace, pressingFirst, type Flag } from '../../core/flag.js';
import type { SecondLook } from '../../core/status.js';
import type { Style } from '../style.js';
import { clean, plural } from './numbers.js';
import { measuredText } from './verdict.js';

/** What a person has to look at, two lines each: where and why, and the line itself. */
export function flagLines(flags: readonly Flag[], style: Style, indent: string): string[] {
  return flags.flatMap((flag) => [
    `${indent}${style('yellow', flag.code)} ${style('bold', clean(flagPlace(flag)))}: ${clean(flag.why)}`,
    ...(flag.text === '' ? [] : [`${indent}  ${style('dim', clean(flag.text))}`]),
  ]);
}

/** "2 flags: cache src/a.js:3, clock src/a.js:9" */
export function flagsInShort(flags: readonly Flag[]): string {
  if (flags.length === 0) return '';
  const shown = pressingFirst(flags).slice(0, 4).map((flag) => `${flag.code} ${flagPlace(flag)}`);
  return clean(`${plural(flags.length, 'flag')}: ${shown.join(', ')}${flags.length > shown.length ? ', …' : ''}`);
}

/** The measurement in a fresh clone, in a line. */
export function againText(again: SecondLook): string {
  return `again in a fresh clone: ${again.verdict.kind} ${measuredText(again.verdict)}`;
}
