import { expect, it } from 'vitest';
import { firstDifference } from '../../src/core/compare-outputs.js';

const exact = { compare: 'exact', tolerance: 0 } as const;
const numbers = { compare: 'numbers', tolerance: 1e-3 } as const;

it('equal outputs agree', () => {
  expect(firstDifference('a\nb\n', 'a\nb\n', exact)).toBeNull();
});

it('the first line that differs is named', () => {
  expect(firstDifference('a\nb 1\n', 'a\nb 2\n', exact)).toBe('line 2: "b 1" became "b 2"');
});

it('a missing line is a difference', () => {
  expect(firstDifference('a\nb', 'a', numbers)).toMatch(/2 lines.*1/);
});

it('numbers may differ within the relative tolerance', () => {
  expect(firstDifference('loss 1.0000e-3 at 10', 'loss 1.0005e-3 at 10', numbers)).toBeNull();
  expect(firstDifference('loss 1.0e-3', 'loss 1.1e-3', numbers)).not.toBeNull();
  expect(firstDifference('-2.0', '2.0', numbers)).not.toBeNull();
});

it('the text around numbers must be equal, and there must be as many', () => {
  expect(firstDifference('loss 1', 'gain 1', numbers)).not.toBeNull();
  expect(firstDifference('1 2', '1 2 3', numbers)).not.toBeNull();
});
