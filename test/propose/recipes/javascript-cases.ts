import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { helperCases } from './javascript-helper-cases.js';
import { list, long, loose, scalar, sparse, tuple, wild, words, type RecipeCases } from './javascript-values.js';

const key = fc.oneof(fc.constantFrom<unknown>('__proto__', 'toString', 'a', 'b', 1, 2, null, undefined, NaN), fc.string({ maxLength: 2 }));
const plainData: Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.constantFrom<unknown>(new Date(5), () => 1, /x/, { toJSON: () => 'j' }, { toJSON: (k: string) => `at ${k}` }, new Map([[1, 2]]), Symbol.iterator, Object.create(null), Object.create({ inherited: 1 }), BigInt(1)),
    sparse(tie('value')),
    fc.dictionary(fc.constantFrom('a', 'b', '1', '__proto__', 'toString', 'key'), tie('value'), { maxKeys: 4 }),
  ),
})).value;

export const javascriptCases: Record<string, RecipeCases> = {
  'set-beside-array': {
    fires: [
      { source: 'function f(a, b) {\n  var len = b.length;\n  for (var i = 0; i < len; i++) {\n    var p = b[i];\n    if (a.indexOf(p) < 0) {\n      a.push(p);\n    }\n  }\n  return a;\n}', args: tuple(loose, loose) },
      { source: 'function f(xs) {\n  const out = [];\n  xs.forEach((x) => { if (!out.includes(x)) out.push(x); });\n  return out;\n}', args: tuple(loose) },
      { source: 'function f(xs) {\n  const out = [];\n  for (const x of xs) {\n    if (out.indexOf(x) !== -1) continue;\n    g(x);\n    out.push(x)\n  }\n  return out;\n}\nfunction g(x) { if (x === null) throw new Error("null"); }', args: tuple(loose) },
      { source: 'function f(a, b) {\n  for (let i = 0; i < b.length; i++) if (!~a.indexOf(b[i])) a.push(b[i]);\n  return a.length;\n}', args: tuple(loose, loose) },
      { source: 'function f(a) {\n  const b = a;\n  for (let i = 0; i < 5; i++) { if (-1 === a.indexOf(i)) a.push(i); else a.push(String(i)); }\n  return b;\n}', args: tuple(loose) },
    ],
    leaves: {
      'an unknown call may change an array that comes from outside': 'function f(a, b) { for (const p of b) { if (a.indexOf(p) < 0) { g(p); a.push(p); } } return a; }',
      'an element is overwritten': 'function f(xs) { const out = []; for (const x of xs) { if (!out.includes(x)) out.push(x); out[0] = x; } return out; }',
      'the array is emptied in the loop': 'function f(xs) { let out = []; for (const x of xs) { if (!out.includes(x)) out.push(x); if (x === 1) out = []; } return out; }',
      'the result of push is used': 'function f(xs) { const out = []; let n; for (const x of xs) { if (!out.includes(x)) n = out.push(x); } return n; }',
      'the array is handed out': 'function f(xs) { const out = []; g(out); for (const x of xs) { if (!out.includes(x)) { h(x); out.push(x); } } return out; }',
      'it may be an alias of what is written to': 'function f(a, b) { for (let i = 0; i < b.length; i++) { if (!a.includes(b[i])) a.push(b[i]); b[i] = 0; } return a; }',
      'a position is asked for': 'function f(xs) { const out = []; for (const x of xs) { if (out.indexOf(x) < 2) out.push(x); } return out; }',
      'no loop': 'function f(a, x) { if (!a.includes(x)) a.push(x); return a; }',
    },
  },
  'set-for-membership': {
    fires: [
      { source: 'function f(xs, ys, own) {\n  const list = ys.slice();\n  if (own) list.includes = function (x) { return x === 1; };\n  return xs.filter((x) => list.includes(x));\n}', args: tuple(list, long, fc.boolean()) },
      { source: 'function f(xs, ys, late) {\n  const source = late ? lazy(xs) : xs;\n  const kept = source.filter((x) => ys.includes(x));\n  ys.push(3);\n  return late ? kept.run() : kept;\n}\nfunction lazy(xs) { return { filter: (test) => ({ run: () => xs.filter(test) }) }; }', args: tuple(list, long, fc.boolean()) },
      { source: 'function f(xs, ys) {\n  const kept = xs, found = kept.filter((x) => ys.indexOf(x) >= 0);\n  return found;\n}', args: tuple(loose, loose) },
      { source: 'function f(xs, ys) {\n  return xs.filter((x) => ys.includes(x));\n}', args: tuple(loose, loose) },
      { source: 'const f = (xs, ys) => xs.filter(x => ys.indexOf(x) === -1);', args: tuple(loose, loose) },
      { source: 'class C {\n  f(o, seen) {\n    const out = [];\n    for (const k in o) {\n      if (seen.indexOf(k) > -1) out.push(1);\n      else out.push(0);\n    }\n    return out;\n  }\n}\nconst f = (o, s) => new C().f(o, s);', args: tuple(fc.dictionary(fc.string({ maxLength: 1 }), scalar), fc.oneof(loose, words)) },
      { source: 'function f(text, xs) {\n  const ys = text.split(",");\n  let n = 0;\n  for (let i = 0; i < xs.length; i++) {\n    g(i);\n    if (0 <= ys.indexOf(xs[i])) n++;\n  }\n  return n;\n}\nfunction g() {}', args: tuple(fc.string({ maxLength: 30, unit: fc.constantFrom('a', 'b', ',') }), fc.oneof(loose, words)) },
      { source: 'function f(xs, ys) {\n  let n = 0\n  let m = n\n  for (const x of xs) {\n    m = n\n    ys.includes(x) && n++\n    if (m < n) ys.includes(x) || n--\n  }\n  return [n, m]\n}', args: tuple(sparse(scalar), loose) },
      { source: 'function f(xs, ys) {\n  let n = 0;\n  for (const x of xs) while (n < 20 && ys.includes(x)) n++;\n  return n;\n}', args: tuple(sparse(scalar), loose) },
    ],
    leaves: {
      'other tasks run between the rounds': 'async function f(xs, ys) { let n = 0; for await (const x of xs) if (ys.includes(x)) n++; return n; }',
      'the array grows in the loop': 'function f(xs, ys) { for (const x of xs) { if (ys.includes(x)) ys.push(1); } }',
      'an unknown call may change it': 'function f(xs, ys) { return xs.filter((x) => g(x) && ys.includes(x)); }',
      'it is another array in each iteration': 'function f(xs, yss) { let n = 0; for (let i = 0; i < xs.length; i++) { const ys = yss[i]; if (ys.includes(xs[i])) n++; } return n; }',
      'an asynchronous callback may change it': 'function f(xs, ys) { for (const x of xs) { if (ys.includes(x)) xs.forEach(async () => { ys[0] = x; g(); }); } }',
      'a hidden callback may change it': 'function f(xs, ys, g) { return xs.filter((x) => ys.includes(x) && Array.from(xs, g).length); }',
      'it awaits': 'async function f(xs, ys) { let n = 0; for (const x of xs) { await x; if (ys.includes(x)) n++; } return n; }',
      'a nested function writes the variable': 'function f(xs, ys) { const reset = () => { ys = []; }; return [reset, xs.filter((x) => ys.includes(x))]; }',
      'a string': 'function f(xs, s) { return xs.filter((x) => s.includes(x) && s.charAt(0) === x); }',
      'always the same value': 'function f(xs, ys) { return xs.filter((x) => ys.includes("a")); }',
      'an element may change through an alias': 'function f(xs, ys) { for (let i = 0; i < xs.length; i++) { if (ys.includes(xs[i])) xs[i] = 0; } return xs; }',
    },
  },
  'reduce-in-place': {
    fires: [
      { source: 'function f(xs) {\n  return xs.reduce((acc, x) => ({ ...acc, [x]: 1 }), {});\n}', args: tuple(fc.oneof(fc.array(key), sparse(key))) },
      { source: 'function f(xs) {\n  return xs.reduce((acc, x) => { if (!x) return acc; return { ...acc, [x]: (acc[x] || 0) + 1 }; }, {});\n}', args: tuple(fc.array(key)) },
      { source: 'function f(xs) {\n  return xs.reduce((acc, x) => x > 2 ? [...acc, x, acc.length] : acc, []);\n}', args: tuple(loose) },
      { source: 'function f(xs) {\n  return xs.reduce(function (acc, x) { return acc.concat(x); }, []);\n}', args: tuple(sparse(fc.oneof(scalar, sparse(scalar)))) },
      { source: 'function f(xs) {\n  return xs.reduceRight((acc, x) => [...acc, ...x], [0]);\n}', args: tuple(fc.array(fc.oneof(sparse(scalar), fc.constantFrom<unknown>('ab', null, 3)), { maxLength: 5 })) },
      { source: 'function f(xs) {\n  return xs.reduce((acc, x) => Object.assign({}, acc, { [x.k]: x.v }), {});\n}', args: tuple(fc.array(fc.oneof(fc.record({ k: key, v: scalar }), fc.constant(null)))) },
      { source: 'function f(xs) {\n  return xs.reduce((acc, x) => (x === 1 ? { ...acc, "a-b": x } : { ...acc, last: x }), { first: 0 });\n}', args: tuple(list) },
    ],
    leaves: {
      'the first value comes from outside': 'function f(xs, first) { return xs.reduce((acc, x) => [...acc, x], first); }',
      'no first value': 'function f(xs) { return xs.reduce((acc, x) => [...acc, x]); }',
      'the copies are kept': 'function f(xs) { const all = []; xs.reduce((acc, x) => { all.push(acc); return [...acc, x]; }, []); return all; }',
      'a closure keeps the copy': 'function f(xs) { return xs.reduce((acc, x) => [...acc, () => acc.length], []); }',
      'something else may be returned': 'function f(xs, o) { return xs.reduce((acc, x) => x ? [...acc, x] : o, []); }',
      'it may end without return': 'function f(xs) { return xs.reduce((acc, x) => { if (x) return [...acc, x]; }, []); }',
      'the accumulator goes first but not alone': 'function f(xs) { return xs.reduce((acc, x) => ({ a: 1, ...acc, [x]: 1 }), {}); }',
      'the literal has an accessor': 'function f(xs) { return xs.reduce((acc, x) => ({ ...acc, [x]: 1 }), { get a() { return 1; } }); }',
    },
  },
  'append-in-place': {
    fires: [
      { source: 'function f(xs) {\n  var out = [];\n  xs.forEach(function (x) {\n    var parts = x.split(",");\n    out = out.concat(parts);\n  });\n  return out;\n}', args: tuple(fc.array(fc.oneof(fc.string({ unit: fc.constantFrom('a', ',') }), fc.constant(null)), { maxLength: 6 })) },
      { source: 'function f(xs) {\n  let out = [0];\n  for (const x of xs) out = out.concat(x);\n  return out;\n}', args: tuple(sparse(fc.oneof(scalar, sparse(scalar), fc.constantFrom<unknown>('ab', { length: 1, 0: 'a' })))) },
      { source: 'function f(xs) {\n  let out = [];\n  for (let i = 0; i < xs.length; i++) {\n    out = [...out, xs[i], out.length];\n    if (out.length > 9) return out;\n  }\n  return out;\n}', args: tuple(loose) },
      { source: 'function f(xs) {\n  let out = [1];\n  for (const x of xs) { if (out.length < 50) out = out.concat(out.slice(0, x)); }\n  return out;\n}', args: tuple(fc.array(fc.nat(5), { maxLength: 6 })) },
      { source: 'function f(xs) {\n  let out = [];\n  for (const x of xs) out = [...out, ...x];\n  return out;\n}', args: tuple(fc.array(fc.oneof(sparse(scalar), fc.constantFrom<unknown>('ab', null, 3)), { maxLength: 5 })) },
    ],
    leaves: {
      'an earlier copy is kept': 'function f(xs) { let out = []; const all = []; for (const x of xs) { all.push(out); out = out.concat(x); } return all; }',
      'the callback returns each copy': 'function f(xs) { let out = []; return xs.map((x) => { out = out.concat(x); return out; }); }',
      'code in a string may keep a copy': 'function f(xs, code) { let out = []; for (const x of xs) { eval(code); out = out.concat(x); } return out; }',
      'it is iterated over where it grows': 'function f(xs) { let out = [1, 2]; for (const x of out) out = [...out, x]; return out; }',
      'it runs over itself by a callback': 'function f(xs) { let out = [1, 2]; out.forEach((x) => { out = out.concat(x); }); return out; }',
      'it comes from outside': 'function f(xs, out) { for (const x of xs) out = out.concat(x); return out; }',
      'a closure captures it': 'function f(xs) { let out = []; const get = () => out; for (const x of xs) out = out.concat(get()); return out; }',
      'spread into itself': 'function f(xs) { let out = [1]; for (const x of xs) out = [...out, ...out]; return out; }',
      'no loop': 'function f(x) { let out = []; out = out.concat(x); return out; }',
      'a catch may see it half grown': 'function f(xs) { let out = []; try { for (const x of xs) out = [...out, ...x]; } catch { } return out; }',
    },
  },
  'assign-in-place': {
    fires: [
      { source: 'function f(xs) {\n  let out = {};\n  for (const x of xs) out = { ...out, [x]: xs.length };\n  return out;\n}', args: tuple(fc.array(key)) },
      { source: 'function f(xs) {\n  let out = { a: 0 };\n  xs.forEach((x) => {\n    if (x) { out = Object.assign({}, out, { [x]: (out[x] || 0) + 1 }); }\n  });\n  return out;\n}', args: tuple(fc.array(key)) },
      { source: 'function f(xs) {\n  let out = {};\n  for (const x of xs) if (x) out = { ...out, last: x };\n  return out;\n}', args: tuple(loose) },
    ],
    leaves: {
      'a copy is kept': 'function f(xs) { let out = {}; const all = []; for (const x of xs) { all.push(out); out = { ...out, [x]: 1 }; } return all; }',
      'its keys are iterated over where it grows': 'function f() { let out = { a: 1 }; for (const k in out) out = { ...out, [k + k]: 1 }; return out; }',
      'the old value comes after the new': 'function f(xs) { let out = {}; for (const x of xs) out = { [x]: 1, ...out }; return out; }',
      'an accessor': 'function f(xs) { let out = { set a(v) {} }; for (const x of xs) out = { ...out, [x]: 1 }; return out; }',
    },
  },
  'queue-by-index': {
    fires: [
      { source: 'function f(tree) {\n  const queue = [tree];\n  const out = [];\n  while (queue.length > 0) {\n    const node = queue.shift();\n    out.push(node.v);\n    for (const c of node.c) queue.push(c);\n  }\n  return out;\n}', args: tuple(treeArbitrary()) },
      { source: 'function f(tree) {\n  let list = [tree];\n  let n = 0;\n  while (list.length) {\n    const node = list.shift();\n    n += node.v;\n    list = list.concat(node.c);\n  }\n  return n;\n}', args: tuple(treeArbitrary()) },
      { source: 'function f(xs, n) {\n  var q = xs.split("");\n  var out = [];\n  for (var i = 0; i < n; i++) { out.push(q.shift(), q.length); if (i % 3 == 0) q.push(i); }\n  return out;\n}', args: tuple(fc.string({ maxLength: 5 }), fc.nat(12)) },
    ],
    leaves: {
      'it is returned': 'function f(xs) { const q = [1, 2]; while (q.length > 1) q.shift(); return q; }',
      'it comes from outside': 'function f(q) { while (q.length) q.shift(); }',
      'it is read by index': 'function f(xs) { const q = [1]; while (q.length) { q.shift(); g(q[0]); } }',
      'it is emptied from both ends': 'function f(xs) { const q = [1, 2]; while (q.length) { q.shift(); q.pop(); } }',
      'no loop': 'function f(xs) { const q = [1]; return q.shift(); }',
    },
  },
  'push-and-reverse': {
    fires: [
      { source: 'function f(parents, end) {\n  const path = [];\n  let at = end;\n  while (at in parents) {\n    path.unshift(at);\n    at = parents[at];\n  }\n  return path;\n}', args: tuple(fc.constant({ a: 'b', b: 'c', c: 'd' }), fc.constantFrom('a', 'b', 'c', 'x')) },
      { source: 'function f(xs) {\n  const out = []\n  for (const x of xs) out.unshift(x)\n  return out\n}', args: tuple(sparse(scalar)) },
      { source: 'function f(xs) {\n  const out = [];\n  for (const x of xs) {\n    if (x === null) continue;\n    if (x === 5) break;\n    for (let i = 0; i < 2; i++) out.unshift(x)\n  }\n  out.push("end");\n  return out;\n}', args: tuple(loose) },
    ],
    leaves: {
      'it is read in the loop': 'function f(xs) { const out = []; for (const x of xs) { out.unshift(x); g(out.length); } return out; }',
      'it is not empty before': 'function f(xs) { const out = [1]; for (const x of xs) out.unshift(x); return out; }',
      'it is returned from the loop': 'function f(xs) { const out = []; for (const x of xs) { out.unshift(x); if (x) return out; } return out; }',
      'a catch may see it': 'function f(xs) { const out = []; try { for (const x of xs) out.unshift(x.y); } catch {} return out; }',
      'two at once': 'function f(xs) { const out = []; for (const x of xs) out.unshift(x, 1); return out; }',
    },
  },
  'keys-once-per-loop': {
    fires: [
      { source: 'function f(o) {\n  var out = [];\n  for (var i = 0; i < Object.keys(o).length; i++) {\n    var k = Object.keys(o)[i];\n    out.push(k + o[k]);\n  }\n  return out;\n}', args: tuple(fc.oneof(fc.dictionary(fc.string({ maxLength: 2 }), scalar), fc.constantFrom<unknown>(null, undefined, 'abc', [1, 2], 3))) },
      { source: 'function f(o, n) {\n  let sum = 0;\n  while (n-- > 0) sum += Object.values(o).length;\n  return sum;\n}', args: tuple(fc.oneof(fc.dictionary(fc.string({ maxLength: 2 }), scalar), fc.constantFrom<unknown>(null, undefined, 'abc')), fc.nat(3)) },
    ],
    leaves: {
      'the object changes': 'function f(o) { for (let i = 0; i < Object.keys(o).length; i++) delete o[i]; }',
      'something that may be the object changes': 'function f(o, p) { for (let i = 0; i < Object.keys(o).length; i++) p["x" + i] = 1; }',
      'an unknown call': 'function f(o) { for (let i = 0; i < Object.keys(o).length; i++) g(i); }',
      'the list is handed out': 'function f(o, xs) { return xs.map(() => Object.keys(o)); }',
    },
  },
  'constant-membership': {
    fires: [
      { source: 'const vowels = ["a", "e", "i", "o", "u", 1, -1];\nfunction f(x) {\n  return vowels.indexOf(x) !== -1;\n}', args: tuple(wild) },
      { source: 'function f(x, y) {\n  return ["a", "b", 1, null, true].includes(x) || !(["a", "b", 1, null, true].indexOf(y) < 0);\n}', args: tuple(wild, wild) },
    ],
    leaves: {
      'the array is changed somewhere': 'const vowels = ["a", "e", "i", "o"];\nvowels.push("u");\nfunction f(x) { return vowels.includes(x); }',
      'the array is handed out': 'const vowels = ["a", "e", "i", "o"];\nmodule.exports = { vowels };\nfunction f(x) { return vowels.includes(x); }',
      'an exported array': 'export const vowels = ["a", "e", "i", "o"];\nfunction f(x) { return vowels.includes(x); }',
      'elements that are not literals': 'const vowels = ["a", "e", NaN, "o"];\nfunction f(x) { return vowels.includes(x); }',
      'shadowed': 'const vowels = ["a", "e", "i", "o"];\nfunction f(x, vowels) { return vowels.includes(x); }',
    },
  },
  'hoist-constructor': {
    fires: [
      { source: 'function f(n) {\n  return new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }).format(n);\n}', args: tuple(fc.double()) },
      { source: 'function f(s) {\n  const re = new RegExp("a+b?", "i");\n  return [re.test(s), s.replace(new RegExp("[ab]", "g"), "x"), re.exec(s)];\n}', args: tuple(fc.oneof(fc.string({ unit: fc.constantFrom('a', 'b', 'c') }), wild)) },
      { source: 'function f(n) {\n  return new Intl.NumberFormat("en-US", { maximumFractionDigits: 2, style: "currency", currency: "EUR" }).format(n);\n}', args: tuple(fc.oneof(fc.double(), wild)) },
      { source: 'function f(xs) {\n  return [...xs].sort(new Intl.Collator("en", { numeric: true }).compare);\n}', args: tuple(fc.array(fc.string({ maxLength: 3 }))) },
    ],
    leaves: {
      'state of a global pattern': 'function f(s) { const re = new RegExp("a", "g"); return [re.test(s), re.test(s)]; }',
      'a pattern that is not constant': 'function f(s, p) { return new RegExp(p).test(s); }',
      'it is handed out': 'function f() { return new RegExp("a"); }',
      'its lastIndex is set': 'function f(s) { const re = new RegExp("a"); re.lastIndex = 1; return re.test(s); }',
      'options that are not constant': 'function f(n, o) { return new Intl.NumberFormat("en", o).format(n); }',
      'a RegExp of their own': 'class RegExp {}\nfunction f(s) { return new RegExp("a").test(s); }',
    },
  },
  'regexp-once-per-loop': {
    fires: [
      { source: 'function f(xs, q) {\n  return xs.filter((x) => new RegExp(q, "i").test(x));\n}', args: tuple(fc.array(fc.string({ maxLength: 3 })), fc.oneof(fc.constantFrom('a', '(', '.', 'A|b', '[x', ''), wild)) },
      { source: 'function f(xs, q) {\n  const out = [];\n  for (const x of xs) out.push(x.replace(new RegExp(`${q}+` + "b", "g"), "_"));\n  return out;\n}', args: tuple(fc.array(fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'b') })), fc.oneof(fc.constantFrom('a', '(', '.', '+'), wild)) },
    ],
    leaves: {
      'the pattern changes': 'function f(xs) { return xs.filter((x) => new RegExp(x).test("a")); }',
      'it keeps its place': 'function f(xs, q) { return xs.filter((x) => new RegExp(q, "g").test(x)); }',
      'it is kept': 'function f(xs, q) { return xs.map((x) => new RegExp(q)); }',
      'the pattern has a call': 'function f(xs, q) { return xs.filter((x) => new RegExp(q()).test(x)); }',
    },
  },
  'string-once-per-loop': {
    fires: [
      { source: 'function f(xs, q) {\n  return xs.filter((x) => x.toLowerCase().includes(q.toLowerCase()));\n}', args: tuple(fc.array(fc.oneof(fc.string({ maxLength: 3 }), fc.constant(null)), { maxLength: 4 }), fc.oneof(fc.string({ maxLength: 2 }), wild)) },
      { source: 'function f(xs, q) {\n  let n = 0;\n  for (let i = 0; i < xs.length; i++) {\n    if (xs[i] === q.trim()) n++;\n    g();\n  }\n  return n;\n}\nfunction g() {}', args: tuple(fc.array(fc.constantFrom('a', ' ')), fc.constantFrom<unknown>(' a', 'a', null, 7)) },
    ],
    leaves: {
      'the variable changes': 'function f(xs, q) { for (const x of xs) { if (x === q.toLowerCase()) q = x; } }',
      'the variable is of the loop': 'function f(xs) { return xs.map((x) => x.toLowerCase()); }',
      'no loop': 'function f(q) { return q.toLowerCase(); }',
      'an argument': 'function f(xs, q) { return xs.map((x) => q.normalize(x)); }',
    },
  },
  'clone-without-json': {
    fires: [{ source: 'function f(x) {\n  return JSON.parse(JSON.stringify(x));\n}', args: tuple(plainData) }],
    leaves: {
      'a replacer': 'function f(x) { return JSON.parse(JSON.stringify(x, null, 2)); }',
      'a reviver': 'function f(x) { return JSON.parse(JSON.stringify(x), g); }',
      'a JSON of their own': 'function f(x, JSON) { return JSON.parse(JSON.stringify(x)); }',
    },
  },
  'sqrt-for-hypot': {
    fires: [
      { source: 'function f(a, b) {\n  return Math.hypot(a - b, b);\n}', args: tuple(fc.oneof(fc.double(), scalar), fc.oneof(fc.double(), scalar)), tolerance: 1e-14 },
      { source: 'function f(a, b, c) {\n  return Math.hypot(a, b, c) + Math.hypot(a, c);\n}', args: tuple(fc.oneof(fc.double(), scalar), fc.double(), fc.oneof(fc.double(), scalar)), tolerance: 1e-14 },
    ],
    leaves: {
      'one value': 'function f(a) { return Math.hypot(a); }',
      'a spread': 'function f(a) { return Math.hypot(...a, 1); }',
      'a Math of their own': 'import Math from "math";\nfunction f(a, b) { return Math.hypot(a, b); }',
    },
  },
  'date-now': {
    fires: [
      { source: 'function f() { return typeof+new Date(); }', args: fc.constant([]) },
      { source: 'function f() {\n  const at = Date.now();\n  const seen = [new Date().getTime(), +new Date(), new Date().valueOf(), (new Date).getTime()];\n  return seen.every((t) => typeof t === "number" && t >= at && t <= Date.now());\n}', args: tuple() }],
    leaves: {
      'a given time': 'function f(t) { return new Date(t).getTime(); }',
      'the object is used': 'function f() { return new Date(); }',
      'a Date of their own': 'function f(Date) { return new Date().getTime(); }',
    },
  },
  ...helperCases,
};

function treeArbitrary(): Arbitrary<unknown> {
  return fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.record({ v: fc.integer({ min: 0, max: 9 }), c: fc.oneof({ maxDepth: 3 }, fc.constantFrom<unknown>([], []), fc.array(tie('node'), { maxLength: 4 })) }),
  })).node;
}
