import { normalDeviate } from '../../../src/core/stats/random.js';
import { noBuildEffect, type NoiseModel } from './noise.js';

const share = 0.1;
const factor = Math.log(1.5);

/** `run`: samples that a burst lasts in the mean (geometric). */
function bursty(name: string, run: number): NoiseModel {
  const ends = 1 / run;
  const begins = (share / (1 - share)) * ends;
  return {
    name,
    what: `independent, and a neighbour takes the CPU 10% of the time, for ${run === 1 ? 'a sample' : `${run} samples`} in the mean: 1.5 times as slow`,
    machine(spread, random) {
      let hit = random() < share;
      return {
        sample() {
          hit = run === 1 ? random() < share : hit ? random() >= ends : random() < begins;
          return (hit ? factor : 0) + spread * normalDeviate(random);
        },
        build: noBuildEffect,
      };
    },
  };
}

/** Slow samples of the recordings come 2 to 6 in a row. */
export const longBursts = bursty('bursty', 6);
/** The harder one for pairs: hardly a burst hits both sides. */
export const shortBursts = bursty('short bursts', 1);
