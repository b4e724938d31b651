import { taken, type OtherRule } from './rule.js';

export const bestOfTen: OtherRule = {
  name: 'best of 10',
  what: '10 before, 10 after: the fastest more than 5% faster',
  judge(before, after) {
    const base = Math.min(...taken(before, 10));
    return { accepted: base / Math.min(...taken(after, 10)) > 1.05, samples: 20 };
  },
};
