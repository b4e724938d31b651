import { mean } from '../../../src/core/stats/summary.js';
import { taken, type OtherRule } from './rule.js';

export const warmUpAndMean: OtherRule = {
  name: '3+10 means',
  what: '3 warm-ups and 10 before, the same after: the mean more than 2% faster',
  judge(before, after) {
    const base = mean(taken(before, 13).slice(3));
    return { accepted: base / mean(taken(after, 13).slice(3)) > 1.02, samples: 26 };
  },
};
