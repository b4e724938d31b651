import { lowerBound95, upperBound95 } from './binomial.js';
import type { CellResult } from './cell.js';

/** A bar that a cell is held to, and by how much it was missed. */
export interface Missed {
  cell: CellResult['cell'];
  text: string;
}

const percent = (fraction: number): string => `${(100 * fraction).toFixed(3)}%`;

/** The two situations that the schedule is made for: what it takes to find these gains is what it is judged by. */
export function isDesignPoint({ gain, spread }: CellResult['cell']): boolean {
  return (gain === 0.1 && spread === 0.05) || (gain === 0.05 && spread === 0.02);
}

/**
 * The bars of a cell. What must be rare is held by its exact upper 95% bound. What must be frequent is held by its lower one. `powerless`: only errors
 * are held, as where there are fewer builds than the schedule is made for.
 */
export function missedBars(result: CellResult, { powerless = false } = {}): Missed[] {
  const { cell, accepted, samples, confirmed, covered } = result;
  const { noise, gain, guard, minGain, runs } = cell;
  const missed: Missed[] = [];
  const miss = (text: string): void => void missed.push({ cell, text });
  const rare = (most: number): void => {
    const bound = upperBound95(accepted, runs);
    if (bound > most) miss(`accepted in ${percent(accepted / runs)} of ${runs} runs, at most ${percent(bound)}, above ${percent(most)}`);
  };
  const frequent = (fewest: number): void => {
    const bound = lowerBound95(accepted, runs);
    if (bound < fewest) miss(`accepted in ${percent(accepted / runs)} of ${runs} runs, at least ${percent(bound)}, below ${percent(fewest)}`);
  };
  const cheap = (most: number): void => {
    if (samples.mean >= most) miss(`${samples.mean.toFixed(1)} samples in the mean, not under ${most}`);
  };
  if (gain === 0) rare(noise === 'build 1.0%' ? 0.002 : 0.001);
  if (gain === minGain) rare(0.01);
  if (powerless) return missed;
  const independent = noise === 'independent';
  if (isDesignPoint(cell)) frequent(guard ? (independent ? 0.9 : 0) : independent ? 0.98 : 0.9);
  if (guard) return missed;
  if (independent && isDesignPoint(cell)) cheap(48);
  if (independent && (gain === 0 || gain === 0.3)) cheap(28);
  const coverage = covered / confirmed;
  if (accepted >= 0.9 * runs && (coverage < 0.93 || coverage > 0.97)) miss(`the interval held the truth in ${percent(coverage)} of ${confirmed} confirmations, not in 93 to 97%`);
  return missed;
}
