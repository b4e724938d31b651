import { expect, it } from 'vitest';
import { settled } from '../../../src/core/knobs/settled.js';

const gains = { won: [0.2], lost: [-0.1], crashed: [0.1] };
const failed = [{ id: 'crashed', why: 'it ends with 1' }, { id: 'unbuilt', why: 'the build command fails with it' }];

it('what was sampled and did not win is settled, and what failed; winners and what had no samples are not', () => {
  expect(settled({ gains, failed, open: [{ id: 'won' }] })).toEqual(['lost', 'crashed', 'unbuilt']);
});

it('what a search was cut short of is not settled', () => {
  expect(settled({ gains, failed: [], open: [{ id: 'won' }, { id: 'lost' }] })).toEqual(['crashed']);
  expect(settled({ gains: {}, failed: [], open: [] })).toEqual([]);
});
