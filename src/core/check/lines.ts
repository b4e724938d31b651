import { type Comparison, Differences, quote } from './comparison.js';
import { numbersAgree, numberText, type Tolerance } from './tolerance.js';

/** The same text. */
export function compareExactly(champion: string, candidate: string): Comparison {
  return compareLines(champion, candidate, () => false);
}

/** The same text around the numbers, and each number within the tolerance of the other. */
export function compareNumbers(champion: string, candidate: string, tolerance: Tolerance): Comparison {
  return compareLines(champion, candidate, (a, b) => close(a, b, tolerance));
}

function compareLines(champion: string, candidate: string, alike: (a: string, b: string) => boolean): Comparison {
  const one = champion.split('\n');
  const other = candidate.split('\n');
  const found = new Differences();
  for (let line = 0; line < Math.max(one.length, other.length); line++) {
    const a = one[line];
    const b = other[line];
    if (a === b) continue;
    if (a === undefined || b === undefined) found.say(`the champion printed ${lines(one)}, the candidate ${lines(other)}; the first that only one has: ${quote(a ?? b ?? '')}`);
    else if (!alike(a, b)) found.add(`line ${line + 1}`, quote(a), quote(b));
  }
  return found.comparison('line');
}

function lines(split: readonly string[]): string {
  const count = split.at(-1) === '' ? split.length - 1 : split.length;
  return `${count} line${count === 1 ? '' : 's'}`;
}

function close(a: string, b: string, tolerance: Tolerance): boolean {
  if (a.replaceAll(numberText, '#') !== b.replaceAll(numberText, '#')) return false;
  const others = b.match(numberText) ?? [];
  return (a.match(numberText) ?? []).every((text, index) => numbersAgree(text, others[index] ?? '', tolerance));
}
