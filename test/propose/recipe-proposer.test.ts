import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PerfloopError } from '../../src/core/errors.js';
import { proposeRewrites, recipeProposer } from '../../src/propose/recipe-proposer.js';
import type { Recipe } from '../../src/propose/recipes/recipe.js';
import { scriptInput } from '../../src/propose/script.js';
import { sourceFile } from '../../src/propose/source/file.js';
import { applied, findingAt, load, rewritten } from './recipes/harness.js';
import { javascriptCases } from './recipes/javascript-cases.js';

const merge = 'function merge(a, b) {\n  for (var i = 0; i < b.length; i++) {\n    if (a.indexOf(b[i]) < 0) a.push(b[i]);\n  }\n  return a;\n}\n';
const two = 'function f(xs, q) {\n  const out = [];\n  for (const x of xs) {\n    if (!out.includes(x) && x !== q.trim()) out.push(x);\n  }\n  return out;\n}\n';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perfloop-propose-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('recipeProposer', () => {
  test('reads the file of the finding and says what, where, why and how much', async () => {
    await writeFile(join(folder, 'code.js'), merge);
    const [candidate, ...more] = await recipeProposer().propose(findingAt('merge', 1), { worktree: folder });
    expect(more).toEqual([]);
    expect(candidate).toMatchObject({ proposer: 'recipes', recipe: 'set-beside-array', title: 'keep a Set beside `a` in merge', findingId: 'finding', file: 'code.js', line: 3, language: 'javascript', share: 0.6 });
    expect(candidate?.id).toMatch(/^[0-9a-f]{12}$/);
    expect(candidate?.rationale).toContain('Sound because:');
    const merged = load(`${applied(merge, candidate as never)}\nvar f = merge;`);
    expect(merged([1, NaN, undefined, 2], [2, 3, NaN, undefined, 3])).toEqual([1, NaN, undefined, 2, 3, NaN]);
  });

  test('a file of another language, or a function that is not there, gives nothing', async () => {
    await writeFile(join(folder, 'code.rs'), 'fn main() {}');
    await writeFile(join(folder, 'code.js'), merge);
    expect(await recipeProposer().propose(findingAt('main', 1, 'javascript', 'code.rs'), { worktree: folder })).toEqual([]);
    expect(await recipeProposer().propose(findingAt('other', 1), { worktree: folder })).toEqual([]);
  });

  test('a byte order mark and line ends of Windows stay as they are', async () => {
    const source = `\uFEFF${merge.replaceAll('\n', '\r\n')}`;
    await writeFile(join(folder, 'code.js'), source);
    const [candidate] = await recipeProposer().propose(findingAt('merge', 1), { worktree: folder });
    const changed = applied(source, candidate as never);
    expect([changed.startsWith('\uFEFFfunction merge'), /[^\r]\n/.test(changed)]).toEqual([true, false]);
  });

  test('a file that is not UTF-8 is left alone, one that is missing is an error', async () => {
    await writeFile(join(folder, 'code.js'), Buffer.concat([Buffer.from(merge), Buffer.from([0x2f, 0x2f, 0xff])]));
    expect(await recipeProposer().propose(findingAt('merge', 1), { worktree: folder })).toEqual([]);
    const missing = recipeProposer().propose(findingAt('merge', 1, 'javascript', 'gone.js'), { worktree: folder });
    await expect(missing).rejects.toMatchObject({ code: 'PL_PROPOSE_FILE', where: join(folder, 'gone.js') });
  });

  test('`only` and `except` choose recipes, and an unknown one is an error that lists them', async () => {
    await writeFile(join(folder, 'code.js'), merge);
    const propose = (options: { only: string[]; except: string[] }) => recipeProposer(options).propose(findingAt('merge', 1), { worktree: folder });
    expect(await propose({ only: ['set-beside-array'], except: [] })).toHaveLength(1);
    expect(await propose({ only: [], except: ['set-beside-array'] })).toEqual([]);
    expect(() => recipeProposer({ only: ['sort-faster'], except: [] })).toThrow(expect.objectContaining({ code: 'PL_RECIPE_UNKNOWN', fix: expect.stringContaining('set-beside-array') as string }) as PerfloopError);
  });
});

