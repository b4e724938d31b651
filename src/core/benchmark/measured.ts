import { benchmarksOf, type Benchmark } from '../config/benchmarks.js';
import type { Config } from '../config/schema.js';
import type { StepConfig } from '../config/steps-schema.js';
import { metricRules, type MetricRule } from '../verdict/metrics.js';

/** What of a step of type `benchmark` says what is executed, and what is read. */
export type BenchmarkSettings = Pick<StepConfig, 'command' | 'metrics' | 'goals'>;

/** What such a step executes: its own command, else that of the config. */
export function benchmarksOfStep(config: Config, { command }: BenchmarkSettings): Benchmark[] {
  return command === undefined ? benchmarksOf(config) : [{ name: null, command }];
}

/**
 * The metrics that it reads: its own patterns, of which the last match counts; else [[metrics]]. With [[benchmarks]] those
 * are of them, so that another command counts by its wall time. What [[metrics]] say of the goal and the unit of a name holds
 * for a pattern of that name.
 */
export function metricsOfStep(config: Config, { command, metrics, goals = {} }: BenchmarkSettings): MetricRule[] {
  const known = metricRules(config.metrics, config.benchmarks);
  const wall = metricRules([]);
  if (metrics === undefined) return command !== undefined && config.benchmarks.length > 0 ? wall : known;
  return Object.entries(metrics).flatMap(([name, pattern], position) => wall.map((rule): MetricRule => {
    const same = known.find((other) => other.name === name);
    return { ...rule, name, source: 'regex', pattern, match: 'last', primary: position === 0, goal: goals[name] ?? same?.goal ?? 'min', unit: same?.unit ?? '' };
  }));
}
