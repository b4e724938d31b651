import type { Pair } from '../sample.js';
import { componentsOf, type Components } from '../stats/iterations.js';
import { mean } from '../stats/summary.js';
import { msPerUnit } from './agreement.js';
import { valueOf, type MetricRule } from './metrics.js';

/**
 * What A/A pairs say of a benchmark whose first primary metric is the median time of many steps of one process. Null where
 * it is not, or its unit is not known.
 */
export function stepsOf(pairs: readonly Pair[], rules: readonly MetricRule[]): Components | null {
  const rule = rules.find(({ primary }) => primary);
  const unit = rule === undefined ? undefined : msPerUnit[rule.unit.trim().toLowerCase()];
  if (rule?.match !== 'median' || rule.goal !== 'min' || unit === undefined) return null;
  const samples = pairs.flatMap(({ a, b }) => [a, b]);
  const processes = samples.flatMap((sample) => (sample.ok ? (sample.iterations?.[rule.name] ?? []) : []));
  const medians = samples.map((sample) => valueOf(sample, rule)).filter((value) => value !== null);
  if (processes.length < samples.length || medians.length < samples.length || samples.length === 0) return null;
  const step = (mean(medians) * unit) / 1000;
  const steps = mean(processes.map(({ count }) => count));
  return componentsOf(processes, medians, { start: mean(samples.map(({ wallMs }) => wallMs)) / 1000 - steps * step, step });
}

/** Less saving than this is not worth a word. */
const worthSaying = 0.8;

/** What to change in the benchmark, in a sentence; null where it is well balanced. */
export function stepsAdvice({ steps, best, within, between, cost }: Components): string | null {
  if (cost > worthSaying || best >= steps) return null;
  const percent = (fraction: number): string => `${Number((100 * fraction).toPrecision(2))}%`;
  return `Each process measures ${steps} steps; ${best} would give the same certainty for ${percent(cost)} of the time: steps vary by ${percent(within)} within a process, but processes by ${percent(between)} among themselves, which more steps do not average out`;
}
