import { describe, expect, test } from 'vitest';
import { changesOf, type Change } from './harness.js';

const work = 'export function f(xs) {\n  return xs.map((x) => x * 2);\n}\n';

/** What the change is, the codes that it gets, and the file after it; before it, the file is `work` unless told. */
const flagged: [what: string, codes: string[], after: string, before?: string][] = [
  ['a Map of the module', ['cache'], 'const seen = new Map();\nexport function f(xs) {\n  const hit = seen.get(xs);\n  if (hit) return hit;\n  const out = xs.map((x) => x * 2);\n  seen.set(xs, out);\n  return out;\n}\n'],
  ['an object by key', ['cache'], 'const kept = {};\nexport function f(xs) {\n  const key = xs.join();\n  if (!(key in kept)) kept[key] = xs.map((x) => x * 2);\n  return kept[key];\n}\n'],
  ['an array by number', ['cache'], 'const known = [];\nexport function f(n) {\n  return known[n] ?? (known[n] = n * 2);\n}\n'],
  ['the last argument and result', ['cache'], 'let last, result;\nexport function f(xs) {\n  if (xs === last) return result;\n  last = xs;\n  result = xs.map((x) => x * 2);\n  return result;\n}\n'],
  ['a result of no argument', ['cache'], 'let result;\nexport function f() {\n  return result ??= compute();\n}\nfunction compute() { return 1; }\n'],
  ['an attribute of the function', ['cache'], 'export function f(xs) {\n  f.memo ??= new Map();\n  if (!f.memo.has(xs)) f.memo.set(xs, xs.length);\n  return f.memo.get(xs);\n}\n'],
  ['a static field', ['cache'], 'export class F {\n  static #kept = new Map();\n  run(x) {\n    if (F.#kept.has(x)) return F.#kept.get(x);\n    const y = x * 2;\n    F.#kept.set(x, y);\n    return y;\n  }\n}\n'],
  ['a field of the object', ['cache'], 'export class F {\n  sum() {\n    if (this.total === undefined) this.total = this.items.reduce((a, b) => a + b, 0);\n    return this.total;\n  }\n}\n'],
  ['a factory that closes over it', ['cache'], 'function once(fn) {\n  const kept = new Map();\n  return (x) => {\n    if (!kept.has(x)) kept.set(x, fn(x));\n    return kept.get(x);\n  };\n}\nexport const f = once((x) => x * 2);\n'],
  ['inside of a module wrapper', ['cache'], '(function (root, factory) { root.f = factory(); })(this, function () {\n  var kept = {};\n  return function f(x) {\n    if (kept[x]) return kept[x];\n    return (kept[x] = x * 2);\n  };\n});\n'],
  ['new uses of a Map that was there', ['cache'], 'const table = new Map();\nexport function f(x) {\n  if (table.has(x)) return table.get(x);\n  table.set(x, x * 2);\n  return x * 2;\n}\n', 'const table = new Map();\nexport function f(x) {\n  return x * 2;\n}\n'],
  ['a pool of results', ['cache'], 'const pool = [];\nexport function take() {\n  return pool.pop() ?? {};\n}\nexport function give(x) {\n  pool.push(x);\n}\n'],
  ['a count of calls', ['cache'], 'let calls = 0;\nexport function f(xs) {\n  calls++;\n  if (calls > 3) return xs;\n  return xs.map((x) => x * 2);\n}\n'],
  ['a package that memoizes', ['cache'], "import memoize from 'memoize-one';\nexport const f = memoize((xs) => xs.map((x) => x * 2));\n"],
  ['a clock', ['clock'], 'export function f(xs) {\n  if (Date.now() % 2) return xs;\n  return xs.map((x) => x * 2);\n}\n'],
  ['a clock that is handed on', ['clock'], "import { performance } from 'node:perf_hooks';\nconst p = performance;\nexport function f(xs) {\n  return p.now() > 1e6 ? xs : xs.map((x) => x * 2);\n}\n"],
  ['a clock of another name', ['clock'], "import { performance as p } from 'node:perf_hooks';\nexport function f(xs) {\n  return p.now() > 1e6 ? xs : xs.map((x) => x * 2);\n}\n"],
  ['a timer', ['sleep'], 'export function f(xs) {\n  setTimeout(() => {}, 0);\n  return xs.map((x) => x * 2);\n}\n'],
  ['the environment', ['environment'], "export function f(xs) {\n  if (process.env.MODE === 'fast') return xs;\n  return xs.map((x) => x * 2);\n}\n"],
  ['the environment, taken out', ['environment'], 'const { env } = process;\nexport function f(xs) {\n  return env.FAST ? xs : xs.map((x) => x * 2);\n}\n'],
  ['how it was started', ['environment'], "export function f(xs) {\n  return process.argv[1].endsWith('run.js') ? xs : xs.map((x) => x * 2);\n}\n"],
  ['its caller', ['environment'], "export function f(xs) {\n  return new Error().stack.includes('run.js') ? xs : xs.map((x) => x * 2);\n}\n"],
  ['CI', ['environment', 'sniffing'], 'export function f(xs) {\n  return process.env.CI ? xs : xs.map((x) => x * 2);\n}\n'],
  ['the name of a test framework', ['sniffing'], "export function f(xs) {\n  return typeof vitest === 'undefined' ? xs : xs.map((x) => x * 2);\n}\n"],
  ['the name of a benchmark in a string', ['sniffing'], "export function f(xs, name) {\n  return name === 'benchmark' ? xs : xs.map((x) => x * 2);\n}\n"],
  ['a patched timer', ['clock', 'patched'], 'performance.now = () => 0;\nexport function f(xs) {\n  return xs.map((x) => x * 2);\n}\n'],
  ['a patched prototype', ['patched'], 'Array.prototype.map = function () { return this; };\nexport function f(xs) {\n  return xs.map((x) => x * 2);\n}\n'],
  ['a property of a builtin', ['patched'], "Object.defineProperty(Math, 'random', { value: () => 0 });\nexport function f(xs) {\n  return xs.map((x) => x * 2);\n}\n"],
  ['something global', ['patched'], 'export function f(xs) {\n  globalThis.kept = xs;\n  return xs.map((x) => x * 2);\n}\n'],
  ['a swallowed error', ['broad-catch'], 'export function f(xs) {\n  try {\n    return xs.map((x) => x * 2);\n  } catch {\n    return [];\n  }\n}\n'],
  ['a swallowed rejection', ['broad-catch'], 'export function f(xs) {\n  return xs.run().catch(() => null);\n}\n'],
  ['fewer bits', ['precision'], 'export function f(xs) {\n  return xs.map((x) => Math.fround(x * 2));\n}\n'],
  ['smaller floats', ['precision'], 'export const f = (n) => new Float32Array(n);\n', 'export const f = (n) => new Float64Array(n);\n'],
  ['another seed', ['seed'], 'const seed = 7;\nexport const f = (random) => random(seed);\n', 'const seed = 42;\nexport const f = (random) => random(seed);\n'],
  ['a worker', ['background'], "export function f(xs) {\n  new Worker('./w.js').postMessage(xs);\n  return xs;\n}\n"],
  ['work put off', ['background'], 'export function f(xs) {\n  queueMicrotask(() => xs.sort());\n  return xs;\n}\n'],
  ['a process', ['background'], "import { spawn } from 'node:child_process';\nexport function f(xs) {\n  spawn('x');\n  return xs;\n}\n"],
  ['a promise in place of a value', ['lazy'], 'export async function f(xs) {\n  return xs.map((x) => x * 2);\n}\n'],
  ['a generator in place of a list', ['lazy'], 'export function* f(xs) {\n  for (const x of xs) yield x * 2;\n}\n'],
  ['a stand-in', ['lazy'], 'export function f(xs) {\n  return new Proxy(xs, {});\n}\n'],
  ['files', ['io'], "import { readFileSync } from 'node:fs';\nexport function f() {\n  return JSON.parse(readFileSync('out.json'));\n}\n"],
  ['the network', ['io'], "export function f(xs) {\n  return fetch('http://x', { body: xs });\n}\n"],
  ['code from text', ['dynamic-code'], "export const f = new Function('xs', 'return xs');\n"],
  ['a module of any name', ['dynamic-code'], 'export function f(name) {\n  return import(name);\n}\n'],
  ['a printed metric', ['output'], "export function f(xs) {\n  console.log('score: 100');\n  return xs.map((x) => x * 2);\n}\n"],
  ['a result on the argument', ['cache'], "const slot = Symbol('doubled');\nexport function f(xs) {\n  if (xs[slot]) return xs[slot];\n  xs[slot] = xs.map((x) => x * 2);\n  return xs[slot];\n}\n"],
  ['a property defined on the argument', ['cache'], "const slot = Symbol('doubled');\nexport function f(xs) {\n  if (xs[slot] !== undefined) return xs[slot].slice();\n  const doubled = xs.map((x) => x * 2);\n  Object.defineProperty(xs, slot, { value: doubled });\n  return doubled;\n}\n"],
  ['a generator that remembers', ['cache'], 'function* memory() {\n  let pair = [];\n  for (;;) pair = (yield pair) ?? pair;\n}\nconst kept = memory();\nkept.next();\nexport function f(xs) {\n  const [key, value] = kept.next().value;\n  if (key === xs) return value;\n  const doubled = xs.map((x) => x * 2);\n  kept.next([xs, doubled]);\n  return doubled;\n}\n'],
  ['an object of the module that remembers', ['cache'], 'const keeper = {\n  known: [],\n  ask(xs) {\n    if (this.known[0] === xs) return this.known[1];\n    this.known = [xs, xs.map((x) => x * 2)];\n    return this.known[1];\n  },\n};\nexport function f(xs) {\n  return keeper.ask(xs);\n}\n'],
  ['an instance of the module that remembers', ['cache'], 'class Keeper {\n  #last = null;\n  #at = 0;\n  ask(xs) {\n    const held = this.#at === xs.length ? this.#last : null;\n    this.#at = xs.length;\n    this.#last = held ?? xs.map((x) => x * 2);\n    return held ?? xs.slice();\n  }\n}\nconst keeper = new Keeper();\nexport function f(xs) {\n  return keeper.ask(xs);\n}\n'],
  ['a Map that fills itself', ['lazy'], 'class Later extends Map {\n  fill() {\n    return this;\n  }\n}\nexport function f(xs) {\n  return new Later(xs);\n}\n'],
  ['a list that is made when it is walked over', ['lazy'], 'export function f(xs) {\n  return { [Symbol.iterator]() { return xs.map((x) => x * 2).values(); } };\n}\n'],
  ['a clock changed where it is inherited from', ['dynamic-code', 'patched'], "const { performance: clock } = globalThis;\nconst kind = Object.getPrototypeOf(clock);\nconst name = ['n', 'ow'].join('');\nkind[name] = () => 0;\nexport function f(xs) {\n  return xs.map((x) => x * 2);\n}\n"],
  ['numbers that print otherwise', ['patched'], "const { prototype: digits } = Number;\ndigits.toFixed = () => '9.9';\nexport function f(xs) {\n  return xs.map((x) => x * 2);\n}\n"],
  ['a prototype of the runtime, at once', ['patched'], 'Object.getPrototypeOf([]).includes = () => true;\nexport function f(xs) {\n  return xs.map((x) => x * 2);\n}\n'],
  ['the stamp of an event', ['clock'], "export function f(xs) {\n  return new Event('x').timeStamp > 9 ? xs : xs.map((x) => x * 2);\n}\n"],
  ['a module asked for at run time', ['background', 'dynamic-code'], "export function f(xs) {\n  process.getBuiltinModule('child_process').spawn('true');\n  return xs;\n}\n"],
  ['the global object by a name that is put together', ['dynamic-code'], "export function f(xs) {\n  return globalThis['pro' + 'cess'] ? xs : xs.map((x) => x * 2);\n}\n"],
  ['an early end', ['exit'], 'export function f(xs) {\n  process.exit(0);\n  return xs;\n}\n'],
  ['a removed assertion', ['disabled-check'], work, "import assert from 'node:assert';\nexport function f(xs) {\n  assert(Array.isArray(xs));\n  return xs.map((x) => x * 2);\n}\n"],
  ['one particular size', ['special-case'], 'export function f(xs) {\n  if (xs.length === 20000) return [];\n  return xs.map((x) => x * 2);\n}\n'],
  ['a limit with a constant answer', ['special-case'], 'export function f(n) {\n  if (n > 5000) return 0;\n  return n * 2;\n}\n'],
  ['one particular text', ['special-case'], `export function f(text) {\n  if (text === '${'lorem ipsum '.repeat(8)}') return 3;\n  return text.split(' ').length;\n}\n`],
  ['many answers', ['literal-table'], `const answers = [${Array.from({ length: 100 }, (_, n) => n * 7919).join(', ')}];\nexport const f = (n) => answers[n];\n`],
];

