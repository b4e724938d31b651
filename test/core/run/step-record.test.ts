import { expect, it } from 'vitest';
import { shortened } from '../../../src/core/run/step-record.js';

it('what is long is written down as the beginning of its text, a text without quotes', () => {
  expect(shortened({ a: 1 })).toEqual({ a: 1 });
  expect(shortened('no\n"quotes"')).toBe('no\n"quotes"');
  expect(shortened(`a"${'b'.repeat(2000)}`)).toBe(`a"${'b'.repeat(998)} …`);
  expect(shortened({ text: 'b'.repeat(2000) })).toBe(`{"text":"${'b'.repeat(991)} …`);
  expect(shortened(undefined)).toBeUndefined();
});
