import { createHash } from 'node:crypto';
import { comparePrinted, type Printed } from '../core/check/printed.js';
import type { OutputRule } from '../core/check/printed-rule.js';
import { whatCounts } from '../core/check/what-counts.js';

/** The part that counts of what both sides of a pair printed. */
export interface SidesOutput {
  a: string;
  b: string;
}

/** What counts of what one side printed, by benchmark; of several, each line names its own. */
export function countingOutput(printed: ReadonlyMap<string | null, string>, worktree: string, rule: OutputRule): string {
  return [...printed].map(([benchmark, stdout]) => {
    const text = whatCounts(stdout, worktree, { ...rule, metrics: rule.metrics.filter((metric) => benchmark === null || metric.benchmark === benchmark) });
    return benchmark === null ? text : text.split('\n').filter((line) => line.trim() !== '').map((line) => `${benchmark}: ${line}`).join('\n');
  }).join('\n');
}

/**
 * Compares the sides. Where they differ and `again` is given, it runs both once more with the same seed: a difference that
 * does not come back, or that the champion has with itself, says nothing certain of the candidate.
 */
export async function compareSides(first: SidesOutput, rule: OutputRule, again: (() => Promise<SidesOutput | null>) | null): Promise<Printed> {
  const compared = comparePrinted(first.a, first.b, rule);
  if (compared.kind !== 'differs' || again === null) return compared;
  const second = await again();
  // A side that fails now has a say in the next pair.
  if (second === null) return { kind: 'unrepeatable', text: compared.text };
  const champion = comparePrinted(first.a, second.a, rule);
  if (champion.kind === 'differs') return { kind: 'unrepeatable', text: `the champion differs from itself: ${champion.text}` };
  return comparePrinted(second.a, second.b, rule).kind === 'differs' ? compared : { kind: 'unrepeatable', text: `${compared.text}, and not when both ran once more` };
}

/** Short, and enough to tell outputs apart. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
