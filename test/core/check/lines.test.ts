import { describe, expect, it } from 'vitest';
import { compareExactly, compareNumbers } from '../../../src/core/check/lines.js';

const tolerance = { relative: 1e-3, absolute: 0 };

const textOf = (result: ReturnType<typeof compareExactly>): string | null => (result.agree ? null : result.text);
const exactly = (a: string, b: string): string | null => textOf(compareExactly(a, b));
const numbers = (a: string, b: string): string | null => textOf(compareNumbers(a, b, tolerance));

describe('exact', () => {
  it('equal outputs agree', () => {
    expect(exactly('a\nb\n', 'a\nb\n')).toBeNull();
  });

  it('the first line that differs is named, and how many others do', () => {
    expect(exactly('a\nb 1\n', 'a\nb 2\n')).toBe('line 2: "b 1" became "b 2"');
    expect(exactly('a\nb 1\nc', 'a\nb 2\nd')).toBe('line 2: "b 1" became "b 2" (the first of 2 lines that differ)');
  });

  it('a missing line is a difference', () => {
    expect(exactly('a\nb', 'a')).toBe('the champion printed 2 lines, the candidate 1 line; the first that only one has: "b"');
  });

  it('-0 is not 0, and a hidden character is shown', () => {
    expect(exactly('0', '-0')).toBe('line 1: "0" became "-0"');
    expect(exactly('a', 'a\u0001')).toBe(String.raw`line 1: "a" became "a\u0001"`);
  });
});

describe('numbers', () => {
  it('may differ within the relative tolerance', () => {
    expect(numbers('loss 1.0000e-3 at 10', 'loss 1.0005e-3 at 10')).toBeNull();
    expect(numbers('loss 1.0e-3', 'loss 1.1e-3')).not.toBeNull();
    expect(numbers('-2.0', '2.0')).not.toBeNull();
  });

  it('need the same text around them, and as many of them', () => {
    expect(numbers('loss 1', 'gain 1')).not.toBeNull();
    expect(numbers('1 2', '1 2 3')).not.toBeNull();
  });

  it('nan and inf are numbers as words of their own', () => {
    expect(numbers('loss nan', 'loss NaN')).toBeNull();
    expect(numbers('loss nan', 'loss 1')).not.toBeNull();
    expect(numbers('loss inf', 'loss -inf')).not.toBeNull();
    expect(numbers('information 1', 'information 1.0001')).toBeNull();
    expect(numbers('banana', 'banana')).toBeNull();
  });
});
