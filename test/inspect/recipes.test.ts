import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { rewritten } from '../propose/recipes/harness.js';
import { javascriptCases } from '../propose/recipes/javascript-cases.js';
import { pythonCases } from '../propose/recipes/python-cases.js';
import { changesOf, type Change } from './harness.js';

const rewrites: Change[] = [
  ...Object.entries(javascriptCases).flatMap(([recipe, { fires }]) => fires.map(({ source }, index) => ({ file: `${recipe}-${index}.js`, before: `${source}\n`, after: `${rewritten(recipe, source)}\n` }))),
  ...Object.entries(pythonCases).flatMap(([recipe, { fires }]) => fires.map(({ source }, index) => ({ file: `${recipe}-${index}.py`, before: `${source}\n`, after: `${rewritten(recipe, source, 'python')}\n` }))),
];
const repository = changesOf(rewrites);

test.each(rewrites.map(({ file }) => file))('%s, as its recipe rewrites it, has no flag', async (file) => {
  expect(await repository.flagsOf(file)).toEqual([]);
});

test('a library that is new as a whole shows nothing but what it keeps', async () => {
  const text = readFileSync(createRequire(import.meta.url).resolve('elasticlunr'), 'utf8');
  const flags = await changesOf([{ file: 'lib/library.js', before: null, after: text }]).all();
  // It reads no clock, no environment and no file; what it keeps, it keeps in objects.
  expect(flags.filter(({ code }) => !['cache', 'output', 'literal-table'].includes(code))).toEqual([]);
});
