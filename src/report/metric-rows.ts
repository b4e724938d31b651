import type { Pair } from '../core/sample.js';
import { median } from '../core/stats/summary.js';
import { decidingPairs } from '../core/verdict/deciding.js';
import { looksOf } from '../core/verdict/looks.js';
import { measuredOf } from '../core/verdict/measured.js';
import { valueOf, type MetricRule } from '../core/verdict/metrics.js';
import type { GuardResult } from '../core/verdict/guards.js';
import type { Rule } from '../core/verdict/rule.js';

/** One metric by itself over the pairs that decided. */
export interface MetricRow {
  name: string;
  /** Which of several benchmarks it is of. */
  benchmark: string | null;
  unit: string;
  goal: MetricRule['goal'];
  /** Whether the verdict is about it; it may be a guard as well. */
  primary: boolean;
  /** Medians. */
  before: number;
  after: number;
  /** Above 1 is better. Null where it is no number, as of a count that is 0. */
  ratio: number | null;
  ci95: [number, number] | null;
  pairs: number;
  /** At the last look. Null for one that is no guard, or before the first look. */
  guard: (GuardResult & { maxRegression: number }) | null;
}

/** A row for each metric, in the order of the rule. Empty where nothing was measured. */
export function metricRows(pairs: readonly Pair[], rule: Rule): MetricRow[] {
  const deciding = decidingPairs(pairs, rule);
  const guards = looksOf(pairs, rule).at(-1)?.guards ?? [];
  return rule.metrics.flatMap((metric) => {
    const valuesOf = (side: 'a' | 'b') => deciding.map((pair) => valueOf(pair[side], metric)).filter((value) => value !== null);
    const [before, after] = [valuesOf('a'), valuesOf('b')];
    if (before.length === 0 || after.length === 0) return [];
    const own = measuredOf(deciding, [{ ...metric, primary: true }], 0, 0);
    const guard = guards.find(({ name }) => name === metric.name);
    return {
      name: metric.name,
      benchmark: metric.benchmark ?? null,
      unit: metric.unit,
      goal: metric.goal,
      primary: metric.primary,
      before: median(before),
      after: median(after),
      ratio: own.pairs === 0 ? null : own.ratio,
      ci95: own.pairs < 2 ? null : own.ci95,
      pairs: own.pairs === 0 ? deciding.length : own.pairs,
      guard: guard === undefined ? null : { state: guard.state, text: guard.text, maxRegression: metric.maxRegression },
    };
  });
}
