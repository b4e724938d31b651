import { seededRandom } from '../../src/core/stats/random.js';
import { mean, quantile } from '../../src/core/stats/summary.js';
import { metricRules, type MetricRule } from '../../src/core/verdict/metrics.js';
import { schedulesOf } from '../../src/core/verdict/schedules.js';
import { noises } from './noises/all.js';
import { otherRules } from './rules/all.js';
import { sidesOf } from './rules/rule.js';
import { simulateTrial } from './trial.js';

/** One situation, many trials of it. */
export interface Cell {
  noise: string;
  /** Standard deviation of ln of one sample. */
  spread: number;
  /** True gain, a fraction. */
  gain: number;
  /** With one guard of the same noise that does not change and may get worse by 5%. */
  guard: boolean;
  /** Fresh builds of each side in confirmation, at most. */
  builds: number;
  minGain: number;
  runs: number;
  seed: string;
  /** Whether the other rules are played, too. */
  others: boolean;
}

export interface CellResult {
  cell: Cell;
  accepted: number;
  /** Benchmark executions, A/A and warm-ups apart. */
  samples: { mean: number; p95: number };
  /** Fresh builds of each side, mean. */
  builds: number;
  /** Mean of (estimated - true gain), as a fraction of the time, of what was accepted; null where nothing was. */
  bias: number | null;
  /** Confirmation runs, whatever they ended in, and how many of their 95% intervals hold the true gain. */
  confirmed: number;
  covered: number;
  others: { rule: string; accepted: number; samples: number }[];
}

export const guardRegression = 0.05;

function metricsOf(guard: boolean): MetricRule[] {
  const [wall] = metricRules([]) as [MetricRule];
  return guard ? [wall, { ...wall, name: 'guard', source: 'regex', primary: false, maxRegression: guardRegression, unit: '', pattern: '(guard)' }] : [wall];
}

/** Plays the cell. The same cell gives the same result. */
export function playCell(cell: Cell): CellResult {
  const { noise: name, spread, guard, builds, minGain, runs, seed } = cell;
  const noise = noises.find((candidate) => candidate.name === name);
  if (noise === undefined) throw new Error(`there is no noise "${name}"; there are ${noises.map((candidate) => candidate.name).join(', ')}`);
  const random = seededRandom(JSON.stringify([seed, name, spread, cell.gain, guard, builds]));
  const gain = Math.log1p(cell.gain);
  const metrics = metricsOf(guard);
  const schedules = schedulesOf({ kind: 'sequential' }, builds, true);
  const samples: number[] = [];
  const made: number[] = [];
  const biases: number[] = [];
  let confirmed = 0;
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const bench = { machine: noise.machine(spread, random), guard: guard ? noise.machine(spread, random) : null, random };
    const simulated = simulateTrial(bench, gain, metrics, schedules, minGain);
    const { kind, measured } = simulated.verdict;
    if (measured === null) throw new Error('every simulated trial has numbers');
    samples.push(measured.samples);
    made.push(simulated.builds);
    if (kind === 'accepted') biases.push(measured.ratio / (1 + cell.gain) - 1);
    if (!simulated.confirmed) continue;
    confirmed++;
    if (measured.ci95[0] <= 1 + cell.gain && 1 + cell.gain <= measured.ci95[1]) covered++;
  }
  const others = !cell.others ? [] : otherRules.map((rule) => {
    const sum = { rule: rule.name, accepted: 0, samples: 0 };
    for (let run = 0; run < runs; run++) {
      const { before, after } = sidesOf(noise.machine(spread, random), gain);
      const outcome = rule.judge(before, after);
      if (outcome.accepted) sum.accepted++;
      sum.samples += outcome.samples / runs;
    }
    return sum;
  });
  return { cell, accepted: biases.length, samples: { mean: mean(samples), p95: quantile(samples, 0.95) }, builds: mean(made), bias: biases.length === 0 ? null : mean(biases), confirmed, covered, others };
}
