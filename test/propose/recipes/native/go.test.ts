import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recipes } from '../../../../src/propose/recipes/registry.js';
import { hasGrammar } from '../../../../src/propose/source/parse.js';
import { goCases } from './go-cases.js';
import { runGo } from './go-program.js';
import { expectSame, missing, offered, rewrittenNative } from './harness.js';

const fires = Object.entries(goCases).flatMap(([recipe, cases]) => cases.fires.map((entry) => ({ recipe, ...entry })));

test('every Go recipe has cases', () => {
  expect(Object.keys(goCases).toSorted()).toEqual(recipes.filter((recipe) => recipe.family === 'go').map((recipe) => recipe.name).toSorted());
});

test('what the recipes write builds, and behaves as before', async (context) => {
  const why = await missing('go', 'go', 'version');
  if (why !== null) context.skip(why);
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-go-'));
  try {
    const after = fires.map(({ recipe, source }) => rewrittenNative(recipe, source, 'go'));
    const printed = await runGo(folder, { before: fires.map(({ source }) => source), after }, fires.map(({ call }) => call), 200);
    expectSame(printed.before, printed.after, after);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);

describe.runIf(hasGrammar('go'))('cases', () => {
  test.each(fires.map((entry, i) => [entry.recipe, i, entry] as const))('%s leaves its own work alone, case %i', (recipe, _, { source }) => {
    expect(offered(recipe, rewrittenNative(recipe, source, 'go'), 'go').map((candidate) => candidate.title)).toEqual([]);
  });

  test.each(Object.entries(goCases).flatMap(([recipe, { leaves }]) => Object.entries(leaves).map(([why, source]) => [recipe, why, source] as const)))('%s leaves the code alone: %s', (recipe, _, source) => {
    expect(offered(recipe, source, 'go').map((candidate) => candidate.title)).toEqual([]);
  });
});
