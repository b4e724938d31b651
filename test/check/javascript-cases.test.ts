import { describe, expect, it } from 'vitest';
import { compare, type CasesInput } from './cases.js';

// A function of JavaScript, before and after a change, called by a real Node with made-up arguments.

const unique = 'export function unique(items) { return items.filter((item, index) => items.indexOf(item) === index); }\n';
const input: CasesInput = { entry: 'src/unique.mjs#unique', args: ['list[int]'], count: 30, size: 30 };

const against = async (candidate: string, more: Partial<CasesInput> = {}, champion = unique): Promise<string | null> => compare({ ...input, ...more }, { 'src/unique.mjs': champion }, { 'src/unique.mjs': candidate });

describe('a sound optimisation', () => {
  it('agrees in every case', async () => {
    expect(await against('export const unique = (items) => [...new Set(items)];\n')).toBeNull();
  });

  it('agrees in CommonJS, with exports that cannot be told statically, and by default export', async () => {
    const files = (body: string) => ({ 'src/unique.cjs': `const all = {}; all['uni' + 'que'] = ${body}; Object.assign(module.exports, all);\n`, 'lib/all.mjs': `export default ${body};\n` });
    const [slow, fast] = ['(items) => items.filter((item, index) => items.indexOf(item) === index)', '(items) => [...new Set(items)]'];
    expect(await compare({ ...input, entry: 'src/unique.cjs#unique' }, files(slow), files(fast))).toBeNull();
    expect(await compare({ ...input, entry: 'lib/all.mjs#default' }, files(slow), files(fast))).toBeNull();
    expect(await compare({ ...input, entry: 'src/unique.cjs#unique' }, files(slow), files('(items) => items'))).toMatch(/^unique\(/);
  });

  it('agrees whatever it prints', async () => {
    expect(await against('console.log("@0 x"); export const unique = (items) => { process.stdout.write("no end of line"); return [...new Set(items)]; };\n')).toBeNull();
  });
});

describe('a change is told by', () => {
  it.each([
    ['a constant', 'export const unique = () => [];', /the returned value\.length|the returned value/],
    ['an edge: a Set finds NaN, which indexOf does not, and makes 0 of -0', 'export const unique = (items) => [...new Set(items)];', /the returned value/, { args: ['list[float]'], count: 200 }],
    ['an edge: adding 0 makes 0 of -0', 'export const unique = (items) => items.filter((item, index) => items.indexOf(item) === index).map((item) => item + 0);', /-0 became 0/, { args: ['list[float]'], count: 300 }],
    ['the same array, changed in place', 'export const unique = (items) => { const kept = [...new Set(items)]; items.length = 0; items.push(...kept); return kept; };', /afterwards argument 1/],
    ['the argument itself in the place of a new array', 'export const unique = (items) => new Set(items).size === items.length ? items : [...new Set(items)];', /an object that was there before/],
    ['a cache by identity', 'const cache = new WeakMap(); export const unique = (items) => { if (!cache.has(items)) cache.set(items, [...new Set(items)]); return [...cache.get(items)]; };', /their contents replaced: the returned value/],
    ['a cache that gives one object twice', 'const cache = new WeakMap(); export const unique = (items) => { const key = items.join(); if (cache.get(items)?.key !== key) cache.set(items, { key, value: [...new Set(items)] }); return cache.get(items).value; };', /a second call with the same arguments: the returned value: another object.* became an object that was there before/],
    ['a cache by value that gives one object twice', 'const cache = new Map(); export const unique = (items) => { const key = JSON.stringify(items); if (!cache.has(key)) cache.set(key, [...new Set(items)]); return cache.get(key); };', /became an object that was there before/],
    ['a generator in the place of an array', 'export function* unique(items) { yield* new Set(items); }', /Array.* became .*iterator/],
    ['a Set in the place of an array', 'export const unique = (items) => new Set(items);', /\(Array\) became Set/],
    ['an array that is computed when it is looked at', 'export const unique = (items) => new Proxy([...new Set(items)], {});', /became Proxy/],
    ['an array by name only', 'const Fake = { Array: class Array extends globalThis.Array {} }.Array; export const unique = (items) => Fake.from(new Set(items));', /became class Array/],
    ['a promise in the place of a value', 'export const unique = async (items) => [...new Set(items)];', /awaited/],
    ['another order', 'export const unique = (items) => [...new Set(items)].sort((a, b) => a - b);', /the returned value at \[\d+\]/],
    ['an exception', 'export const unique = (items) => { if (items.length > 5) throw new RangeError(`too long: ${items.length}`); return [...new Set(items)]; };', /it returns .* became it throws RangeError too long: \d+/],
    ['state that lasts', 'let calls = 0; export const unique = (items) => { calls += 1; return calls % 50 === 0 ? [] : [...new Set(items)]; };', /the returned value/],
    ['an end of the process', 'export const unique = (items) => { if (items.length > 5) process.exit(0); return [...new Set(items)]; };', /^it did not come back from unique\(.*: it ended with exit code 0/],
    ['a function that is gone', 'export const other = 1;', /^candidate: cannot load src\/unique\.mjs: it does not export unique/],
  ])('%s', async (_name, candidate, text, more?: Partial<CasesInput>) => {
    expect(await against(`${candidate}\n`, more)).toMatch(text);
  });

  it('the message of an exception, and its type', async () => {
    const parse = (error: string): string => `export const unique = (text) => { if (text.length > 1) throw new ${error}; return text; };\n`;
    const more = { args: ['str'] };
    expect(await against(parse('TypeError("bad " + text.length)'), more, parse('TypeError("bad " + text.length)'))).toBeNull();
    expect(await against(parse('TypeError("bad")'), more, parse('TypeError("bad " + text.length)'))).toMatch(/the exception: TypeError bad \d+ became TypeError bad/);
    expect(await against(parse('Error("bad")'), more, parse('TypeError("bad")'))).toMatch(/TypeError bad \(TypeError\) became Error bad \(Error\)/);
  });

  it('a loss of precision, unless the tolerance allows it', async () => {
    const sum = 'export const unique = (items) => items.reduce((total, item) => total + item, 0);\n';
    const more = { args: ['list[float(-1..1)]'] };
    const backwards = 'export const unique = (items) => items.reduceRight((total, item) => total + item, 0);\n';
    const single = 'export const unique = (items) => items.reduce((total, item) => Math.fround(total + item), 0);\n';
    expect(await against(backwards, more, sum)).toMatch(/the returned value: -?[\d.e+-]+ became/);
    expect(await against(backwards, { ...more, tolerance: 1e-9, absolute: 1e-9 }, sum)).toBeNull();
    expect(await against(single, { ...more, tolerance: 1e-9, absolute: 1e-9 }, sum)).not.toBeNull();
  });

  it('what a class holds, and which', async () => {
    const point = (fields: string, name = 'Point'): string => `class ${name} { constructor(x) { ${fields} } }\nexport const unique = (items) => items.map((item) => new ${name}(item));\n`;
    expect(await against(point('this.x = x; this.y = x;'), {}, point('this.x = x; this.y = x;'))).toBeNull();
    expect(await against(point('this.x = x; this.y = x + 1;'), {}, point('this.x = x; this.y = x;'))).toMatch(/at \[0\]\["y"\]/);
    expect(await against(point('this.x = x;', 'Dot'), {}, point('this.x = x;'))).toMatch(/class Point .* became class Dot/);
    expect(await against(point('Object.defineProperty(this, "x", { get: () => x, enumerable: true });'), {}, point('this.x = x;'))).toMatch(/became getter/);
  });

  it('maps, sets, dates, typed arrays and bigints, with their order unless that does not matter', async () => {
    const made = (order: string): string => `export const unique = (items) => ({ map: new Map(items.${order}.map((item, index) => [item, index])), set: new Set(items.${order}), at: new Date(items.length), typed: Float64Array.from(items, (item) => item / 3), big: BigInt(items.length), none: undefined, f: Math.max });\n`;
    const more = { args: ['list[int(0..5)](3..3)'] };
    expect(await against(made('slice()'), more, made('slice()'))).toBeNull();
    expect(await against(made('slice().reverse()'), more, made('slice()'))).not.toBeNull();
    const sets = (order: string): string => `export const unique = (items) => new Set(items.${order});\n`;
    expect(await against(sets('slice().reverse()'), { ...more, order: 'any' }, sets('slice()'))).toBeNull();
    expect(await against(made('slice()').replace('item / 3', 'item / 3.0001'), more, made('slice()'))).toMatch(/at \["typed"\]\[\d\]/);
  });
});

describe('methods', () => {
  const tree = (body: string): string => `export class Tree { constructor() { this.items = []; } insert(item) { ${body} } }\nexport const makeTree = (seed, number) => { const tree = new Tree(); tree.items.push(number); return tree; };\n`;
  const slow = tree('this.items.push(item); this.items.sort((a, b) => a - b); return this.items.indexOf(item);');

  it('are called on a new object, whose state counts', async () => {
    const more = { entry: 'src/unique.mjs#Tree.insert', args: ['int'] };
    expect(await against(slow, more, slow)).toBeNull();
    expect(await against(tree('this.items.push(item); this.items.sort((a, b) => a - b); const at = this.items.indexOf(item); this.last = item; return at;'), more, slow)).toMatch(/the first call: afterwards argument 1 at \.size: 1 became 2/);
  });

  it('are called on what a factory gives', async () => {
    const more = { entry: 'src/unique.mjs#Tree.insert', args: ['int'], factory: 'src/unique.mjs#makeTree' };
    expect(await against(slow, more, slow)).toBeNull();
    expect(await against(tree('this.items.push(item); return 0;'), more, slow)).toMatch(/^Tree\.insert\(/);
  });
});

describe('a generator of the target', () => {
  const files = (body: string, generator: string) => ({ 'src/unique.mjs': body, 'bench/cases.mjs': generator });
  const own = { ...input, args: undefined, inputs: 'bench/cases.mjs' };
  const generator = 'import { unique } from "../src/unique.mjs";\nexport function cases(seed, count) { if (typeof seed !== "number") throw new Error("no seed"); return Array.from({ length: count }, (_, index) => [[index % 3, seed % (index + 2), typeof unique === "function" ? 1 : 0, 1]]); }\n';

  it('gives the arguments', async () => {
    expect(await compare(own, files(unique, generator), files('export const unique = (items) => [...new Set(items)];', generator))).toBeNull();
    expect(await compare(own, files(unique, generator), files('export const unique = (items) => items;', generator))).toMatch(/^unique\(\[/);
  });

  it('that fails, gives nothing, or depends on the code under test is told', async () => {
    expect(await compare(own, files(unique, 'export const cases = () => { throw new Error("oh"); };'), files(unique, generator))).toBe('champion: the generator of arguments: oh');
    expect(await compare(own, files(unique, 'export const cases = () => [];'), files(unique, generator))).toBe('champion: the generator of arguments: gives no case');
    const dependent = 'import { unique } from "../src/unique.mjs";\nexport const cases = (seed, count) => Array.from({ length: count }, () => [unique([1, 1, 2])]);\n';
    expect(await compare(own, files(unique, dependent), files('export const unique = (items) => items;', dependent))).toMatch(/^the generator gave other arguments in case \d+/);
  });
});

describe('code that tampers with the harness', () => {
  it('finds nothing that it could replace', async () => {
    const replaced = [
      'JSON.stringify = () => "[]";',
      'Array.prototype.push = function () { return 0; }; Array.prototype[Symbol.iterator] = function* () {};',
      'Map.prototype.forEach = Set.prototype.forEach = () => {}; Object.is = () => true; Object.getOwnPropertyDescriptor = Reflect.getOwnPropertyDescriptor = () => undefined;',
      'Reflect.apply = () => []; Function.prototype.call = function () { return []; };',
      'import fs from "node:fs"; const write = fs.writeSync; fs.writeSync = (fd, text) => write(fd, text.toString().replace(/.*/g, ""));',
      'import { createRequire } from "node:module"; const crypto = createRequire(import.meta.url)("node:crypto"); crypto.createHash = () => ({ update() { return this; }, digest: () => "0".repeat(64) }); crypto.Hash.prototype.digest = () => "0".repeat(64);',
      'Object.defineProperty(Array.prototype, "0", { set() {}, get() { return undefined; }, configurable: true });',
      'process.exit = () => {}; globalThis.Buffer = null;',
    ];
    for (const body of replaced) expect(await against(`${body}\nexport const unique = () => [];\n`, { count: 10 }), body).not.toBeNull();
  });

  it('cannot speak in its place', async () => {
    const spoken = 'for (let n = 0; n < 100; n++) console.log(`\\n@${n} ${"0".repeat(64)} {"k":"end"}`);\nexport const unique = () => [];\n';
    expect(await against(spoken)).toMatch(/^unique\(/);
  });
});

describe('a champion of which nothing can be said', () => {
  it.each([
    ['throws in every case', 'export const unique = (items) => items.foo.bar;', /^champion: it throws in each of 30 cases, such as TypeError/],
    ['has an endless recursion', 'export const unique = (items) => unique(items);', /^champion: each case exhausts its stack/],
    ['is no module', 'export const = 1;', /^champion: cannot load src\/unique\.mjs: /],
    ['does not end', 'export const unique = () => { for (;;); };', /^champion: after 0 cases it was stopped after 3 s/],
  ])('%s', async (_name, champion, text) => {
    expect(await against(unique, { timeout: 3 }, champion)).toMatch(text);
  });

  it('exhausts its stack in some cases, which are passed over', async () => {
    const deep = 'export const unique = (items) => { const sum = (at) => (at <= 0 ? 0 : sum(at - 1)); sum(items.length > 5 ? 1e9 : 0); return items.length; };\n';
    expect(await against('export const unique = (items) => items.length;\n', {}, deep)).toBeNull();
  });
});