/** What performance work looks like. */
const clean: [what: string, after: string, before?: string][] = [
  ['what compilers make of a re-export', "Object.defineProperty(exports, 'g', {\n  enumerable: true,\n  get: function get() {\n    return other.g;\n  },\n});\n"],
  ['a lint or a count of coverage turned off', 'export function f(xs) {\n  // eslint-disable-next-line\n  /* istanbul ignore next */\n  return xs.map((x) => x * 2);\n}\n'],
  ['a regular expression made once', 'const pattern = /a+b/g;\nexport function f(text) {\n  return text.replace(pattern, "");\n}\n', 'export function f(text) {\n  return text.replace(new RegExp("a+b", "g"), "");\n}\n'],
  ['a set of the module that is only read', "const known = new Set(['a', 'b']);\nexport function f(x) {\n  return known.has(x);\n}\n"],
  ['a table of the module, filled when it is loaded', 'const table = new Uint32Array(256);\nfor (let n = 0; n < 256; n++) table[n] = n * n;\nexport function f(x) {\n  return table[x & 255];\n}\n'],
  ['a table filled in a function that runs at once', 'const table = (() => {\n  const made = new Map();\n  for (let n = 0; n < 9; n++) made.set(n, n * n);\n  return made;\n})();\nexport function f(x) {\n  return table.get(x);\n}\n'],
  ['a byte table', `const hex = [${Array.from({ length: 256 }, (_, n) => `'${n.toString(16).padStart(2, '0')}'`).join(', ')}];\nexport const f = (n) => hex[n];\n`],
  ['a regular expression made when it is first needed', 'let pattern;\nexport function f(text) {\n  pattern ??= new RegExp("a+b", "g");\n  return text.replace(pattern, "");\n}\n'],
  ['a Map within the call', 'export function f(xs) {\n  const seen = new Map();\n  for (const x of xs) if (!seen.has(x)) seen.set(x, x * 2);\n  return [...seen.values()];\n}\n'],
  ['a Map within the call, used in a callback', 'export function f(xs) {\n  const seen = new Set();\n  return xs.filter((x) => {\n    if (seen.has(x)) return false;\n    seen.add(x);\n    return true;\n  });\n}\n'],
  ['a scratch buffer', 'const scratch = new Float64Array(16);\nexport function f(xs) {\n  for (let i = 0; i < 16; i++) scratch[i] = xs[i] * 2;\n  return scratch[3];\n}\n'],
  ['a Set for an array', 'export function f(xs, ys) {\n  const wanted = new Set(ys);\n  return xs.filter((x) => wanted.has(x));\n}\n', 'export function f(xs, ys) {\n  return xs.filter((x) => ys.includes(x));\n}\n'],
  ['a loop for a callback', 'export function f(xs) {\n  const out = new Array(xs.length);\n  for (let i = 0; i < xs.length; i++) out[i] = xs[i] * 2;\n  return out;\n}\n'],
  ['a queue with its own place', 'export class Queue {\n  constructor() { this.items = []; this.head = 0; }\n  shift() {\n    if (this.head === this.items.length) return undefined;\n    const item = this.items[this.head];\n    this.items[this.head++] = undefined;\n    return item;\n  }\n}\n'],
  ['a heap', 'export class Heap {\n  constructor() { this.items = []; }\n  up(i) {\n    while (i > 0 && this.items[i] < this.items[(i - 1) >> 1]) {\n      const swap = this.items[i];\n      this.items[i] = this.items[(i - 1) >> 1];\n      this.items[(i - 1) >> 1] = swap;\n      i = (i - 1) >> 1;\n    }\n    return this.items[i];\n  }\n}\n'],
  ['a clock that is imported by its own name and not read', "import { performance } from 'node:perf_hooks';\nexport function f(xs) {\n  return xs.map((x) => x * 2);\n}\n"],
  ['a clock read in another way', 'export const f = () => Date.now();\n', 'export const f = () => new Date().getTime();\n'],
  ['code that moved', 'export function g() {\n  return 2;\n}\nexport function f() {\n  return process.env.HOME;\n}\n', 'export function f() {\n  return process.env.HOME;\n}\nexport function g() {\n  return 1;\n}\n'],
  ['a changed line around what was there', 'export const f = (x) => (Date.now() > 0 ? x * 3 : x);\n', 'export const f = (x) => (Date.now() > 0 ? x * 2 : x);\n'],
  ['words in comments', '// faster in the benchmark: see bench/run.js, process.env, Date.now()\nexport function f(xs) {\n  return xs.map((x) => x * 2);\n}\n'],
  ['a typed array of the same kind', 'export const f = (n) => new Float64Array(n).fill(0);\n', 'export const f = (n) => Array.from({ length: n }, () => 0);\n'],
  ['an error that is passed on', 'export function f(xs) {\n  try {\n    return JSON.parse(xs);\n  } catch (error) {\n    throw new Error("not JSON", { cause: error });\n  }\n}\n'],
  ['limits of machines and alphabets', 'export function f(n, c) {\n  if (n === 65535 || n === 1024 || c === 8232 || n > 0xffff) return true;\n  return n === 3;\n}\n'],
  ['another algorithm for few elements', 'export function f(xs) {\n  if (xs.length < 1000) return small(xs);\n  return large(xs);\n}\nconst small = (xs) => xs;\nconst large = (xs) => xs.slice();\n'],
  ['a removed catch', work, 'export function f(xs) {\n  try {\n    return xs.map((x) => x * 2);\n  } catch {\n    return [];\n  }\n}\n'],
  ['output put together', 'export function f(xs) {\n  process.stdout.write(xs.join("\\n"));\n}\n', 'export function f(xs) {\n  for (const x of xs) console.log(x);\n}\n'],
  ['a regular expression executed', 'export function f(text) {\n  const found = /a/.exec(text);\n  return found;\n}\n'],
];

