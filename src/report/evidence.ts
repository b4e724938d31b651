import type { Pair, Stage } from '../core/sample.js';
import { countedPairs } from '../core/verdict/aside.js';
import { usedPairs } from '../core/verdict/deciding.js';
import { finalMeasurement } from '../core/verdict/final.js';
import { measuredOf } from '../core/verdict/measured.js';
import { metricRules, pairDifference, type MetricRule } from '../core/verdict/metrics.js';
import type { Rule } from '../core/verdict/rule.js';
import type { Measured } from '../core/verdict/verdict.js';
import type { FinalMeasurement } from '../core/status.js';

/** The pairs of a trial, or of the final measurement, ready to be drawn. */
export interface Evidence {
  rules: readonly MetricRule[];
  /** Whether the rules are a guess: the run does not say how its metrics are read, so the wall time stands in. */
  assumed: boolean;
  /** Those that count, in the order they were taken: no warm-ups, and none that was set aside. */
  pairs: { pair: Pair; difference: number | null }[];
  /** Consecutive pairs of one stage: how many of `pairs`, how many of those have numbers, and how many were taken in all. */
  stages: { stage: Stage; count: number; withNumbers: number; taken: number }[];
  /** From the pairs of the last stage; null where none has numbers. */
  estimate: { ratio: number; ci95: [number, number]; pairs: number } | null;
  /** Natural-log gain that was asked for; null where nothing was. */
  delta: number | null;
}

/** Null without pairs that count. `measured` is what the verdict recorded, and goes before what the pairs say now; `rule`: that of the verdict, where there is one. */
export function evidenceOf(pairs: readonly Pair[], metrics: readonly MetricRule[] | null, measured: Measured | null, rule: Rule | null = null): Evidence | null {
  const used = usedOf(pairs, rule);
  const last = pairs.findLast((pair) => used.has(pair));
  if (last === undefined) return null;
  const printed = pairs.some(({ a, b }) => (a.ok && Object.keys(a.metrics).length > 0) || (b.ok && Object.keys(b.metrics).length > 0));
  const rules = metrics ?? metricRules([]);
  const assumed = metrics === null && printed;
  const stages: Evidence['stages'] = [];
  for (const pair of pairs) {
    let current = stages.at(-1);
    if (current?.stage !== pair.stage) stages.push((current = { stage: pair.stage, count: 0, withNumbers: 0, taken: 0 }));
    current.taken++;
    if (!used.has(pair)) continue;
    current.count++;
    if (pairDifference(pair, rules) !== null) current.withNumbers++;
  }
  const counted = pairs.filter((pair) => used.has(pair));
  const now = measuredOf(counted.filter(({ stage }) => stage === last.stage), rules, 0, 0);
  const estimate = measured !== null && measured.pairs > 0 && !assumed ? measured : now;
  return {
    rules,
    assumed,
    pairs: counted.map((pair) => ({ pair, difference: pairDifference(pair, rules) })),
    stages: stages.filter(({ count }) => count > 0),
    estimate: estimate.pairs === 0 ? null : { ratio: estimate.ratio, ci95: estimate.ci95, pairs: estimate.pairs },
    delta: measured === null || measured.delta === 0 ? null : measured.delta,
  };
}

/** What the numbers come from, of every stage. */
function usedOf(pairs: readonly Pair[], rule: Rule | null): Set<Pair> {
  if (rule === null) return new Set(countedPairs(pairs));
  const others = pairs.filter(({ stage }) => stage !== 'screen' && stage !== 'confirm');
  return new Set([...usedPairs('screen', pairs, rule), ...usedPairs('confirm', pairs, rule), ...countedPairs(others)]);
}

/** Median, mean and worst decile of each metric on both sides, from the pairs of the last stage. */
export function beforeAndAfter({ pairs, rules }: Pick<Evidence, 'pairs' | 'rules'>): FinalMeasurement['metrics'] {
  const stage = pairs.at(-1)?.pair.stage;
  const usable = pairs.filter(({ pair, difference }) => pair.stage === stage && difference !== null).map(({ pair }) => pair);
  return usable.length === 0 ? [] : finalMeasurement(usable, rules).metrics;
}
