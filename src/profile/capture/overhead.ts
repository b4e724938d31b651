import { median } from '../../core/stats/summary.js';

/** How much longer the command took with the profiler. */
export interface Overhead {
  /** Median of the pairs: 1.1 is a tenth longer. */
  ratio: number;
  /** Lowest and highest ratio of a pair; null for one pair, which has no spread. */
  spread: [number, number] | null;
  withoutMs: number[];
  withMs: number[];
  /** Whether the times are the command's own, without the start and the end of the profiler. */
  isOwnTime: boolean;
}

/** Pairs are taken until that much time went into them, and at most so many. */
const budgetMs = 10_000;
const mostPairs = 5;

/** Null once one of the runs did not end well. */
export type Time = (isRecorded: boolean) => Promise<{ wallMs: number; isOwnTime: boolean } | null>;

/**
 * Times the command without and with the profiler, in turns. The run that made the profile is the first with it. Null when one
 * of the runs failed, or was interrupted before the first pair was whole.
 */
export async function measureOverhead(first: { wallMs: number; isOwnTime: boolean }, time: Time): Promise<Overhead | null> {
  const withoutMs: number[] = [];
  const withMs: number[] = [first.wallMs];
  const startedAt = performance.now();
  while (withoutMs.length < mostPairs) {
    const plain = await time(false);
    if (plain === null) break;
    withoutMs.push(plain.wallMs);
    const onePair = (performance.now() - startedAt + first.wallMs) / withoutMs.length;
    if (withoutMs.length === mostPairs || performance.now() - startedAt + onePair > budgetMs) break;
    const recorded = await time(true);
    if (recorded === null) break;
    withMs.push(recorded.wallMs);
  }
  const pairs = withoutMs.length;
  if (pairs === 0) return null;
  const ratios = withoutMs.map((ms, i) => (withMs[i] as number) / ms);
  return { ratio: median(ratios), spread: pairs === 1 ? null : [Math.min(...ratios), Math.max(...ratios)], withoutMs, withMs: withMs.slice(0, pairs), isOwnTime: first.isOwnTime };
}
