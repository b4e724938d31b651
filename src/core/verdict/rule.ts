import type { Config } from '../config/schema.js';
import { outputRuleOf, type OutputRule } from '../check/printed-rule.js';
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
  /** How what the benchmark prints is compared in each pair. Absent: it is not. */
  output?: OutputRule;
  /** What is too good to believe; absent in rules of earlier versions. */
  limits?: Limits;
}

export interface Limits {
  /** A gain above this many times. */
  maxRatio: number;
  /** The best value that the primary metric can have, in its unit. */
  roofline: number | null;
}

/** Of an input of an earlier version: none. */
export function limitsOf(verdict: Config['verdict']): Limits | null {
  const { max_ratio: maxRatio, roofline } = verdict as Partial<Config['verdict']>;
  return maxRatio === undefined ? null : { maxRatio, roofline: roofline ?? null };
}

export function ruleFrom(config: Pick<Config, 'metrics' | 'verdict' | 'check'> & Partial<Pick<Config, 'benchmarks'>>, noise: Noise): Rule {
  const output = outputRuleOf(config, noise.printed);
  const limits = limitsOf(config.verdict);
  return { v: 1, metrics: metricRules(config.metrics, config.benchmarks), delta: deltaOf(config.verdict.min_gain, noise), protocol: protocolOf(config.verdict), ...(output === null ? {} : { output }), ...(limits === null ? {} : { limits }) };
}

export function protocolOf({ protocol, warmups, runs }: Config['verdict']): Protocol {
  return protocol === 'fixed' ? { kind: 'fixed', warmups, runs } : { kind: 'sequential' };
}
