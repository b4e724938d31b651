import { taken, type OtherRule } from './rule.js';

const each = 20;
/** Of the standard normal distribution, 5% above. */
const critical = 1.645;

export const mannWhitney: OtherRule = {
  name: 'Mann-Whitney 20',
  what: '20 before, 20 after: p < 0.05 one-sided',
  judge(before, after) {
    const a = taken(before, each);
    const b = taken(after, each);
    let slower = 0;
    for (const x of a) for (const y of b) if (x > y) slower++;
    // The normal limit is good to 0.001 from 8 a side on (Mann and Whitney 1947).
    const z = (slower - (each * each) / 2) / Math.sqrt((each * each * (2 * each + 1)) / 12);
    return { accepted: z > critical, samples: 2 * each };
  },
};
