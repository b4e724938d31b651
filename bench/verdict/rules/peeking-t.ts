import { studentQuantile } from '../../../src/core/stats/summary.js';
import type { OtherRule } from './rule.js';

const fewest = 3;
const most = 30;
const critical = Array.from({ length: most + 1 }, (_, pairs) => (pairs < fewest ? Infinity : studentQuantile(0.95, pairs - 1)));

export const peekingT: OtherRule = {
  name: 'peeking t-test',
  what: `pairs in turn, tested after each from ${fewest} to ${most}: p < 0.05 one-sided at any time`,
  judge(before, after) {
    let sum = 0;
    let squares = 0;
    for (let n = 1; n <= most; n++) {
      const first = before();
      const difference = Math.log(first / after());
      sum += difference;
      squares += difference ** 2;
      const centre = sum / n;
      if (n >= fewest && centre > (critical[n] as number) * Math.sqrt((squares / n - centre ** 2) / (n - 1))) return { accepted: true, samples: 2 * n };
    }
    return { accepted: false, samples: 2 * most };
  },
};
