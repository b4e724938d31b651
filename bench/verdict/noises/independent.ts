import { normalDeviate } from '../../../src/core/stats/random.js';
import { noBuildEffect, type NoiseModel } from './noise.js';

export const independent: NoiseModel = {
  name: 'independent',
  what: 'log times are normal and know nothing of each other',
  machine: (spread, random) => ({ sample: () => spread * normalDeviate(random), build: noBuildEffect }),
};
