import type { Pair, Sample } from '../sample.js';
import { valueOf, type MetricRule } from './metrics.js';
import { failureText } from './words.js';
import type { Reason, VerdictKind } from './verdict.js';

/** A pair that ends a trial whatever the other pairs say. */
export interface Broken {
  kind: VerdictKind & ('rejected' | 'inconclusive');
  reason: Reason;
}

/**
 * What is wrong with the first broken pair; null when every pair counts. The champion's side is looked at first: when
 * it fails, the pair says nothing about the candidate. Then the candidate's failure, its floors and ceilings, and
 * numbers that have no logarithm.
 */
export function firstBroken(pairs: readonly Pair[], rules: readonly MetricRule[]): Broken | null {
  for (const pair of pairs) {
    const broken = brokenPair(pair, rules);
    if (broken !== null) return broken;
  }
  return null;
}

function brokenPair(pair: Pair, rules: readonly MetricRule[]): Broken | null {
  const where = `in pair ${pair.index + 1} of the ${stageNames[pair.stage]}`;
  const champion = sampleProblem(pair.a, rules);
  if (champion !== null) return championFailed(`the benchmark failed on the champion's side ${where}: ${champion}`);
  const candidate = sampleProblem(pair.b, rules);
  if (candidate !== null) return sampleFailed(`the benchmark failed on the candidate's side ${where}: ${candidate}`);
  for (const rule of rules) {
    const limit = limitProblem(pair.b, rule);
    if (limit !== null) return { kind: 'rejected', reason: { code: 'floor', text: `${limit} ${where}` } };
  }
  for (const rule of rules) {
    const a = valueOf(pair.a, rule) ?? 0;
    const b = valueOf(pair.b, rule) ?? 0;
    if (!rule.primary && a === 0 && b === 0) continue;
    const advice = 'a ratio needs numbers above 0, so hold such a metric by a floor or a ceiling';
    if (a <= 0) return championFailed(`${rule.name} is ${a} on the champion's side ${where}; ${advice}`);
    if (b <= 0) return sampleFailed(`${rule.name} is ${b} on the candidate's side ${where}; ${advice}`);
  }
  return printedProblem(pair, where);
}

/** A difference between two worktrees of one commit is no fault of anybody. */
function printedProblem({ stage, printed }: Pair, where: string): Broken | null {
  if (stage === 'noise' || printed === undefined) return null;
  const advice = '`check.benchmark` and `check.benchmark_pattern` say what must be the same';
  if (printed.kind === 'differs') return { kind: 'rejected', reason: { code: 'output-differs', text: `the benchmark prints something else than on the champion ${where}: ${printed.text}; ${advice}` } };
  if (printed.kind === 'unrepeatable') return { kind: 'inconclusive', reason: { code: 'output-varies', text: `what the benchmark prints differs ${where}, but not each time: ${printed.text}; ${advice}` } };
  return null;
}

const stageNames = { noise: 'noise measurement', knobs: 'search of knobs', screen: 'screening', confirm: 'confirmation', final: 'final measurement' } as const;

const championFailed = (text: string): Broken => ({ kind: 'inconclusive', reason: { code: 'champion-failed', text } });
const sampleFailed = (text: string): Broken => ({ kind: 'rejected', reason: { code: 'sample-failed', text } });

function sampleProblem(sample: Sample, rules: readonly MetricRule[]): string | null {
  if (!sample.ok) return failureText(sample.failure);
  const missing = rules.find((rule) => valueOf(sample, rule) === null);
  return missing === undefined ? null : `it has no finite number for ${missing.name}`;
}

function limitProblem(sample: Sample, rule: MetricRule): string | null {
  const value = valueOf(sample, rule);
  if (value === null) return null;
  const unit = rule.unit === '' ? '' : ` ${rule.unit}`;
  if (rule.floor !== null && value < rule.floor) return `${rule.name} was ${value}${unit}, below its floor of ${rule.floor}${unit},`;
  if (rule.ceiling !== null && value > rule.ceiling) return `${rule.name} was ${value}${unit}, above its ceiling of ${rule.ceiling}${unit},`;
  return null;
}
