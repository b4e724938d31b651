import { mean, median, standardDeviation } from '../stats/summary.js';

/** What the runs of a benchmark that count say of one metric, in its unit. */
export interface MetricSummary {
  n: number;
  mean: number;
  median: number;
  /** Of a sample: divides by n - 1; 0 for one run. */
  standard_deviation: number;
  min: number;
  max: number;
}

/** A metric over the runs of a benchmark that count. */
export interface SummedMetric {
  name: string;
  goal: 'min' | 'max';
  unit: string;
  primary: boolean;
  weight: number;
  summary: MetricSummary;
}

/** Throws RangeError for no values. */
export function summaryOf(values: readonly number[]): MetricSummary {
  const [low, high] = [values.reduce((least, value) => Math.min(least, value), Infinity), values.reduce((most, value) => Math.max(most, value), -Infinity)];
  return { n: values.length, mean: rounded(mean(values)), median: rounded(median(values)), standard_deviation: rounded(standardDeviation(values)), min: rounded(low), max: rounded(high) };
}

/** More digits than any measurement has, and few enough for the output of a step. */
export const rounded = (value: number): number => Number(value.toPrecision(9));
