import type { Config } from './config/schema.js';

const number = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/g;

/**
 * Where two outputs of the check command differ, in words; null when they agree. With `numbers` the text around numbers
 * must be equal, and each number within `tolerance` of the other, relative to the larger one.
 */
export function firstDifference(champion: string, candidate: string, rule: Config['check']): string | null {
  const one = champion.split('\n');
  const other = candidate.split('\n');
  for (let line = 0; line < Math.max(one.length, other.length); line++) {
    const a = one[line];
    const b = other[line];
    if (a === undefined || b === undefined) return `the champion printed ${one.length} lines, the candidate ${other.length}`;
    if (a !== b && !(rule.compare === 'numbers' && close(a, b, rule.tolerance))) return `line ${line + 1}: ${quote(a)} became ${quote(b)}`;
  }
  return null;
}

function close(a: string, b: string, tolerance: number): boolean {
  if (a.replaceAll(number, '#') !== b.replaceAll(number, '#')) return false;
  const others = b.match(number) ?? [];
  return (a.match(number) ?? []).every((text, index) => {
    const x = Number(text);
    const y = Number(others[index]);
    return Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y));
  });
}

function quote(line: string): string {
  return JSON.stringify(line.length > 120 ? `${line.slice(0, 120)}…` : line);
}
