import type { Config } from '../config/schema.js';
import { outputRuleOf, type OutputRule } from '../check/printed-rule.js';
import { metricRules, type MetricRule } from './metrics.js';
import { firstSchedules } from './first-schedules.js';
import { deltaOf, type Noise } from './noise.js';
import { totalAlpha, type Protocol, type Schedule } from './schedule.js';
import { allowanceOf, schedulesOf, screeningLetsThrough, type Schedules } from './schedules.js';

/**
 * Everything besides the samples that a verdict depends on. Fixed before the trial and stored with its samples. Version 1
 * does not hold its schedules: they follow from the protocol.
 */
export type Rule = RuleBase & ({ v: 1 } | ({ v: 2 } & Schedules));

interface RuleBase {
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

type RuleConfig = Pick<Config, 'metrics' | 'verdict' | 'check'> & Partial<Pick<Config, 'benchmarks' | 'commands'>>;

/** `screened`: whether the confirmation follows a screening of the same two commits. */
export function ruleFrom(config: RuleConfig, noise: Noise, screened = true): Rule {
  const output = outputRuleOf(config, noise.printed);
  const limits = limitsOf(config.verdict);
  const schedules = schedulesFrom(config, screened, noise);
  const base: RuleBase = { metrics: metricRules(config.metrics, config.benchmarks), delta: deltaOf(config.verdict.min_gain, noise), protocol: protocolOf(config.verdict), ...(output === null ? {} : { output }), ...(limits === null ? {} : { limits }) };
  return buildsOf(config, noise) === null ? { v: 1, ...base } : { v: 2, ...base, delta: base.delta + allowanceOf(schedules), ...schedules };
}

/** The same rule for one fresh build of each side and no screening: enough for what was too good to believe. */
export function ruleOfOneBuild(rule: Rule): Rule {
  return rule.v === 1 ? rule : { ...rule, ...schedulesOf(rule.protocol, 1, false) };
}

/** The same rule where the screening may share the champion's samples: the confirmation errs as seldom as one without a screening. */
export function ruleOfSharing(rule: Rule): Rule {
  if (rule.v === 1 || rule.screen === null) return rule;
  return { ...rule, confirm: schedulesOf(rule.protocol, rule.confirm.builds, false).confirm, shared: true };
}

export function schedulesOfRule(rule: Rule): Schedules {
  return rule.v === 1 ? firstSchedules(rule.protocol) : rule;
}

export function scheduleOf(rule: Rule, stage: 'screen' | 'confirm'): Schedule | null {
  return schedulesOfRule(rule)[stage];
}

/** The probability at most that a candidate whose gain is no more than delta is accepted. */
export function errorBound(rule: Rule): number {
  const { screen, confirm, shared } = schedulesOfRule(rule);
  return (rule.v === 1 || screen === null || shared === true ? 1 : screeningLetsThrough) * totalAlpha(confirm);
}

/** As the config asks for them. `noise`: as far as it is known. */
export function schedulesFrom(config: BuildsConfig, screened = true, noise: BuildCost | null = null): Schedules {
  const builds = buildsOf(config, noise);
  const protocol = protocolOf(config.verdict);
  return builds === null ? firstSchedules(protocol) : schedulesOf(protocol, builds, screened);
}

type BuildsConfig = Pick<RuleConfig, 'verdict' | 'commands'>;
type BuildCost = Pick<Noise, 'buildSeconds' | 'secondsPerSample'>;

/**
 * What `auto` means: where nothing is built, a fresh worktree is nearly free. `compiled`: ten is the fewest whose smallest
 * p-value, 2^-10, passes every look. `costly`: of what `isCostly` says.
 */
export const mostBuilds = { free: 16, compiled: 12, costly: 2 };

/** A fresh worktree that takes longer than this, in seconds and in samples: eight of each side would take half an hour, and most of the trial. */
const costly = { seconds: 120, samples: 5 };

function isCostly({ buildSeconds = 0, secondsPerSample }: BuildCost): boolean {
  return buildSeconds > costly.seconds && buildSeconds > costly.samples * secondsPerSample;
}

/** Fresh builds of each side in a confirmation, at most; null in inputs of earlier versions, whose rules are of version 1. */
export function buildsOf({ verdict, commands }: BuildsConfig, noise: BuildCost | null = null): number | null {
  // Configs in inputs of earlier versions lack it.
  const { builds } = verdict as Partial<Config['verdict']>;
  if (builds !== 'auto') return builds ?? null;
  if (noise !== null && isCostly(noise)) return mostBuilds.costly;
  return commands?.build === undefined ? mostBuilds.free : mostBuilds.compiled;
}

export function protocolOf({ protocol, warmups, runs }: Config['verdict']): Protocol {
  return protocol === 'fixed' ? { kind: 'fixed', warmups, runs } : { kind: 'sequential' };
}
