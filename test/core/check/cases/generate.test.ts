import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateCases, type GenerateOptions } from '../../../../src/core/check/cases/generate.js';
import type { Plain } from '../../../../src/core/check/cases/plain.js';
import { readType, type ValueType } from '../../../../src/core/check/cases/type-text.js';

function type(text: string): ValueType {
  const read = readType(text);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

const options = (more: Partial<GenerateOptions> = {}): GenerateOptions => ({ seed: '1', count: 60, size: 20, language: 'python', ...more });

const inRange = (value: number, low: number | null, high: number | null): boolean => (low === null || value >= low) && (high === null || value <= high);
const numberIn = (value: Plain): number => (typeof value === 'object' && value !== null ? ('i' in value ? Number(value.i) : 'f' in value ? Number(value.f) : Number.NaN) : Number.NaN);

/** Whether a value is of a type, written without the generator. */
function fits(value: Plain, of: ValueType): boolean {
  if (of.kind === 'union') return of.of.some((option) => fits(value, option));
  if (of.kind === 'json') return true;
  if (of.kind === 'null') return value === null;
  if (of.kind === 'bool') return typeof value === 'boolean';
  if (of.kind === 'literal') return typeof of.value === 'string' ? value === of.value : numberIn(value) === of.value;
  if (of.kind === 'str') return typeof value === 'string' && lengthFits(Array.from(value).length, value.length, of.length);
  if (value === null || typeof value !== 'object') return false;
  switch (of.kind) {
    case 'int':
      return 'i' in value && /^-?\d+$/.test(value.i) && inRange(Number(value.i), of.low, of.high);
    case 'bigint':
      return 'n' in value && /^-?\d+$/.test(value.n) && inRange(Number(value.n), of.low, of.high);
    case 'float':
      return 'f' in value && ((of.low === null && of.high === null) || inRange(Number(value.f), of.low, of.high));
    case 'bytes':
      return 'b' in value && Buffer.from(value.b, 'base64').toString('base64') === value.b;
    case 'list':
      return 'l' in value && lengthFits(value.l.length, value.l.length, of.length) && value.l.every((part) => fits(part, of.of));
    case 'set':
      return 's' in value && value.s.every((part) => fits(part, of.of)) && distinct(value.s);
    case 'dict':
      return 'd' in value && value.d.every(([key, part]) => fits(key, of.key) && fits(part, of.of)) && distinct(value.d.map(([key]) => key));
    case 'map':
      return 'm' in value && value.m.every(([key, part]) => fits(key, of.key) && fits(part, of.of)) && distinct(value.m.map(([key]) => key));
    case 'tuple':
      return 't' in value && value.t.length === of.of.length && value.t.every((part, index) => fits(part, of.of[index] as ValueType));
    case 'record':
      return 'd' in value && value.d.length === of.fields.length && value.d.every(([key, part], index) => key === of.fields[index]?.name && fits(part, of.fields[index].type));
    default:
      return false;
  }
}

const lengthFits = (least: number, most: number, range: { least: number; most: number | null }): boolean => most >= range.least && (range.most === null || least <= range.most);
const distinct = (values: readonly Plain[]): boolean => new Set(values.map((value) => JSON.stringify(value))).size === values.length;

/** Texts of types, nested. */
const typeText: fc.Arbitrary<string> = fc.letrec<{ type: string; leaf: string; key: string }>((tie) => ({
  leaf: fc.constantFrom('int', 'int(0..9)', 'int(-5..-2)', 'bigint', 'float', 'float(-1..1)', 'bool', 'str', 'str(2..4)', 'bytes', 'null', 'json', '"up"', "'a|b'", '3', '-1.5'),
  key: fc.constantFrom('int', 'str', '"k"', 'int(0..3)'),
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tie('type').map((of) => `list[${of}]`),
    tie('type').map((of) => `list[${of}](1..3)`),
    tie('key').map((of) => `set[${of}]`),
    fc.tuple(tie('key'), tie('type')).map(([key, of]) => `dict[${key}, ${of}]`),
    fc.tuple(tie('key'), tie('type')).map(([key, of]) => `map[${key},${of}]`),
    fc.tuple(tie('type'), tie('type')).map(([a, b]) => `tuple[${a}, ${b}]`),
    fc.tuple(tie('type'), tie('type')).map(([a, b]) => `{id: ${a}, "the name": ${b}}`),
    fc.tuple(tie('leaf'), tie('leaf')).map(([a, b]) => `${a} | ${b}`),
  ),
})).type;

