import { mean, median, quantile, standardDeviation } from '../../src/core/stats/summary.js';
import { recordings, type Recording } from './recording.js';

/**
 * What the recordings say of real noise, in the terms of the models in `noises/`:
 *   npx tsx bench/verdict/fit.ts
 */
export interface Fit {
  /** Standard deviation of ln of one sample, over the whole series. */
  spread: number;
  /** The same from the differences of neighbours, by the root of 2: what is left of it within a pair. */
  neighbours: number;
  /** Autocorrelation of ln at these lags. */
  lag1: number;
  lag5: number;
  lag20: number;
  /** Of neighbours' differences by their robust deviation: the share beyond 3 (0.3% where they are normal). */
  tails: number;
  /** Share of samples above 1.25 times the median, and how many follow each other in the mean. */
  slow: number;
  slowRun: number;
  /** Standard deviation of ln of a layout's constant effect, by analysis of variance; 0 where the layouts differ by less than chance makes them. */
  layout: number;
}

export function fit({ series, layouts }: Pick<Recording, 'series' | 'layouts'>): Fit {
  const logs = series.map(Math.log);
  const steps = logs.slice(1).map((log, i) => log - (logs[i] as number));
  const robust = (quantile(steps, 0.75) - quantile(steps, 0.25)) / 1.349;
  const limit = 1.25 * median(series);
  const slow = series.filter((ms) => ms > limit).length;
  const runs = series.filter((ms, i) => ms > limit && !((series[i - 1] ?? 0) > limit)).length;
  return {
    spread: standardDeviation(logs),
    neighbours: standardDeviation(steps) / Math.SQRT2,
    lag1: autocorrelation(logs, 1),
    lag5: autocorrelation(logs, 5),
    lag20: autocorrelation(logs, 20),
    tails: steps.filter((step) => Math.abs(step) > 3 * robust).length / steps.length,
    slow: slow / series.length,
    slowRun: runs === 0 ? 0 : slow / runs,
    layout: layoutEffect(layouts),
  };
}

function autocorrelation(values: readonly number[], lag: number): number {
  const centre = mean(values);
  const products = values.slice(lag).map((value, i) => (value - centre) * ((values[i] as number) - centre));
  return mean(products) / mean(values.map((value) => (value - centre) ** 2));
}

/** Two-way analysis of variance (layout, visit), so that what changed from visit to visit is no layout's. */
function layoutEffect(layouts: readonly number[][]): number {
  const logs = layouts.map((visits) => visits.map(Math.log));
  const visits = logs[0]?.length ?? 0;
  const all = mean(logs.flat());
  const byLayout = logs.map(mean);
  const byVisit = Array.from({ length: visits }, (_, visit) => mean(logs.map((row) => row[visit] as number)));
  const between = (visits * byLayout.reduce((sum, value) => sum + (value - all) ** 2, 0)) / (logs.length - 1);
  const residual = logs.flatMap((row, i) => row.map((value, visit) => (value - (byLayout[i] as number) - (byVisit[visit] as number) + all) ** 2));
  const within = residual.reduce((sum, value) => sum + value, 0) / ((logs.length - 1) * (visits - 1));
  return Math.sqrt(Math.max(0, (between - within) / visits));
}

if (process.argv[1] === import.meta.filename) {
  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`.padStart(10);
  const number = (value: number): string => value.toFixed(2).padStart(6);
  console.log('recording                      load       spread neighbours   lag 1  lag 5 lag 20    beyond 3    slow in a row     layout');
  for (const { name, recording } of recordings()) {
    const found = fit(recording);
    const load = recording.load.map((value) => value.toFixed(1)).join(' to ').padEnd(10);
    console.log(`${name.padEnd(30)} ${load}${percent(found.spread)} ${percent(found.neighbours)}  ${number(found.lag1)} ${number(found.lag5)} ${number(found.lag20)}  ${percent(found.tails)}${percent(found.slow)} ${found.slowRun.toFixed(1).padStart(6)}  ${percent(found.layout)}`);
  }
}