const changes: Change[] = [
  ...flagged.map(([, , after, before = work], index) => ({ file: `flagged${index}.js`, before, after })),
  ...clean.map(([, after, before = work], index) => ({ file: `clean${index}.js`, before, after })),
];

describe('JavaScript', () => {
  const repository = changesOf(changes);

  test.each(flagged.map(([what, codes], index) => [what, codes.join(', '), index] as const))('%s is flagged: %s', async (_, codes, index) => {
    const flags = await repository.flagsOf(`flagged${index}.js`);
    expect([...new Set(flags.map((flag) => flag.code))].toSorted().join(', '), JSON.stringify(flags)).toBe(codes);
  });

  test.each(clean.map(([what], index) => [what, index] as const))('%s is not', async (_, index) => {
    expect(await repository.flagsOf(`clean${index}.js`)).toEqual([]);
  });
});

test('a flag says where, what and why', async () => {
  const [flag, ...more] = await changesOf([{ file: 'src/a b.ts', before: 'export const a = 1;\n', after: 'export const a: number = 1;\nexport const now = (): number => Date.now();\n' }]).all();
  expect(flag).toEqual({ code: 'clock', file: 'src/a b.ts', line: 2, text: 'export const now = (): number => Date.now();', why: expect.stringContaining('time') as string });
  expect(more).toEqual([]);
});
