import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recipes } from '../../../src/propose/recipes/registry.js';
import { offers, offersEverywhere, rewritten } from './harness.js';
import { pythonCases } from './python-cases.js';
import { morePythonCases } from './python-more-cases.js';

const cases = { ...pythonCases, ...morePythonCases };
const runner = fileURLToPath(new URL('run_cases.py', import.meta.url));
const inputsPerCase = 300;

test('every Python recipe has cases', () => {
  expect(Object.keys(cases).toSorted()).toEqual(recipes.filter((recipe) => recipe.family === 'python').map((recipe) => recipe.name).toSorted());
});

describe.each(Object.entries(cases))('%s', (recipe, { fires, leaves }) => {
  test('the rewritten code behaves as before', async () => {
    const seed = Math.trunc(Math.random() * 2 ** 31);
    const programs = fires.map(({ source, inputs }) => ({ before: source, after: rewritten(recipe, source, 'python'), inputs: fc.sample(inputs, { numRuns: inputsPerCase, seed }) }));
    const { stdout } = await execa('python3', [runner], { input: JSON.stringify({ cases: programs }) });
    const { differences, returned } = JSON.parse(stdout) as { differences: { case: number }[]; returned: number };
    expect(differences, `seed ${seed}\n${differences[0] === undefined ? '' : programs[differences[0].case]?.after}`).toEqual([]);
    // Inputs that only ever raise would compare nothing.
    expect(returned).toBeGreaterThan(inputsPerCase / 10);
  });

  test.each(fires.map((entry, i) => [i, entry] as const))('it does not fire on what it has made of case %i', (_, { source }) => {
    expect(offersEverywhere(recipe, rewritten(recipe, source, 'python'), 'python').map((candidate) => candidate.title)).toEqual([]);
  });

  test.each(Object.entries(leaves))('it leaves the code alone: %s', (_, source) => {
    expect(offers(recipe, source, 'python').map((candidate) => candidate.title)).toEqual([]);
  });
});