describe('one recipe in several functions', () => {
  const shout = "import re\n\n\ndef underscore(word):\n    word = re.sub(r'([A-Z]+)([A-Z][a-z])', r'\\1_\\2', word)\n    return re.sub(r'-', '_', word).lower()\n\n\ndef camelize(word):\n    return re.sub(r'(?:^|_)(.)', lambda m: m.group(1).upper(), word)\n\n\ndef run():\n    return [underscore('HTMLTidyX-y'), camelize('device_type')]\n\n\nprint(run())\n";
  const proposed = async (at: [string, number][]) => {
    await writeFile(join(folder, 'code.py'), shout);
    return recipeProposer({ only: ['compiled-regex'], except: [] }).proposeAll(at.map(([name, line]) => ({ ...findingAt(name, line, 'python', 'code.py'), selfShare: 0.2, totalShare: 0.3 })), { worktree: folder });
  };

  test('is a candidate besides, with names that differ, and says which candidates it covers', async () => {
    const candidates = await proposed([['camelize', 9], ['underscore', 4], ['run', 13]]);
    const together = candidates.at(-1);
    const alone = candidates.slice(0, -1);
    expect(together).toMatchObject({ recipe: 'compiled-regex', title: 'compiled-regex in 2 functions: camelize, underscore', share: 0.6, covers: alone.map(({ id }) => id) });
    expect(new Set(candidates.map(({ id }) => id)).size).toBe(candidates.length);
    const changed = applied(shout, together as never);
    expect([changed.includes('re.sub'), changed.match(/re\.compile/g)?.length]).toEqual([false, 3]);
    const python = await execa('python3', ['-'], { input: changed });
    expect(python.stdout).toBe((await execa('python3', ['-'], { input: shout })).stdout);
  });

  test('is none where it has something to do in one of them only, or twice in one', async () => {
    expect((await proposed([['camelize', 9], ['run', 13]])).map(({ covers }) => covers)).toEqual([undefined]);
    expect((await proposed([['underscore', 4], ['underscore', 4]])).filter(({ covers }) => covers !== undefined)).toEqual([]);
  });
});

describe('proposeRewrites', () => {
  const propose = (source: string, name: string, line = 1) => recipeCandidates(source, name, line);

  test('offers each rewrite alone, and all of them together', async () => {
    const candidates = await propose(two, 'f');
    expect(candidates.map((candidate) => candidate.recipe)).toEqual(['set-beside-array', 'string-once-per-loop', 'set-beside-array+string-once-per-loop']);
    expect(applied(two, candidates[2] as never)).toMatchInlineSnapshot(`
      "function f(xs, q) {
        const out = [];
        const outSet = new Set(out);
        const qConverted = typeof q === 'string' ? q.trim() : null;
        for (const x of xs) {
          if (!outSet.has(x) && x !== (qConverted !== null ? qConverted : q.trim())) { out.push(x); outSet.add(x); }
        }
        return out;
      }
      "
    `);
  });

  test('only what the hot function runs itself is touched', async () => {
    const source = `function outer(xs) {\n  function inner(ys, q) { return ys.filter((y) => y === q.trim()); }\n  return inner(xs, 'a');\n}\n`;
    expect(await propose(source, 'outer')).toEqual([]);
    expect(await propose(source, 'inner', 2)).toHaveLength(1);
  });

  test('a hot callback is mended together with the function that runs it', async () => {
    const source = `function f(xs) {\n  let out = [];\n  xs.forEach(\n    function (x) {\n      out = out.concat(x);\n    });\n  return out;\n}\n`;
    expect((await propose(source, '(anonymous)', 4)).map((candidate) => candidate.recipe)).toEqual(['append-in-place']);
  });

  test('the same change has the same id wherever it moved and however it is indented, and another in another function', async () => {
    const [here] = await propose(merge, 'merge');
    const [moved] = await propose(`\n\n${merge.replaceAll('  ', '\t')}`, 'merge', 3);
    const [other] = await propose(merge.replace('merge', 'unite'), 'unite');
    expect(moved?.id).toBe(here?.id);
    expect(other?.id).not.toBe(here?.id);
  });

  test('a function that does not parse is left alone', async () => {
    expect(await propose(merge.replace('a.push(', 'a.push(('), 'merge')).toEqual([]);
  });

  test('a rewrite that does not parse, or changes nothing, is dropped', () => {
    const broken = (text: string): Recipe => ({ family: 'javascript', name: 'broken', languages: ['javascript'], category: 'allocation', title: '', evidence: { findings: ['H'], text: '' }, condition: '', risk: '', expected: '', references: [], apply: () => [{ title: '', line: 1, edits: [{ start: 0, end: 8, text }] }] });
    const offered = (text: string) => proposeRewrites(sourceFile(merge, 'javascript'), findingAt('merge', 1), [broken(text)]).length;
    expect([offered('function)'), offered('async ('), offered('function'), offered('async function')]).toEqual([0, 0, 0, 1]);
  });

  async function recipeCandidates(source: string, name: string, line: number) {
    await writeFile(join(folder, 'code.js'), source);
    return recipeProposer().propose(findingAt(name, line), { worktree: folder });
  }
});

