import type { Config } from '../config/schema.js';
import { metricRules, type MetricRule } from './metrics.js';
import { deltaOf, type Noise } from './noise.js';
import type { Protocol } from './schedule.js';

/** Everything besides the samples that a verdict depends on. Fixed before the trial and stored with its samples. */
export interface Rule {
  v: 1;
  metrics: MetricRule[];
  /** Natural-log gain that must be exceeded. */
  delta: number;
  protocol: Protocol;
}

export function ruleFrom(config: Pick<Config, 'metrics' | 'verdict'> & Partial<Pick<Config, 'benchmarks'>>, noise: Noise): Rule {
  return { v: 1, metrics: metricRules(config.metrics, config.benchmarks), delta: deltaOf(config.verdict.min_gain, noise), protocol: protocolOf(config.verdict) };
}

export function protocolOf({ protocol, warmups, runs }: Config['verdict']): Protocol {
  return protocol === 'fixed' ? { kind: 'fixed', warmups, runs } : { kind: 'sequential' };
}
