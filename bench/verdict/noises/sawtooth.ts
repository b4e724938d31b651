import { normalDeviate } from '../../../src/core/stats/random.js';
import { noBuildEffect, type NoiseModel } from './noise.js';

/** A processor that heats up and is cooled, or a cache that fills and is cleared. */
const period = 20;
const height = 4;

export const sawtooth: NoiseModel = {
  name: 'sawtooth',
  what: `independent, on a level that rises by ${height} spreads over ${period} samples and falls back at once`,
  machine(spread, random) {
    let phase = Math.floor(random() * period);
    return {
      sample() {
        phase = (phase + 1) % period;
        return height * spread * (phase / period) + spread * normalDeviate(random);
      },
      build: noBuildEffect,
    };
  },
};
