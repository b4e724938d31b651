import * as fc from 'fast-check';
import { scalar, sparse, tuple, wild, words, type RecipeCases } from './javascript-values.js';

const array = sparse(scalar);
const long = fc.array(fc.constantFrom<unknown>(NaN, 0, -0, 1, 'a', 'b', undefined, null, 2, '1'), { maxLength: 60 }).map((list) => {
  // A hole where there are enough elements for the new way.
  if (list.length > 20) Reflect.deleteProperty(list, 7);
  return list;
});
const text = fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'b', '.', ',', 'é') });
const dictionary = fc.dictionary(fc.constantFrom('a', 'b', '1', '__proto__', 'toString', ''), scalar, { maxKeys: 4 });
class Words extends Array<unknown> {}

/** Rows of which some share a key, some have none, and a few are no objects. */
const rows = fc.array(fc.oneof({ weight: 40, arbitrary: fc.record({ id: fc.constantFrom<unknown>(0, -0, 1, 2, 'a', NaN, undefined, null, '1'), n: fc.nat(9) }) }, fc.constantFrom<unknown>({ n: 1 }, null, 'text', 5, undefined)), { maxLength: 24 });

/** Cases of the recipes that replace an expression by a call of a function that they add. */
export const helperCases: Record<string, RecipeCases> = {
  'map-for-find': {
    fires: [
      { source: 'function f(xs, ys) {\n  const out = [];\n  for (const x of xs) {\n    const y = ys.find((row) => row.id === x);\n    if (y) out.push(y.n);\n    else if (ys.some(row => x === row.id)) out.push(1);\n  }\n  return out;\n}', args: tuple(array, fc.oneof(rows, rows.map((list) => Words.from(list)), fc.constantFrom<unknown>(null, undefined, 'abc'))) },
      { source: 'function f(xs, ys) {\n  return xs.map(function (x) {\n    return [ys.filter(function (y) { return y.id === x.id; }), ys.filter(function (y) { return y.id === x.id; }).length];\n  });\n}', args: tuple(rows, rows) },
      { source: 'function f(xs, ys) {\n  const total = { n: 0 };\n  for (let i = 0; i < xs.length; i++) {\n    const found = ys.find(({}, j) => false) || ys.find((y) => { return y.id === xs.length; }) || ys.find((y) => (y.id === total.n));\n    total.n += found === undefined ? 1 : 2;\n  }\n  return total;\n}', args: tuple(array, rows) },
    ],
    leaves: {
      'the `this` of the callback': 'function f(xs, ys) { return xs.map(function (x) { return ys.find(function (y) { return y.id === this.id; }); }); }',
      'the array grows': 'function f(xs, ys) { for (const x of xs) { if (!ys.find((y) => y.id === x)) ys.push({ id: x }); } }',
      'a key is written': 'function f(xs, ys) { for (const x of xs) { const y = ys.find((row) => row.id === x); if (y) y.id = 5; } }',
      'unknown code may write a key': 'function f(xs, ys, g) { const own = ys.slice(); for (const x of xs) g(own.find((y) => y.id === x)); }',
      'equal in another way': 'function f(xs, ys) { return xs.map((x) => ys.find((y) => y.id == x)); }',
      'the value is one of the element': 'function f(xs, ys) { return xs.map((x) => ys.find((y) => y.id === y.n)); }',
      'a call may have effects': 'function f(xs, ys, g) { return xs.map((x) => ys.find((y) => y.id === g(x))); }',
      'more is compared': 'function f(xs, ys) { return xs.map((x) => ys.find((y) => y.id === x && y.n > 2)); }',
      'no loop': 'function f(x, ys) { return ys.find((y) => y.id === x); }',
      'a Map of their own': 'class Map {}\nfunction f(xs, ys) { return xs.map((x) => ys.find((y) => y.id === x)); }',
    },
  },
  'unique-by-set': {
    fires: [
      { source: 'function f(xs) {\n  return xs.filter((x, i) => xs.indexOf(x) === i);\n}', args: tuple(fc.oneof(long, long.map((list) => Words.from(list)), fc.constantFrom<unknown>({ filter: () => 'own' }))) },
      { source: 'function f(xs, ys) {\n  return xs.concat(ys).filter(function (x, i, self) {\n    return i == self.indexOf(x);\n  });\n}', args: tuple(long, long) },
    ],
    leaves: {
      'repeated elements are kept': 'function f(xs) { return xs.filter((x, i) => xs.indexOf(x) !== i); }',
      'another array is searched': 'function f(xs, ys) { return xs.filter((x, i) => ys.indexOf(x) === i); }',
      'another value is searched for': 'function f(xs) { return xs.filter((x, i) => xs.indexOf(x.id) === i); }',
      'the array is made twice': 'function f(g) { return g().filter((x, i) => g().indexOf(x) === i); }',
      'it does more': 'function f(xs) { return xs.filter((x, i) => { console.log(x); return xs.indexOf(x) === i; }); }',
      'the search begins elsewhere': 'function f(xs) { return xs.filter((x, i) => xs.indexOf(x, 1) === i); }',
      'a promise is always true': 'function f(xs) { return xs.filter(async (x, i) => xs.indexOf(x) === i); }',
      'the name means something else inside': 'function f(xs) { return xs.filter((x, i, xs) => other.indexOf(x) === i); }',
      'a Set of their own': 'class Set {}\nfunction f(xs) { return xs.filter((x, i) => xs.indexOf(x) === i); }',
    },
  },
  'starts-with': {
    fires: [
      { source: 'function f(text) {\n  return [text.indexOf("a") === 0, 0 !== text.indexOf("é."), text.indexOf("") == 0];\n}', args: tuple(fc.oneof(text, array, fc.constantFrom<unknown>(null, undefined, ['a']))) },
      { source: 'function f(text, p) {\n  if (text.indexOf(p) != 0) return"no";\n  return 0===text.indexOf(p)\n}', args: tuple(fc.oneof(text, words), fc.oneof(text, wild)) },
    ],
    leaves: {
      'it is found anywhere': 'function f(s) { return s.indexOf("a") >= 0; }',
      'at another place': 'function f(s) { return s.indexOf("a") === 1; }',
      'from another place': 'function f(s) { return s.indexOf("a", 2) === 0; }',
      'a literal array': 'function f(x) { return ["a", "b"].indexOf(x) === 0; }',
      'the last place': 'function f(s) { return s.lastIndexOf("a") === 0; }',
    },
  },
  'split-part': {
    fires: [
      { source: 'function f(text) {\n  return [text.split(".")[0], text.split(",").shift(), text.split(".a")[0]];\n}', args: tuple(fc.oneof(text, fc.constantFrom<unknown>(null, undefined, { split: () => [7] }))) },
      { source: 'function f(text) {\n  const last = text.split(".").pop()\n  return text.split(",")[0] + last;\n}', args: tuple(fc.oneof(text, fc.constantFrom<unknown>({ split: () => ['x'] }))) },
    ],
    leaves: {
      'a separator whose matches may overlap': 'function f(s) { return s.split("aa").pop(); }',
      'a pattern': 'function f(s) { return s.split(/,/)[0]; }',
      'an empty separator': 'function f(s) { return s.split("")[0]; }',
      'a separator that is not known': 'function f(s, by) { return s.split(by)[0]; }',
      'another part': 'function f(s) { return s.split(",")[1]; }',
      'a limit': 'function f(s) { return s.split(",", 2).pop(); }',
      'it is written to': 'function f(s) { s.split(",")[0] = 1; }',
      'the part is called': 'function f(s) { return s.split(",")[0](); }',
    },
  },
  'own-key': {
    fires: [
      { source: 'function f(o, k) {\n  return [Object.keys(o).includes(k), Object.keys(o).indexOf("a") !== -1, Object.keys(o).indexOf(k) < 0];\n}', args: tuple(fc.oneof(dictionary, fc.constantFrom<unknown>('ab', null, undefined, 3, [1, 2], Object.create({ a: 1 }), Object.defineProperty({}, 'a', { value: 1 }))), fc.oneof(scalar, fc.constantFrom<unknown>('toString', '__proto__', Symbol.iterator, 'length', '0'))) },
    ],
    leaves: {
      'the values': 'function f(o, k) { return Object.values(o).includes(k); }',
      'a position': 'function f(o, k) { return Object.keys(o).indexOf(k); }',
      'the key is computed by a call': 'function f(o, g) { return Object.keys(o).includes(g()); }',
      'an Object of their own': 'function f(Object, k) { return Object.keys(Object).includes(k); }',
    },
  },
  'max-of-array': {
    fires: [
      { source: 'function f(list) {\n  return [Math.max(...list), Math.min(...list)];\n}', args: tuple(fc.oneof(array, fc.array(fc.oneof(fc.double(), fc.constantFrom(0, -0)), { maxLength: 5 }), fc.constantFrom<unknown>('12', null, undefined, 5, [Symbol.iterator], [BigInt(1)], new Set([1, 2])))) },
      { source: 'function f(xs) {\n  return [Math.max.apply(Math, xs), Math.min.apply(null, xs.map((x) => x + 1))];\n}', args: tuple(array) },
      { source: 'function f(xs) {\n  return Math.max.apply(null, xs);\n}', args: tuple(fc.constantFrom<unknown>(null, undefined, 'ab', 5, { length: 2, 0: 3, 1: 4 }, [1])) },
    ],
    leaves: {
      'another argument beside': 'function f(xs) { return Math.max(0, ...xs); }',
      'no spread': 'function f(a, b) { return Math.max(a, b); }',
      'a Math of their own': 'function f(Math, xs) { return Math.max(...xs); }',
      'another function': 'function f(xs) { return Math.hypot(...xs); }',
    },
  },
  'count-for-filter': {
    fires: [
      { source: 'function f(xs, y) {\n  return xs.filter((x) => x === y).length;\n}', args: tuple(fc.oneof(array, fc.constantFrom<unknown>({ filter: () => 'abc' })), scalar) },
      { source: 'function f(xs) {\n  const seen = [];\n  const n = xs.filter(function (x, i, all) { seen.push(x, i, all === xs); if (x === 3) all.push(x); if (x === "a") all.length = 2; if (x === null) throw new Error("null"); return x }).length\n  return [n, seen];\n}', args: tuple(array) },
      { source: 'function f(xs) {\n  return xs.filter((x) => [x].filter((y) => y).length > 0).length;\n}', args: tuple(array.map((list) => Words.from(list))) },
    ],
    leaves: {
      'the array is used': 'function f(xs) { const ys = xs.filter((x) => x); return ys.length + ys[0]; }',
      'a test that is handed in': 'function f(xs, test) { return xs.filter(test).length; }',
      'a receiver of its own': 'function f(xs, that) { return xs.filter(function (x) { return this === x; }, that).length; }',
      'a length that is written': 'function f(xs) { xs.filter((x) => x).length = 0; }',
    },
  },
  'array-from-length': {
    fires: [
      { source: 'function f(n) {\n  return Array.from({ length: n }, (_, i) => i * 2);\n}', args: tuple(fc.oneof(fc.integer({ min: -2, max: 9 }), fc.constantFrom<unknown>(NaN, 1.5, '3', null, undefined, -0))) },
      { source: 'function f(length) {\n  return Array.from({ length }, function () { return [...arguments].concat(Array.from({ length: 2 }, () => length)); });\n}', args: tuple(fc.nat(4)) },
    ],
    leaves: {
      'it has elements': 'function f(n) { return Array.from({ length: n, 0: 1 }, (x) => x); }',
      'a set': 'function f(s) { return Array.from(s, (x) => x); }',
      'a receiver of its own': 'function f(n, that) { return Array.from({ length: n }, function () { return this; }, that); }',
      'no function': 'function f(n) { return Array.from({ length: n }); }',
      'an Array of their own': 'function f(n, Array) { return Array.from({ length: n }, () => 0); }',
    },
  },
  'keys-for-entries': {
    fires: [
      { source: 'function f(o) {\n  const out = [];\n  for (const [k] of Object.entries(o)) { out.push(k); o.b = 1; }\n  for (let [, v] of Object.entries(o)) { v += 1; out.push(v); }\n  return out;\n}', args: tuple(fc.oneof(dictionary, fc.constantFrom<unknown>('ab', null, undefined, 3, Object.create({ a: 1 })))) },
      { source: 'function f(o) {\n  const out = [];\n  Object.entries(o).forEach(([k], i) => { out.push(k, i); });\n  return [out, Object.entries(o).map(([, v]) => v), Object.entries(o).some(function ([ k, ]) { return k === "a"; })];\n}', args: tuple(fc.oneof(dictionary, fc.constantFrom<unknown>('ab', null))) },
    ],
    leaves: {
      'both halves': 'function f(o) { for (const [k, v] of Object.entries(o)) g(k, v); }',
      'the pair is kept': 'function f(o) { return Object.entries(o).filter(([k]) => k); }',
      'the list is seen': 'function f(o) { return Object.entries(o).map(([k], i, all) => all); }',
      'all arguments are seen': 'function f(o) { return Object.entries(o).map(function ([k]) { return arguments; }); }',
      'a value instead of undefined': 'function f(o) { return Object.entries(o).map(([, v = 1]) => v); }',
      'the rest of the pair': 'function f(o) { return Object.entries(o).map(([...k]) => k); }',
      'the characters of a key': 'function f(o) { return Object.keys(o).map(([k]) => k); }',
      'a nested pattern': 'function f(o) { return Object.entries(o).map(([[k]]) => k); }',
      'an Object of their own': 'function f(Object) { return Object.entries(1).map(([k]) => k); }',
    },
  },
  'collator-once': {
    fires: [
      { source: 'function f(a, b) {\n  return [a.localeCompare(b, "en", { numeric: true }), a.localeCompare(b, undefined, { sensitivity: "base" })];\n}', args: tuple(fc.oneof(text, fc.constantFrom<unknown>('A', 'a10', 'a9', null, { localeCompare: () => 7 })), fc.oneof(text, fc.constantFrom<unknown>('a2', 'a10', null, undefined, 5))) },
      { source: 'function f(value) {\n  return value.toLocaleString("de", { maximumFractionDigits: 1, useGrouping: true });\n}', args: tuple(fc.oneof(fc.double(), scalar, fc.constantFrom<unknown>(new Date(5), BigInt(12345), [1, 2]))) },
      { source: 'function f(xs) {\n  return xs.sort((a, b) => a.localeCompare(b, ["en", "de"], {}));\n}', args: tuple(fc.array(text)) },
    ],
    leaves: {
      'options that are not constant': 'function f(a, b, o) { return a.localeCompare(b, "en", o); }',
      'a locale that is not constant': 'function f(a, b, l) { return a.localeCompare(b, l, { numeric: true }); }',
      'a value in the options that is not constant': 'function f(a, b, numeric) { return a.localeCompare(b, "en", { numeric }); }',
      'the default, which the engine keeps': 'function f(a, b) { return a.localeCompare(b); }',
      'an Intl of their own': 'const Intl = {};\nfunction f(a, b) { return a.localeCompare(b, "en", {}); }',
    },
  },
  'compare-literals': {
    fires: [
      { source: 'function f(x, o) {\n  return [["a", 1].includes(x), ["a", null, -1].indexOf(o.k) === -1, [0].indexOf(x) >= 0];\n}', args: tuple(wild, fc.oneof(fc.record({ k: scalar }), fc.constantFrom<unknown>(null, {}))) },
      { source: 'function f(x) {\n  let n = x\n  if (!["a", "b"].includes(x) && !~[true].indexOf(x)) n = 1\n  return n\n}', args: tuple(wild) },
    ],
    leaves: {
      'elements that are not literals': 'function f(x, y) { return ["a", y].includes(x); }',
      'a value that is computed': 'function f(g) { return ["a", "b"].includes(g()); }',
      'an element of a list': 'function f(xs, i) { return ["a", "b"].includes(xs[i++]); }',
      'more than three': 'function f(x) { return ["a", "b", "c", "d"].includes(x); }',
      'a hole, which is undefined': 'function f(x) { return ["a", , "b"].includes(x); }',
      'a string': 'function f(x) { return "ab".includes(x); }',
    },
  },
};
