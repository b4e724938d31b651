import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonCopy, jsonEqual, NotJson } from '../../src/core/json-value.js';

describe('a copy of a JSON value', () => {
  it('is what JSON makes of it, and shares nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy = jsonCopy(value);
        // JSON writes -0 as 0.
        expect(copy).toEqual(JSON.parse(JSON.stringify(value)));
        expect(jsonEqual(copy, JSON.parse(JSON.stringify(value)))).toBe(true);
        if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value);
      }),
    );
  });

  it('refuses exactly what JSON would change or refuse', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true, withNullPrototype: true }), (value) => {
        let copy: unknown;
        try {
          copy = jsonCopy(value);
        } catch (error) {
          expect(error).toBeInstanceOf(NotJson);
          return;
        }
        expect(JSON.parse(JSON.stringify(copy))).toEqual(copy);
      }),
    );
  });

  it('is bounded in depth, and finds cycles however long', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(() => jsonCopy(deep)).toThrow('[0][0][0][0][0] is nested more than 500 levels deep');
    const first: Record<string, unknown> = {};
    first['a'] = { b: [{ c: first }] };
    expect(() => jsonCopy(first)).toThrow('.a.b[0].c is a cycle: it holds itself');
    const shared = { x: 1 };
    expect(jsonCopy([shared, shared])).toEqual([{ x: 1 }, { x: 1 }]);
  });

  it('keeps keys of any name', () => {
    const copy = jsonCopy(JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}'));
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"a":1},"constructor":2}');
    expect(jsonEqual({ __proto__: null, a: 1 }, { a: 1 })).toBe(true);
    expect(jsonEqual({ a: undefined }, {})).toBe(false);
  });
});
