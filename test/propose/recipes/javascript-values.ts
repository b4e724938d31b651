import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';

export interface Case {
  /** Defines `f`. */
  source: string;
  args: Arbitrary<unknown[]>;
  /** Results are numbers that may differ by this relative error. */
  tolerance?: number;
}

export interface RecipeCases {
  fires: Case[];
  /** Sources that look alike and must be left alone, by why. */
  leaves: Record<string, string>;
}

export const scalar = fc.oneof(fc.integer({ min: -3, max: 12 }), fc.constantFrom(NaN, -0, 0, '', 'a', 'b', '1', null, undefined, true, false, 1.5, Infinity), fc.string({ maxLength: 2 }));
export const wild = fc.oneof({ weight: 6, arbitrary: scalar }, fc.array(scalar, { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'toString'), scalar, { maxKeys: 3 }));
export const sparse = (element: Arbitrary<unknown>): Arbitrary<unknown[]> => fc.array(fc.option(element, { nil: 'hole', freq: 8 }), { maxLength: 24 }).map((list) => {
  const out: unknown[] = [];
  list.forEach((value, i) => {
    if (value !== 'hole') out[i] = value;
  });
  out.length = list.length;
  return out;
});
export const list = fc.array(scalar, { maxLength: 24 });
/** Long enough for a Set. */
export const long = fc.array(scalar, { minLength: 9, maxLength: 24 });
/** What a caller may hand in where an array is expected. */
export const loose = fc.oneof({ weight: 8, arbitrary: sparse(scalar) }, fc.constantFrom<unknown>(null, undefined, 'abab', 5, { length: 2, 0: 'a', 1: 'b' }));
export const words = fc.array(fc.constantFrom('a', 'b', 'c', 'aa', 'B', 'toString', '__proto__', 'constructor'), { maxLength: 24 });
export const tuple = (...parts: Arbitrary<unknown>[]): Arbitrary<unknown[]> => fc.tuple(...parts);
