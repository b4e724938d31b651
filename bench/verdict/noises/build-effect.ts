import { normalDeviate } from '../../../src/core/stats/random.js';
import type { NoiseModel } from './noise.js';

/** `effect`: standard deviation of ln of a build's constant effect, a fraction of the time and not of the spread. */
function buildEffect(effect: number): NoiseModel {
  return {
    name: `build ${(100 * effect).toFixed(1)}%`,
    what: `independent, and each fresh build of either side is slower or faster as a whole, by ${(100 * effect).toFixed(1)}%`,
    machine: (spread, random) => ({ sample: () => spread * normalDeviate(random), build: () => effect * normalDeviate(random) }),
  };
}

export const smallBuildEffect = buildEffect(0.01);
export const largeBuildEffect = buildEffect(0.015);
