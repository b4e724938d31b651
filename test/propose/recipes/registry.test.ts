import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { docsPath, recipesMarkdown } from '../../../scripts/recipes-docs.js';
import { recipes } from '../../../src/propose/recipes/registry.js';

test('names are unique, and fit a config file and a heading', () => {
  const names = recipes.map((recipe) => recipe.name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
});

test('docs/recipes.md is what the registry says; `npx tsx scripts/recipes-docs.ts` writes it', async () => {
  expect(await readFile(docsPath, 'utf8')).toBe(recipesMarkdown());
});
