import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareJson, type JsonRule } from '../../../src/core/check/json.js';
import { PathPattern, pathText } from '../../../src/core/check/json-path.js';
import { JsonNumber, readJson, type JsonValue } from '../../../src/core/check/json-text.js';

function pattern(text: string): PathPattern {
  const read = PathPattern.read(text);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

const rule = (more: Partial<JsonRule> = {}): JsonRule => ({ tolerance: { relative: 0, absolute: 0 }, paths: [], ignore: [], ...more });
const compare = (a: unknown, b: unknown, more: Partial<JsonRule> = {}) => compareJson(typeof a === 'string' ? a : JSON.stringify(a), typeof b === 'string' ? b : JSON.stringify(b), rule(more));

/** What readJson made of a text, as JSON.parse would have it. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, inner]) => [key, plain(inner)]));
  return value;
}

describe('reading JSON', () => {
  it('gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const read = readJson(text);
        expect(read.ok && plain(read.value)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses what JSON.parse refuses, NaN and infinities apart', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '1', 'x'), (text, at, junk) => {
        const broken = text.slice(0, at % (text.length + 1)) + junk + text.slice((at % (text.length + 1)) + 1);
        let valid = true;
        try {
          JSON.parse(broken);
        } catch {
          valid = false;
        }
        return readJson(broken).ok === valid;
      }),
    );
  });

  it('says where it ends to be JSON, and follows no endless nesting', () => {
    expect(readJson('{"a":\n 1,}')).toMatchObject({ ok: false, problem: 'it is not JSON, line 2: "}"' });
    expect(readJson('[012]')).toMatchObject({ ok: false });
    expect(readJson('[1] x')).toMatchObject({ problem: 'there is more after its end, line 1: "x"' });
    expect(readJson('')).toMatchObject({ problem: 'it is not JSON, line 1: it ends too early' });
    expect(readJson('['.repeat(100_000))).toMatchObject({ problem: 'it is nested more than 500 levels deep' });
  });
});

describe('a long string', () => {
  it('of millions of escapes is read, and ends where its quote is not escaped', () => {
    const many = '\\n'.repeat(4_000_000);
    expect(readJson(`["${many}\\\\", "a\\\\\\"b"]`)).toEqual({ ok: true, value: [`${'\n'.repeat(4_000_000)}\\`, 'a\\"b'] });
    expect(readJson(`["${many}`)).toMatchObject({ ok: false, problem: expect.stringMatching(/^it is not JSON, line 1: /) });
    expect(readJson('"\\"')).toMatchObject({ ok: false, problem: 'it is not JSON, line 1: "\\"\\\\\\""' });
  });
});

describe('comparing JSON', () => {
  it('agrees with itself in another order of keys', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).toReversed().map(([key, inner]) => [key, shuffled(inner)]));
      return value;
    };
    fc.assert(fc.property(fc.jsonValue(), (value) => compare(JSON.stringify(value), JSON.stringify(shuffled(value))).agree));
  });

  it('finds any other value', () => {
    // JSON has no -0 once it is read again, and comparing takes it for 0 as well.
    const written = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }), (a, b) => compare(JSON.stringify(a), JSON.stringify(b)).agree === isDeepStrictEqual(written(a), written(b))));
    expect(compare({ a: [1, { b: 'x' }] }, { a: [1, { b: 'y' }] })).toEqual({ agree: false, whose: 'candidate', text: '$.a[1].b: "x" became "y"' });
    expect(compare({ a: 1 }, { a: '1' })).toMatchObject({ text: '$.a: 1 became "1"' });
    expect(compare({ a: [1, 2] }, { a: [1] })).toMatchObject({ text: '$.a: 2 entries became 1' });
    expect(compare({ a: 1 }, { 'b c': 1 })).toMatchObject({ text: '$.a: 1 became nothing (the first of 2 places that differ)' });
    expect(compare({ a: null }, {})).toMatchObject({ text: '$.a: null became nothing' });
  });

  it('keeps the digits that a double would lose', () => {
    expect(compare('[9007199254740993]', '[9007199254740992]').agree).toBe(false);
    expect(compare('[1e999, NaN, -Infinity, -0]', '[1e999, NaN, -Infinity, 0]').agree).toBe(true);
    expect(compare('[NaN]', '[null]').agree).toBe(false);
  });

  it('has tolerances and exceptions by place', () => {
    const paths = [{ pattern: pattern('runs[*].loss'), tolerance: { relative: 1e-3, absolute: 0 } }];
    const ignore = [pattern('**.time')];
    const made = (loss: number, time: number) => ({ runs: [{ loss, time }], deep: { er: { time } }, loss: 1 });
    expect(compare(made(1, 5), made(1.0005, 6), { paths, ignore })).toEqual({ agree: true });
    expect(compare(made(1, 5), made(1.01, 6), { paths, ignore })).toMatchObject({ text: '$.runs[0].loss: 1 became 1.01' });
    expect(compare({ ...made(1, 5), loss: 1.0005 }, made(1, 5), { paths, ignore }).agree).toBe(false);
    expect(compare({ time: 1 }, {}, { ignore }).agree).toBe(true);
  });

  it('reads a document a line', () => {
    expect(compare('{"a": 1}\n{"a": 2}\n', '{"a": 1}\n{"a": 3}\n')).toMatchObject({ text: '$[1].a: 2 became 3' });
  });

  it('blames the side that prints no JSON', () => {
    expect(compare('{', '{}')).toMatchObject({ whose: 'champion' });
    expect(compare('{}', '{')).toMatchObject({ whose: 'candidate', text: expect.stringContaining('no JSON') });
  });
});

describe('a path', () => {
  it.each([
    ['a.b', ['a', 'b'], true],
    ['$.a.b', ['a', 'b'], true],
    ['a.*', ['a', 'b'], true],
    ['a[*]', ['a', 3], true],
    ['a[3]', ['a', 3], true],
    ['a[3]', ['a', 4], false],
    ['*', ['a', 'b'], false],
    ['**', ['a', 'b'], true],
    ['**.b', ['b'], true],
    ['a.**.b', ['a', 1, 'c', 'b'], true],
    ['["a.b"].c', ['a.b', 'c'], true],
    ['a.b', ['a.b'], false],
    ['$', [], true],
  ] as const)('%s fits %j: %s', (text, path, fits) => {
    expect(pattern(text).matches(path)).toBe(fits);
  });

  it.each(['a[', 'a..b', '["a]', 'a"b"', 'a[x]'])('%s is none', (text) => {
    expect(PathPattern.read(text)).toEqual(expect.stringContaining('is not a path'));
  });

  it('is written so that it can be read back', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.string(), fc.nat())), (path) => pattern(pathText(path)).matches(path)));
  });
});
