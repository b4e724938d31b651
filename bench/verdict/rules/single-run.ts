import type { OtherRule } from './rule.js';

export const singleRun: OtherRule = {
  name: 'single run',
  what: 'one before, one after: faster at all',
  judge: (before, after) => ({ accepted: before() > after(), samples: 2 }),
};
