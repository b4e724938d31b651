import { normalDeviate } from '../../src/core/stats/random.js';

/** A simulated host: the next run of a benchmark that takes `ms` undisturbed, in milliseconds. */
export type Machine = (ms: number) => number;

export type Disturbance = 'independent' | 'bursty';

/**
 * `independent`: log times are normal with this spread. `bursty`: besides, something else comes to run on the host now
 * and then, for 8 runs in the mean, and slows all of them by 10 to 80%; a quarter of all runs are hit.
 */
export function machine(kind: Disturbance, spread: number, random: () => number): Machine {
  let burst = 0;
  return (ms) => {
    if (kind === 'bursty') {
      if (burst > 0 && random() < 1 / 8) burst = 0;
      else if (burst === 0 && random() < 1 / 24) burst = Math.log(1.1 + 0.7 * random());
    }
    return ms * Math.exp(spread * normalDeviate(random) + burst);
  };
}