describe('made-up arguments', () => {
  it('are of the types that were asked for, as many as were asked for', () => {
    fc.assert(
      fc.property(fc.array(typeText, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 40 }), fc.string(), (texts, count, seed) => {
        const types = texts.map(type);
        const cases = generateCases(types, options({ count, seed }));
        expect(cases).toHaveLength(count);
        for (const args of cases) for (const [index, value] of args.entries()) expect(fits(value, types[index] as ValueType), `${JSON.stringify(value)} is no ${texts[index]}`).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('are the same for the same seed, and others for another', () => {
    const made = (seed: string): string => JSON.stringify(generateCases([type('list[float]'), type('str')], options({ seed })));
    expect(made('7')).toBe(made('7'));
    expect(made('7')).not.toBe(made('8'));
  });

  it('have the edges of their type among them', () => {
    const texts = (text: string, language: 'python' | 'javascript' = 'python'): string[] => generateCases([type(text)], options({ count: 200, language })).map(([value]) => JSON.stringify(value));
    for (const edge of ['nan', '-0', 'inf', '-inf', '0']) {
      expect(texts('float')).toContain(`{"f":"${edge}"}`);
      expect(texts('list[float]')).toContain(`{"l":[{"f":"${edge}"}]}`);
    }
    expect(texts('int')).toContain(`{"i":"${2n ** 63n}"}`);
    expect(texts('int', 'javascript').every((text) => Number.isSafeInteger(Number(/-?\d+/.exec(text)?.[0])))).toBe(true);
    expect(texts('float(-1..1)').some((text) => /nan|inf|"-0"/.test(text))).toBe(false);
    expect(texts('int(3..5)')).toEqual(expect.arrayContaining(['{"i":"3"}', '{"i":"5"}']));
    expect(texts('str')).toEqual(expect.arrayContaining(['""', '"𝒳"', String.raw`"\u0000"`]));
    expect(texts('list[int]')).toContain('{"l":[]}');
    expect(texts('int | null')).toContain('null');
  });

  it('hold lists with many equal elements, and lists of the full length', () => {
    const lists = generateCases([type('list[int]')], options({ count: 200, size: 50 })).map(([value]) => (value as { l: Plain[] }).l);
    expect(Math.max(...lists.map((list) => list.length))).toBe(50);
    expect(lists.some((list) => list.length > 8 && new Set(list.map((item) => JSON.stringify(item))).size <= 4)).toBe(true);
  });

  it('have floats whose sums depend on the order, as sums of real numbers do', () => {
    const lists = generateCases([type('list[float(-1..1)](10..20)')], options({ count: 40 })).map(([value]) => (value as { l: { f: string }[] }).l.map(({ f }) => Number(f)));
    const sum = (list: number[]): number => list.reduce((total, item) => total + item, 0);
    expect(lists.filter((list) => sum(list) !== sum(list.toReversed())).length).toBeGreaterThan(10);
  });
});

describe('a type', () => {
  it.each([
    ['', 'ends too early'],
    ['lst[int]', 'has an unknown type `lst`'],
    ['list', 'has `list` without the types in it: `list[int]`'],
    ['dict[str]', 'has `dict` with 1 types in it, and it takes 2'],
    ['list[int', 'ends before its `]`'],
    ['int]', 'has `]` after its end'],
    ['int(5..1)', 'has the empty range 5..1'],
    ['int(a..1)', 'has `a` in the place of a number'],
    ['str(-1..2)', 'has the length -1..2, which is none'],
    ['{id int}', 'has `int` in the place of `:`'],
    ['list['.repeat(50), 'is nested too deeply'],
  ])('%j is none, and says why', (text, why) => {
    expect(readType(text)).toContain(why);
  });
});
