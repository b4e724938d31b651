import { mean, standardDeviation } from './summary.js';

/** The steps that one process printed the time of, the first ones left out. */
export interface Iterations {
  count: number;
  /** Standard deviation of the natural log of one step, within the process. */
  within: number;
}

/** Null for fewer than two steps, and where one has no logarithm. */
export function iterationsOf(values: readonly number[]): Iterations | null {
  if (values.length < 2 || values.some((value) => value <= 0)) return null;
  return { count: values.length, within: standardDeviation(values.map(Math.log)) };
}

/** Where the noise of a benchmark comes from that measures many steps in one process. */
export interface Components {
  /** Steps a process, as it is. */
  steps: number;
  /** Steps a process at which the least time is spent for the same certainty; `steps` itself where that is not known to differ. */
  best: number;
  /** Standard deviations of natural logs: of one step in its process, and of processes beyond what their steps explain. */
  within: number;
  between: number;
  /** What a comparison of the same certainty costs with `best` steps, as a fraction of what it costs now. */
  cost: number;
}

/** The variance of a median over that of a mean of as many normal values, for large numbers. */
const medianFactor = Math.PI / 2;

/**
 * Splits the variance of the processes' medians into components and balances them (Kalibera and Jones, "Rigorous
 * benchmarking in reasonable time", 2013): a process of m steps costs start + m * step seconds and has the variance
 * between^2 + f within^2 / m, with f = pi/2 for a median. The product is least at
 * m = sqrt(f (start / step)) * within / between. `medians`: one of each process. Null for fewer than four processes.
 */
export function componentsOf(processes: readonly Iterations[], medians: readonly number[], seconds: { start: number; step: number }): Components | null {
  if (processes.length < 4 || medians.length !== processes.length || !(seconds.step > 0)) return null;
  const steps = Math.round(mean(processes.map(({ count }) => count)));
  const within = Math.sqrt(mean(processes.map((process) => process.within ** 2)));
  const seen = standardDeviation(medians.map(Math.log)) ** 2;
  const explained = (medianFactor * within ** 2) / steps;
  const between = Math.sqrt(Math.max(0, seen - explained));
  const start = Math.max(0, seconds.start);
  const balanced = between === 0 ? steps : Math.sqrt((medianFactor * start) / seconds.step) * (within / between);
  const best = Math.min(Math.max(3, Math.ceil(balanced)), Math.max(3, steps));
  const price = (m: number): number => (start + m * seconds.step) * (between ** 2 + (medianFactor * within ** 2) / m);
  return { steps, best, within, between, cost: price(steps) === 0 ? 1 : price(best) / price(steps) };
}
