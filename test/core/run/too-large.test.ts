import { expect, it } from 'vitest';
import { mostLeft } from '../../../src/core/run/carried.js';
import { tooLarge } from '../../../src/core/run/too-large.js';

const text = (bytes: number): string => 'x'.repeat(bytes - 2);

it('what a step leaves is bounded: its output, each key that it writes, the input of its jump', () => {
  const most = text(mostLeft);
  expect(tooLarge({ output: most, writes: [['a', most], ['b', undefined]], jump: { to: 'x', input: most } })).toBeNull();
  expect(tooLarge({})).toBeNull();
  expect(tooLarge({ output: text(mostLeft + 1) })).toBe('its output has 66 KB as JSON, and at most 66 KB are handed on');
  expect(tooLarge({ writes: [['a', 1], ['b', 'é'.repeat(mostLeft)]] })).toBe('the key "b" of the state has 131 KB as JSON, and at most 66 KB are handed on');
  expect(tooLarge({ jump: { to: 'x', input: text(2_000_000) } })).toBe('the input of its jump has 2,000 KB as JSON, and at most 66 KB are handed on');
});
