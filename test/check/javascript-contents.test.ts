import { describe, expect, it } from 'vitest';
import { drawCases } from '../../src/check/cases/run-cases.js';
import { unseenText } from '../../src/core/check/cases/unseen.js';
import { caseSchema } from '../../src/core/config/cases-schema.js';
import { ran } from './cases.js';
import { takenForEqual, type Pair } from './contents.js';

const helpers = `class Private { #a; constructor(a) { this.#a = a; } }
async function* later(...items) { yield* items; }
const bytes = (...values) => Uint8Array.from(values).buffer;
const shared = (value) => { const buffer = new SharedArrayBuffer(1); new Uint8Array(buffer)[0] = value; return buffer; };
const found = (text) => { const pattern = /a/g; pattern.exec(text); return pattern; };
`;
const program = {
  entry: 'mod.mjs#value',
  inputs: 'bench/cases.mjs',
  generator: (count: number) => ({ 'bench/cases.mjs': `export const cases = () => Array.from({ length: ${count} }, (_, index) => [index]);\n` }),
  returning: (values: readonly string[]) => ({ 'mod.mjs': `${helpers}export const value = (index) => [${values.map((value) => `() => (${value})`).join(', ')}][index]();\n` }),
};

const pairs: Pair[] = [
  ['a buffer', 'bytes(1, 2)', 'bytes()'],
  ['a buffer of the same length', 'bytes(1, 2)', 'bytes(1, 3)'],
  ['a shared buffer', 'shared(1)', 'shared(2)'],
  ['a view', 'new DataView(bytes(1, 2, 3), 1, 1)', 'new DataView(bytes(1, 3, 3), 1, 1)'],
  ['an address', 'new URL("http://a/b")', 'new URL("http://a/c")'],
  ['parameters of an address', 'new URLSearchParams("a=1")', 'new URLSearchParams("a=2")'],
  ['the place of a pattern', 'found("a")', 'found("ba")'],
  ['an asynchronous generator', 'later(1, 2)', 'later(1, 3)'],
  ['a boxed symbol', 'Object(Symbol("a"))', 'Object(Symbol("b"))'],
  ['a boxed number', 'Object(-0)', 'Object(0)'],
  ['a boxed text', 'Object("a")', 'Object("b")'],
  ['what is not enumerable', 'Object.defineProperty({}, "a", { value: 1 })', 'Object.defineProperty({}, "a", { value: 2 })'],
  ['an attribute of a date', 'Object.assign(new Date(0), { a: 1 })', 'Object.assign(new Date(0), { a: 2 })'],
  ['a class of fields and one of a list', 'new (class R {})()', 'new (class R extends Array {})()'],
];

describe('what a value of JavaScript holds within', () => {
  it('is compared, whatever holds it', async () => {
    expect(await takenForEqual(program, pairs)).toEqual([]);
  });

  it('agrees with itself', async () => {
    const same = [...pairs.flatMap(([, one, other]) => [one, other]), 'new Headers({ a: "1" })', 'new Blob(["a"])', 'new Private(1)', '[new Map([[1, 2]]).entries()]', 'new WeakMap()', 'Object.create(URL.prototype)', 'Object.create(null)'];
    expect(await takenForEqual(program, same.map((value) => [value, value, value]))).toEqual(same);
  });

  it('is named where it cannot be seen', async () => {
    const values = ['new Private(1)', '{ a: [new Blob(["a"])] }', '[(function* () {})()]', '[[1].values()]', '[Promise.resolve(1)]', 'new Proxy({}, {})', '() => 1', '[new Map([[1, 2]]), new Set([1]), new Date(0), /a/, new Error("a"), Buffer.from("a"), new URL("http://a"), new (class Plain {})()]'];
    const cases = caseSchema.parse({ entry: program.entry, inputs: program.inputs, count: values.length });
    const seen = await ran(cases, drawCases(cases, '1234567890'), { ...program.generator(values.length), ...program.returning(values) });
    expect(seen.kind === 'ran' && unseenText(seen.cases)).toBe('Promise, Proxy, class, class Blob, class Private and 1 more');
  });
});
