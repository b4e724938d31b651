import { expect, it } from 'vitest';
import type { StepConfig } from '../../../src/core/config/steps-schema.js';
import { chainAfter, doneOfChain } from '../../../src/core/pipeline/resume.js';

const chain = (text: string): StepConfig[] => text.split(' ').map((name) => ({ type: 'noop', name: name.replace('-', ''), enabled: !name.startsWith('-') }));
const at = (position: number) => ({ v: 1 as const, position, skipped: [], failed: null });
const same = () => true;

it('what was left out of a chain is not done, and what a person leaves out now is passed over', () => {
  expect(doneOfChain(chain('a -b c d'), at(3))).toEqual(['a', 'c']);
  expect(doneOfChain(chain('a b'), null)).toEqual([]);
  expect(chainAfter(chain('a b c d'), ['a', 'c'], same)).toEqual({ pipeline: at(1), taken: ['a'] });
  expect(chainAfter(chain('a -b c d'), ['a', 'c'], same)).toEqual({ pipeline: at(3), taken: ['a', 'c'] });
  expect(chainAfter(chain('-a b'), ['a', 'b'], same)).toEqual({ pipeline: at(2), taken: ['b'] });
});

it('a chain goes on where it has changed', () => {
  expect(chainAfter(chain('a b c'), ['a', 'b'], (step) => step !== 'b')).toEqual({ pipeline: at(1), taken: ['a'] });
  expect(chainAfter(chain('a new b c'), ['a', 'b'], same)).toEqual({ pipeline: at(1), taken: ['a'] });
  expect(chainAfter(chain('b a'), ['a', 'b'], same)).toEqual({ pipeline: at(0), taken: [] });
  expect(chainAfter(chain('a b'), ['a', 'b'], same)).toEqual({ pipeline: at(2), taken: ['a', 'b'] });
});
