import { normalDeviate } from '../../../src/core/stats/random.js';
import { noBuildEffect, type NoiseModel } from './noise.js';

/** Drawn by each process anew, as by the seed of a hash table or where its memory lies. Within a mode half of the spread, two spreads apart: together one spread. */
const slowShare = 0.25;
const apart = 2;
const within = 1 / 2;

export const bimodal: NoiseModel = {
  name: 'bimodal',
  what: 'a quarter of the samples in a mode that is slower by 2 spreads, each mode half a spread wide',
  machine: (spread, random) => ({ sample: () => spread * ((random() < slowShare ? apart : 0) + within * normalDeviate(random)), build: noBuildEffect }),
};
