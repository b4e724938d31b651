import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactly, numbersAgree } from '../../../src/core/check/tolerance.js';

const within = (relative: number, absolute = 0) => ({ relative, absolute });

describe('two printed numbers', () => {
  it.each([
    ['0.1', '0.1000', true],
    ['1e3', '1000.0', true],
    ['-0', '0', true],
    ['+1', '1', true],
    ['0', '1e-999', false],
    ['1e999', '2e999', false],
    ['1e999', '10e998', true],
    ['1e999', 'inf', false],
    ['nan', 'NaN', true],
    ['nan', '0', false],
    ['inf', 'Infinity', true],
    ['inf', '-inf', false],
    ['9007199254740993', '9007199254740992', false],
    ['0.1', '0.10000000000000001', false],
  ])('%s and %s agree exactly: %s', (a, b, agree) => {
    expect(numbersAgree(a, b, exactly)).toBe(agree);
    expect(numbersAgree(b, a, exactly)).toBe(agree);
  });

  it.each([
    ['9007199254740993', '9007199254740992', 1e-15, true],
    ['1e999', '1.0001e999', 1e-3, true],
    ['1e999', '1.01e999', 1e-3, false],
    ['1e999', '1e9999', 0.5, false],
    ['1e-999', '-1e-999', 0.5, false],
    ['nan', '1', 1, false],
    ['inf', '1e308', 1, false],
  ])('%s and %s within %s: %s', (a, b, relative, agree) => {
    expect(numbersAgree(a, b, within(relative))).toBe(agree);
    expect(numbersAgree(b, a, within(relative))).toBe(agree);
  });

  it('an absolute tolerance lets numbers around 0 differ', () => {
    expect(numbersAgree('1e-12', '-1e-12', within(1e-9))).toBe(false);
    expect(numbersAgree('1e-12', '-1e-12', within(1e-9, 1e-11))).toBe(true);
    expect(numbersAgree('1e-400', '0', within(0, 1e-11))).toBe(true);
  });

  it('integers of any length agree when they are the same, and only then', () => {
    fc.assert(fc.property(fc.bigInt(), fc.bigInt(), (a, b) => numbersAgree(String(a), String(b), exactly) === (a === b)));
    fc.assert(fc.property(fc.bigInt({ min: 10n ** 30n, max: 10n ** 40n }), (a) => !numbersAgree(String(a), String(a + 1n), exactly)));
  });

  it('agree with what doubles say, away from the edge of the tolerance', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(double, double, fc.constantFrom(1e-9, 1e-3, 0.5), (a, b, relative) => {
        const apart = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
        fc.pre(Number.isFinite(apart) && Math.abs(apart / relative - 1) > 1e-3);
        return numbersAgree(String(a), String(b), within(relative)) === apart <= relative;
      }),
    );
  });
});
