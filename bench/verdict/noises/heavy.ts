import { normalDeviate } from '../../../src/core/stats/random.js';
import { noBuildEffect, type NoiseModel } from './noise.js';

export const heavy: NoiseModel = {
  name: 'heavy-tailed',
  what: "log times follow Student's t with 3 degrees of freedom, the heaviest whole number with a standard deviation",
  machine: (spread, random) => ({ sample: () => (spread / Math.sqrt(3)) * student3(random), build: noBuildEffect }),
};

function student3(random: () => number): number {
  const chiSquared = normalDeviate(random) ** 2 - 2 * Math.log(1 - random());
  return normalDeviate(random) / Math.sqrt(chiSquared / 3);
}
