import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recipes } from '../../../src/propose/recipes/registry.js';
import { copyOf, load, offers, offersEverywhere, outcome, rewritten, type Outcome } from './harness.js';
import { javascriptCases } from './javascript-cases.js';
import type { Case } from './javascript-values.js';

test('every JavaScript recipe has cases', () => {
  expect(Object.keys(javascriptCases).toSorted()).toEqual(recipes.filter((recipe) => recipe.family === 'javascript').map((recipe) => recipe.name).toSorted());
});

describe.each(Object.entries(javascriptCases))('%s', (recipe, { fires, leaves }) => {
  test.each(fires.map((entry, i) => [i, entry] as const))('the rewritten code of case %i behaves as before', (_, entry) => {
    const changed = rewritten(recipe, entry.source);
    const before = load(entry.source);
    const after = load(changed);
    fc.assert(
      fc.property(entry.args, (args) => {
        const old = outcome(before, copyOf(args) as unknown[]);
        const now = outcome(after, copyOf(args) as unknown[]);
        if (!agree(old, now, entry)) expect(now, changed).toEqual(old);
      }),
      { numRuns: 400 },
    );
  });

  test.each(fires.map((entry, i) => [i, entry] as const))('it does not fire on what it has made of case %i', (_, entry) => {
    expect(offersEverywhere(recipe, rewritten(recipe, entry.source)).map((candidate) => candidate.title)).toEqual([]);
  });

  test.each(Object.entries(leaves))('it leaves the code alone: %s', (_, source) => {
    expect(offers(recipe, source).map((candidate) => candidate.title)).toEqual([]);
  });
});

test('a class of TypeScript, an enum or a module may have the name of a builtin', () => {
  const code = 'export function f(xs: string[], ys: string[]): string[] {\n  return xs.filter((x) => ys.includes(x));\n}\n';
  expect(offers('set-for-membership', code, 'typescript')).toHaveLength(1);
  for (const own of ['export class Set<T> { has(x: T) { return x === null; } }', 'abstract class Set {}', 'enum Set { A }', 'namespace Set { export const a = 1; }', 'import Set = require("./set");']) expect(offers('set-for-membership', `${own}\n${code}`, 'typescript'), own).toEqual([]);
});

test('a constant list of TypeScript is searched by a Set', () => {
  const code = 'const list = ["a", "b", "c", "d"] as const;\nexport function f(x: string): boolean {\n  return list.includes(x as "a");\n}\n';
  expect(rewritten('constant-membership', code, 'typescript')).toContain('return (listSet || (listSet = new Set<unknown>(list))).has(x as "a");');
});

function agree(old: Outcome, now: Outcome, { tolerance }: Case): boolean {
  if (tolerance === undefined || old.returned === undefined || now.returned === undefined) return JSON.stringify(old) === JSON.stringify(now);
  const [a, b] = [Number(old.returned), Number(now.returned)];
  return old.returned === now.returned || Math.abs(a - b) <= tolerance * Math.abs(a);
}
