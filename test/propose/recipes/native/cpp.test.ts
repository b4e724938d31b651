import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recipes } from '../../../../src/propose/recipes/registry.js';
import { hasGrammar } from '../../../../src/propose/source/parse.js';
import { applied } from '../harness.js';
import { cppCases, cppMain } from './cpp-cases.js';
import { runCpp } from './cpp-program.js';
import { expectSame, missing, offered, rewrittenNative } from './harness.js';

const fires = Object.entries(cppCases).flatMap(([recipe, cases]) => cases.fires.map((entry) => ({ recipe, ...entry })));

test('every C++ recipe has cases', () => {
  expect(Object.keys(cppCases).toSorted()).toEqual(recipes.filter((recipe) => recipe.family === 'cpp').map((recipe) => recipe.name).toSorted());
});

test('what the recipes write compiles, and behaves as before', async (context) => {
  const why = await missing('cpp', 'g++', '--version');
  if (why !== null) context.skip(why);
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-cpp-'));
  try {
    const main = offered('cpp-sync-with-stdio', cppMain, 'cpp', 'main').at(-1);
    const before = [...fires.map(({ source }) => source), cppMain];
    const after = [...fires.map(({ recipe, source }) => rewrittenNative(recipe, source, 'cpp')), main === undefined ? '' : applied(cppMain, main)];
    const printed = await runCpp(folder, { before, after }, [...fires.map(({ call }) => call), 'static int n = 0; return n++ == 0 ? std::to_string(main()) : "";'], 200);
    expectSame(printed.before, printed.after, after);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);

describe.runIf(hasGrammar('cpp'))('cases', () => {
  test.each(fires.map((entry, i) => [entry.recipe, i, entry] as const))('%s leaves its own work alone, case %i', (recipe, _, { source }) => {
    expect(offered(recipe, rewrittenNative(recipe, source, 'cpp'), 'cpp').map((candidate) => candidate.title)).toEqual([]);
  });

  test.each(Object.entries(cppCases).flatMap(([recipe, { leaves }]) => Object.entries(leaves).map(([why, source]) => [recipe, why, source] as const)))('%s leaves the code alone: %s', (recipe, _, source) => {
    expect(offered(recipe, source, 'cpp').map((candidate) => candidate.title)).toEqual([]);
  });
});
