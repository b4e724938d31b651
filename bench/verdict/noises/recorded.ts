import { mean, standardDeviation } from '../../../src/core/stats/summary.js';
import { recordings } from '../recording.js';
import { noBuildEffect, type NoiseModel } from './noise.js';

/** Samples in a row that are taken over from a recording, in the mean. */
const block = 60;

/** Each recorded series as ln with mean 0 and standard deviation 1. */
const series = recordings().map(({ recording }) => {
  const logs = recording.series.map(Math.log);
  const centre = mean(logs);
  const deviation = standardDeviation(logs);
  return logs.map((log) => (log - centre) / deviation);
});

/** The stationary block bootstrap of Politis and Romano 1994, of one recording a machine: its own tails and correlations. */
export const recorded: NoiseModel = {
  name: 'recorded',
  what: `stretches of about ${block} samples of a series that was recorded on a real machine, stretched to the spread`,
  machine(spread, random) {
    const own = series[Math.floor(random() * series.length)] as number[];
    let at = Math.floor(random() * own.length);
    return {
      sample() {
        at = random() * block < 1 ? Math.floor(random() * own.length) : (at + 1) % own.length;
        return spread * (own[at] as number);
      },
      build: noBuildEffect,
    };
  },
};
