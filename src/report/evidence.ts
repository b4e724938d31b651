import type { Pair, Stage } from '../core/sample.js';
import { finalMeasurement } from '../core/verdict/final.js';
import { measuredOf } from '../core/verdict/measured.js';
import { metricRules, pairDifference, type MetricRule } from '../core/verdict/metrics.js';
import type { Measured } from '../core/verdict/verdict.js';
import type { FinalMeasurement } from '../core/status.js';

/** The pairs of a trial, or of the final measurement, ready to be drawn. */
export interface Evidence {
  rules: readonly MetricRule[];
  /** Whether the rules are a guess: the run does not say how its metrics are read, so the wall time stands in. */
  assumed: boolean;
  /** In the order they were taken. */
  pairs: { pair: Pair; difference: number | null }[];
  /** Consecutive pairs of one stage. */
  stages: { stage: Stage; count: number }[];
  /** From the pairs of the last stage; null where none has numbers. */
  estimate: { ratio: number; ci95: [number, number]; pairs: number } | null;
  /** Natural-log gain that was asked for; null where nothing was. */
  delta: number | null;
}

/** Null without pairs. `measured` is what the verdict recorded, and goes before what the pairs say now. */
export function evidenceOf(pairs: readonly Pair[], metrics: readonly MetricRule[] | null, measured: Measured | null): Evidence | null {
  const last = pairs.at(-1);
  if (last === undefined) return null;
  const printed = pairs.some(({ a, b }) => (a.ok && Object.keys(a.metrics).length > 0) || (b.ok && Object.keys(b.metrics).length > 0));
  const rules = metrics ?? metricRules([]);
  const assumed = metrics === null && printed;
  const stages: Evidence['stages'] = [];
  for (const { stage } of pairs) {
    const current = stages.at(-1);
    if (current?.stage === stage) current.count++;
    else stages.push({ stage, count: 1 });
  }
  const now = measuredOf(pairs.filter(({ stage }) => stage === last.stage), rules, 0, 0);
  const estimate = measured !== null && measured.pairs > 0 && !assumed ? measured : now;
  return {
    rules,
    assumed,
    pairs: pairs.map((pair) => ({ pair, difference: pairDifference(pair, rules) })),
    stages,
    estimate: estimate.pairs === 0 ? null : { ratio: estimate.ratio, ci95: estimate.ci95, pairs: estimate.pairs },
    delta: measured === null || measured.delta === 0 ? null : measured.delta,
  };
}

/** Median, mean and worst decile of each metric on both sides, from the pairs of the last stage. */
export function beforeAndAfter({ pairs, rules }: Pick<Evidence, 'pairs' | 'rules'>): FinalMeasurement['metrics'] {
  const stage = pairs.at(-1)?.pair.stage;
  const usable = pairs.filter(({ pair, difference }) => pair.stage === stage && difference !== null).map(({ pair }) => pair);
  return usable.length === 0 ? [] : finalMeasurement(usable, rules).metrics;
}
