import type { Config, MetricConfig } from '../config/schema.js';
import type { Outside, Pair, Sample } from '../sample.js';

/** A metric as the verdict uses it: defaults resolved, so that it can be stored beside the samples. */
export interface MetricRule {
  name: string;
  /** Which of several benchmarks it is taken of. Absent where there is one. */
  benchmark?: string;
  /** `regex`: printed by the benchmark; the others are taken from outside. */
  source: 'wall' | 'cpu' | 'memory' | 'regex';
  goal: 'min' | 'max';
  primary: boolean;
  weight: number;
  /** Fraction by which a guard may get worse. */
  maxRegression: number;
  floor: number | null;
  ceiling: number | null;
  unit: string;
  pattern: string | null;
  match: MetricConfig['match'];
  /** Of a median: so many of the first matches are left out. Absent: none. */
  skip?: number;
}

/**
 * The metrics of a configuration; without any, the wall time. Where none is marked primary, the first one is. Of several
 * benchmarks, each that has no metric counts by its wall time, and where none is marked the first of each is primary.
 */
export function metricRules(metrics: Config['metrics'], benchmarks: readonly { name: string }[] = []): MetricRule[] {
  if (benchmarks.length === 0) return metrics.length === 0 ? [wallRule] : rulesOf(metrics, metrics.some((metric) => metric.primary));
  const marked = metrics.some((metric) => metric.primary);
  return benchmarks.flatMap(({ name }) => {
    const own = metrics.filter((metric) => metric.benchmark === name);
    const rules = own.length === 0 ? [{ ...wallRule, name, primary: !marked }] : rulesOf(own, marked);
    return rules.map((rule): MetricRule => ({ ...rule, benchmark: name }));
  });
}

function rulesOf(metrics: readonly MetricConfig[], marked: boolean): MetricRule[] {
  return metrics.map((metric, index) => {
    const source = metric.source ?? (metric.pattern === undefined ? 'wall' : 'regex');
    return {
      name: metric.name,
      source,
      goal: metric.goal,
      primary: marked ? metric.primary : index === 0,
      weight: metric.weight,
      maxRegression: metric.max_regression,
      floor: metric.floor ?? null,
      ceiling: metric.ceiling ?? null,
      unit: source === 'regex' ? metric.unit : outsideMetrics[source].unit,
      pattern: source === 'regex' ? (metric.pattern ?? null) : null,
      match: metric.match,
      ...(metric.skip === undefined ? {} : { skip: metric.skip }),
    };
  });
}

const wallRule: MetricRule = {
  name: 'wall', source: 'wall', goal: 'min', primary: true, weight: 1, maxRegression: 0.05, floor: null, ceiling: null, unit: 'ms', pattern: null, match: 'only',
};

/** What was seen from outside of the execution that a metric is of. Null where that benchmark was not executed. */
export function outsideOf(sample: Sample, rule: Pick<MetricRule, 'benchmark'>): Outside | null {
  if (rule.benchmark === undefined) return sample;
  return sample.parts !== undefined && Object.hasOwn(sample.parts, rule.benchmark) ? (sample.parts[rule.benchmark] ?? null) : null;
}

/** What is taken from outside, and in which unit. */
export const outsideMetrics = {
  wall: { key: 'wallMs', unit: 'ms' },
  cpu: { key: 'cpuMs', unit: 'ms' },
  memory: { key: 'peakBytes', unit: 'bytes' },
} as const satisfies Record<string, { key: keyof Outside; unit: string }>;

/** What the sample says of a metric: what was taken from outside, or the number printed. Null when it has no finite number. */
export function valueOf(sample: Sample, rule: MetricRule): number | null {
  if (!sample.ok) return null;
  const printed = Object.hasOwn(sample.metrics, rule.name) ? sample.metrics[rule.name] : undefined;
  const value = rule.source === 'regex' ? printed : outsideOf(sample, rule)?.[outsideMetrics[rule.source].key];
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/**
 * Natural log of how much better the candidate is: ln a - ln b for a cost, the reverse for a rate. Null where a side
 * has no number, or one that has no logarithm; `pairProblem` then says which side is to blame. A guard that is zero on
 * both sides, such as a count of errors, has not changed: 0.
 */
export function logRatio(pair: Pair, rule: MetricRule): number | null {
  const a = valueOf(pair.a, rule);
  const b = valueOf(pair.b, rule);
  if (a === null || b === null) return null;
  if (!rule.primary && a === 0 && b === 0) return 0;
  if (a <= 0 || b <= 0) return null;
  const cost = Math.log(a) - Math.log(b);
  return rule.goal === 'min' ? cost : -cost;
}

/** The pair's evidence: the weighted mean of the log ratios of its primary metrics. Null when one is missing. */
export function pairDifference(pair: Pair, rules: readonly MetricRule[]): number | null {
  let sum = 0;
  let weights = 0;
  for (const rule of rules) {
    if (!rule.primary) continue;
    const ratio = logRatio(pair, rule);
    if (ratio === null) return null;
    sum += rule.weight * ratio;
    weights += rule.weight;
  }
  return weights === 0 ? null : sum / weights;
}

/** `pairDifference` of every pair that has one. */
export function differencesOf(pairs: readonly Pair[], rules: readonly MetricRule[]): number[] {
  return pairs.map((pair) => pairDifference(pair, rules)).filter((difference) => difference !== null);
}

/** The differences of the pairs that have one, with their builds where those are known of all of them. */
export function withBuilds(pairs: readonly Pair[], differenceOf: (pair: Pair) => number | null): { differences: number[]; builds: number[] | undefined } {
  const differences: number[] = [];
  const usable: Pair[] = [];
  for (const pair of pairs) {
    const difference = differenceOf(pair);
    if (difference === null) continue;
    differences.push(difference);
    usable.push(pair);
  }
  return { differences, builds: buildsOfPairs(usable) };
}

/** Of which build each pair is; undefined where that is not known of all, as of pairs of earlier versions. */
export function buildsOfPairs(pairs: readonly Pair[]): number[] | undefined {
  const builds: number[] = [];
  for (const { build } of pairs) {
    if (build === undefined) return undefined;
    builds.push(build);
  }
  return builds;
}
