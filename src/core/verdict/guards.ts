import type { Pair } from '../sample.js';
import { hodgesLehmann } from '../stats/hodges-lehmann.js';
import { signedRankTails } from '../stats/signed-rank.js';
import { logRatio, withBuilds, type MetricRule } from './metrics.js';
import { percentText } from './words.js';
import type { Schedule } from './schedule.js';

/** `kept`: shown to be within its max_regression. `worse`: shown to be outside. */
export interface GuardResult {
  state: 'kept' | 'worse' | 'open';
  text: string;
}

/** Metrics that must not get worse: every one that is not primary; where several are, each of those too. */
export function guardsOf(rules: readonly MetricRule[]): MetricRule[] {
  return rules.filter((rule) => !rule.primary).concat(rules.filter((rule, _, all) => rule.primary && all.filter((other) => other.primary).length > 1));
}

/**
 * Tests a guard at a look. Its limit on the log scale, where better is positive, is -ln(1 + max_regression): a cost may
 * grow to (1 + m) times the champion's, a rate fall to 1 / (1 + m). It is kept when the one-sided lower bound of its
 * median log ratio is above the limit. The bound's 5% of error is shared evenly by the stage's looks, so that it is a
 * 95% bound over all of them together. It is worse when the upper 95% bound is below the limit.
 *
 * A number that does not vary (bytes, a count) may sit on its limit, most often max_regression = 0: when no pair is
 * beyond it, the sign test of "worse in more than half of the pairs" applies, p = 2^-n.
 */
export function guardAt(pairs: readonly Pair[], rule: MetricRule, schedule: Schedule): GuardResult {
  const state = guardState(pairs, rule, schedule);
  const differences = pairs.map((pair) => logRatio(pair, rule)).filter((difference) => difference !== null);
  return { state, text: `${rule.name} is ${changeText(hodgesLehmann(differences), rule)} over ${differences.length} pairs; ${percentText(rule.maxRegression)} worse is allowed` };
}

/** The state alone. */
export function guardState(pairs: readonly Pair[], rule: MetricRule, schedule: Schedule): GuardResult['state'] {
  const { differences, builds } = withBuilds(pairs, (pair) => logRatio(pair, rule));
  const limit = -Math.log1p(rule.maxRegression);
  const { greater, less } = signedRankTails(differences, limit, schedule.unit === 'build' ? builds : undefined);
  const alpha = 0.05 / schedule.looks.length;
  const neverBeyond = differences.every((difference) => difference >= limit) && 2 ** -differences.length <= alpha;
  if (greater <= alpha || neverBeyond) return 'kept';
  return less <= 0.05 ? 'worse' : 'open';
}

function changeText(gain: number, rule: MetricRule): string {
  const factor = Math.exp(rule.goal === 'min' ? -gain : gain) - 1;
  if (Math.abs(factor) < 0.0005) return 'unchanged';
  return `${percentText(Math.abs(factor))} ${factor > 0 ? 'higher' : 'lower'}`;
}
