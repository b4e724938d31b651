import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { docsPath, recipesMarkdown } from '../../../scripts/recipes-docs.js';
import { fitsEvidence } from '../../../src/propose/recipes/evidence.js';
import { recipes } from '../../../src/propose/recipes/registry.js';

test('names are unique, and fit a config file and a heading', () => {
  const names = recipes.map((recipe) => recipe.name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
});

test.each(recipes.map((recipe) => [recipe.name, recipe] as const))('%s says what it goes by, and where to read on', (_, { evidence, references, condition, risk, expected }) => {
  expect(evidence.findings.length).toBeGreaterThan(0);
  for (const entry of evidence.findings) expect(entry).toMatch(/^(?:H|[CH][1-7](?:-[a-z0-9-]+)?)$/);
  expect(references.length).toBeGreaterThan(0);
  for (const url of references) expect(new URL(url).protocol).toBe('https:');
  for (const text of [evidence.text, condition, risk, expected]) expect(text).toMatch(/^[A-Z`].*\.$/s);
});

test('evidence is a category, a rule, or all host code; a finding of another tool counts as host code', () => {
  const fits = (findings: string[], category: string, rule?: string): boolean => fitsEvidence({ findings, text: '' }, rule === undefined ? { category } : { category, rule });
  expect([fits(['C3'], 'C3', 'C3-scalar-read'), fits(['C3-scalar-read'], 'C3', 'C3-scalar-read'), fits(['C3-scalar-read'], 'C3')]).toEqual([true, true, true]);
  expect([fits(['C3-scalar-read'], 'C3', 'C3-device-sync'), fits(['C3'], 'C4'), fits(['H'], 'C3')]).toEqual([false, false, false]);
  expect([fits(['C3-scalar-read'], 'C3', 'item-in-loop'), fits(['C3'], 'C3 synchronization')]).toEqual([true, true]);
  expect([fits(['H'], 'H1'), fits(['H'], 'hot-function'), fits(['H1'], 'H2')]).toEqual([true, true, false]);
});

test('docs/recipes.md is what the registry says; `npx tsx scripts/recipes-docs.ts` writes it', async () => {
  expect(await readFile(docsPath, 'utf8')).toBe(recipesMarkdown());
});
