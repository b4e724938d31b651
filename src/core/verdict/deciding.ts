import type { Pair } from '../sample.js';
import { countedPairs } from './aside.js';
import { walkStage } from './assess.js';
import { differencesOf } from './metrics.js';
import { scheduleOf, type Rule } from './rule.js';

/**
 * The pairs that the numbers of a verdict come from: those of the last stage that has any, up to the look that decided it;
 * of a stage that ended between two looks, all of them. Warm-ups and pairs set aside are left out.
 */
export function decidingPairs(pairs: readonly Pair[], rule: Rule): Pair[] {
  for (const stage of ['confirm', 'screen'] as const) {
    const used = usedPairs(stage, pairs, rule);
    if (differencesOf(used, rule.metrics).length > 0) return used;
  }
  return [];
}

/** The pairs of one stage that its tests look at, in the order of their indices. */
export function usedPairs(stage: 'confirm' | 'screen', pairs: readonly Pair[], rule: Rule): Pair[] {
  const own = countedPairs(pairs.filter((pair) => pair.stage === stage)).toSorted((x, y) => x.index - y.index);
  if (own.length === 0) return [];
  const walked = walkStage(stage, own, rule);
  return walked.kind === 'more' ? own.slice(scheduleOf(rule, stage)?.warmups ?? 0) : walked.pairs;
}
