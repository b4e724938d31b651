import type { CheckOutcome } from '../core/run/contracts.js';

/** The outcome of a check in which the candidate wrote protected files, and the champion did not; null where it did not. */
export function writtenByCandidate({ a, b }: Record<'a' | 'b', readonly string[]>, what: string): CheckOutcome | null {
  const written = [...new Set(b)].filter((path) => !a.includes(path));
  if (written.length === 0) return null;
  return { ok: false, whose: 'b', problem: `${what} writes protected files on the candidate, and not on the champion: ${written.slice(0, 5).join(', ')}`, tail: '', wallMs: 0, cached: false, log: null, written };
}
