import type { TestCounts } from './results.js';

const shown = 3;
const longest = 120;

/** `214 passed, 3 skipped`. */
export function countsText({ passed, failed, skipped }: TestCounts): string {
  const parts = [`${passed} passed`, ...(failed > 0 ? [`${failed} failed`] : []), ...(skipped > 0 ? [`${skipped} skipped`] : [])];
  return parts.join(', ');
}

/** The first few ids, each cut to a readable length. */
export function listText(ids: readonly string[]): string {
  const named = ids.slice(0, shown).map((id) => (id.length > longest ? `${id.slice(0, longest)}…` : id));
  return `${named.join(', ')}${ids.length > shown ? ` and ${ids.length - shown} more` : ''}`;
}

export const plural = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
