import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recipes } from '../../../../src/propose/recipes/registry.js';
import { hasGrammar } from '../../../../src/propose/source/parse.js';
import { rustCases } from './rust-cases.js';
import { runRust } from './rust-program.js';
import { expectSame, missing, offered, rewrittenNative } from './harness.js';

const fires = Object.entries(rustCases).flatMap(([recipe, cases]) => cases.fires.map((entry) => ({ recipe, ...entry })));

test('every Rust recipe has cases', () => {
  expect(Object.keys(rustCases).toSorted()).toEqual(recipes.filter((recipe) => recipe.family === 'rust').map((recipe) => recipe.name).toSorted());
});

test('what the recipes write compiles, and behaves as before', async (context) => {
  const why = await missing('rust', 'rustc', '--version');
  if (why !== null) context.skip(why);
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-rust-'));
  try {
    const before = fires.map(({ source }) => source);
    const after = fires.map(({ recipe, source }) => rewrittenNative(recipe, source, 'rust'));
    const printed = await runRust(folder, { before, after }, fires.map(({ call }) => call), 200);
    expectSame(printed.before, printed.after, after);
    const [often, once] = printed.compiled;
    expect([often > 2, once]).toEqual([true, 2]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);

describe.runIf(hasGrammar('rust'))('cases', () => {
  test.each(fires.map((entry, i) => [entry.recipe, i, entry] as const))('%s leaves its own work alone, case %i', (recipe, _, { source }) => {
    expect(offered(recipe, rewrittenNative(recipe, source, 'rust'), 'rust').map((candidate) => candidate.title)).toEqual([]);
  });

  test.each(Object.entries(rustCases).flatMap(([recipe, { leaves }]) => Object.entries(leaves).map(([why, source]) => [recipe, why, source] as const)))('%s leaves the code alone: %s', (recipe, _, source) => {
    expect(offered(recipe, source, 'rust').map((candidate) => candidate.title)).toEqual([]);
  });
});