test('what the recipes write for TypeScript passes the strict compiler', async () => {
  const typed: Record<string, string> = {
    'set-beside-array': 'export function f(a: number[], b: number[]): number[] {\n  for (const x of b) { if (a.indexOf(x) < 0) a.push(x); }\n  return a;\n}\n',
    'set-for-membership': 'export const f = (xs: string[], ys: readonly string[]): string[] => xs.filter((x) => ys.includes(x));\n',
    'reduce-in-place': 'export function f(xs: string[]) {\n  return xs.reduce<Record<string, number>>((acc, x) => ({ ...acc, [x]: 1 }), {});\n}\n',
    'append-in-place': 'export function f(xs: string[][]): string[] {\n  let out: string[] = [];\n  for (const x of xs) out = out.concat(x);\n  return out;\n}\n',
    'assign-in-place': 'export function f(xs: string[]): Record<string, number> {\n  let out: Record<string, number> = {};\n  for (const x of xs) out = { ...out, [x]: 1 };\n  return out;\n}\n',
    'queue-by-index': 'interface Tree { v: number; c: Tree[] }\nexport function f(tree: Tree): number {\n  const q: Tree[] = [tree];\n  let n = 0;\n  while (q.length > 0) { const node = q.shift(); if (node === undefined) break; n += node.v; for (const c of node.c) q.push(c); }\n  return n;\n}\n',
    'push-and-reverse': 'export function f(xs: string[]): string[] {\n  const out: string[] = [];\n  for (const x of xs) out.unshift(x);\n  return out;\n}\n',
    'keys-once-per-loop': 'export function f(o: Record<string, number>): number {\n  let n = 0;\n  for (let i = 0; i < Object.keys(o).length; i++) n += i;\n  return n;\n}\n',
    'constant-membership': 'export function f(x: string): boolean {\n  return ["a", "b", "c", "d"].includes(x);\n}\n',
    'hoist-constructor': 'export function f(x: number, s: string): string {\n  return new Intl.NumberFormat("en").format(x) + String(new RegExp("a+").test(s));\n}\n',
    'regexp-once-per-loop': 'export function f(xs: string[], q: string): string[] {\n  return xs.filter((x) => new RegExp(q).test(x));\n}\n',
    'string-once-per-loop': 'export function f(xs: string[], q: string): string[] {\n  return xs.filter((x) => x === q.toLowerCase());\n}\n',
    'clone-without-json': 'export function f(x: { a: number }): { a: number } {\n  return JSON.parse(JSON.stringify(x)) as { a: number };\n}\n',
    'sqrt-for-hypot': 'export function f(a: number, b: number): number {\n  return Math.hypot(a, b);\n}\n',
    'map-for-find': 'interface Row { id: number; name: string }\nexport function f(ids: readonly number[], rows: readonly Row[]): string[] {\n  const names: string[] = [];\n  for (const id of ids) {\n    const row = rows.find((one) => one.id === id);\n    if (row !== undefined) names.push(row.name);\n  }\n  return names;\n}\n',
    'unique-by-set': 'export function f(xs: readonly string[]): string[] {\n  return xs.filter((x, i) => xs.indexOf(x) === i);\n}\n',
    'starts-with': 'export function f(s: string): boolean {\n  return s.indexOf("a") === 0;\n}\n',
    'split-part': 'export function f(s: string): string | undefined {\n  return s.split(".").pop() ?? s.split("?")[0];\n}\n',
    'own-key': 'export function f(o: Record<string, number>, k: string): boolean {\n  return Object.keys(o).includes(k) || Object.keys(o).indexOf("b") === -1;\n}\n',
    'max-of-array': 'export function f(xs: number[]): number {\n  return Math.max(...xs) - Math.min.apply(null, xs);\n}\n',
    'count-for-filter': 'export function f(xs: readonly string[]): number {\n  return xs.filter((x) => x !== "a").length;\n}\n',
    'array-from-length': 'export function f(n: number): string[] {\n  return Array.from({ length: n }, (_, i) => String(i));\n}\n',
    'keys-for-entries': 'export function f(o: Record<string, number>): string[] {\n  let n = 0;\n  for (const [, v] of Object.entries(o)) n += v;\n  return Object.entries(o).map(([k], i) => k + String(i + n));\n}\n',
    'collator-once': 'export function f(a: string, b: string): string {\n  return a.localeCompare(b, "en", { numeric: true }).toLocaleString("en", { style: "percent" });\n}\n',
    'compare-literals': 'export function f(x: string): boolean {\n  return ["a", "b"].includes(x);\n}\n',
    'date-now': 'export function f(): number {\n  return new Date().getTime();\n}\n',
  };
  expect(Object.keys(typed).toSorted()).toEqual(Object.keys(javascriptCases).toSorted());
  const files = await Promise.all(
    Object.entries(typed).map(async ([recipe, source]) => {
      const path = join(folder, `${recipe}.ts`);
      await writeFile(path, rewritten(recipe, source, 'typescript'));
      return path;
    }),
  );
  const tsc = join(import.meta.dirname, '../../node_modules/.bin/tsc');
  const { stdout } = await execa(tsc, ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022', '--types', '', '--module', 'nodenext', ...files], { reject: false, cwd: folder });
  expect(stdout).toBe('');
});

test('a scripted proposer gets the finding as one line of JSON', () => {
  const finding = findingAt('f', 3);
  expect(scriptInput(finding).split('\n')).toHaveLength(2);
  expect(JSON.parse(scriptInput(finding))).toEqual({ v: 1, finding });
});
