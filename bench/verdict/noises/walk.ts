import { normalDeviate } from '../../../src/core/stats/random.js';
import { noBuildEffect, type NoiseModel } from './noise.js';

/** By the recordings' autocorrelations at lags 1 and 20, a step is 0.35, 0.36 and 0.57 of the spread within a pair. */
const step = 0.4;

export const walk: NoiseModel = {
  name: 'random walk',
  what: `independent, on a level that walks by ${step} spreads each sample`,
  machine(spread, random) {
    let level = 0;
    return {
      sample() {
        level += step * spread * normalDeviate(random);
        return level + spread * normalDeviate(random);
      },
      build: noBuildEffect,
    };
  },
};
