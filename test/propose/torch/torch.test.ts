import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { torchRecipes } from '../../../src/propose/recipes/torch/all.js';
import { torchCases } from './cases/all.js';
import { examined, filesOf, lineDiff, patched, type Firing } from './harness.js';

const runner = fileURLToPath(new URL('run_programs.py', import.meta.url));
const firing = Object.entries(torchCases).flatMap(([recipe, { fires }]) => Object.entries(fires).map(([name, entry]) => ({ recipe, name, entry })));
const leaving = Object.entries(torchCases).flatMap(([recipe, { leaves }]) => Object.entries(leaves).map(([name, entry]) => ({ recipe, name, entry })));

test('every recipe for PyTorch has cases of both kinds', () => {
  expect(Object.keys(torchCases).toSorted()).toEqual(torchRecipes.map((recipe) => recipe.name).toSorted());
  for (const { fires, leaves } of Object.values(torchCases)) expect(Math.min(Object.keys(fires).length, Object.keys(leaves).length)).toBeGreaterThan(0);
});

describe('a recipe for PyTorch makes the smallest patch', () => {
  test.each(firing)('$recipe: $name', ({ recipe, entry }) => {
    const { candidates, refusals } = examined(recipe, entry);
    expect(candidates.length, refusals.map(({ reason }) => reason).join('\n')).toBeGreaterThan(0);
    const after = afterOf(recipe, entry);
    expect(lineDiff(filesOf(entry), after)).toEqual(entry.patch);
    expect(examined(recipe, entry, after).candidates.map(({ title }) => title), 'it leaves its own work alone').toEqual([]);
  });
});

describe('it leaves code alone that only looks like a case, and says why', () => {
  test.each(leaving)('$recipe: $name', ({ recipe, entry }) => {
    const { candidates, refusals } = examined(recipe, entry);
    expect(candidates.map(({ title }) => title)).toEqual([]);
    if (entry.because === undefined) expect(refusals).toEqual([]);
    else expect(refusals.map(({ reason }) => reason).join('\n')).toMatch(entry.because);
  });
});

/** All rewrites of the recipe together where there are several. */
function afterOf(recipe: string, entry: Firing): Record<string, string> {
  const last = examined(recipe, entry).candidates.at(-1);
  if (last === undefined) throw new Error(`${recipe} does not fire`);
  return patched(filesOf(entry), last);
}

interface Outcome {
  before: unknown;
  after: unknown;
  /** The largest relative difference of numbers; null where the shapes of the results differ. */
  difference: number | null;
}

describe('programs behave as before', async () => {
  const python = await torchPython();
  // One that does not fire fails above.
  const able = firing.filter(({ recipe, entry }) => python !== null && examined(recipe, entry).candidates.length > 0 && entry.run !== undefined && isAtLeast(python.version, entry.torch ?? [1, 13]));
  const outcomes = python === null ? {} : await runAll(python.command, able);
  test.for(firing.filter(({ entry }) => entry.run !== undefined))('$recipe: $name', ({ recipe, name, entry }, context) => {
    const least = entry.torch ?? [1, 13];
    if (python === null || !isAtLeast(python.version, least)) {
      context.skip(python === null ? 'no Python here has PyTorch' : `PyTorch ${python.version.join('.')} is older than ${least.join('.')}`);
    }
    const outcome = outcomes[`${recipe}: ${name}`];
    expect(outcome?.difference, JSON.stringify(outcome)).not.toBeNull();
    expect(outcome?.difference, JSON.stringify(outcome)).toBeLessThanOrEqual(entry.tolerance ?? 0);
  });
});

/** The first Python that has PyTorch: that of PERFLOOP_TORCH_PYTHON, of the PATH, or of the system. */
async function torchPython(): Promise<{ command: string; version: number[] } | null> {
  for (const command of [process.env['PERFLOOP_TORCH_PYTHON'], 'python3', '/usr/bin/python3']) {
    if (command === undefined) continue;
    const { stdout, exitCode } = await execa(command, ['-c', 'import torch; print(torch.__version__)'], { reject: false });
    if (exitCode === 0) return { command, version: stdout.split('.').slice(0, 2).map(Number) };
  }
  return null;
}

function isAtLeast(version: number[], least: [number, number]): boolean {
  return (version[0] ?? 0) > least[0] || ((version[0] ?? 0) === least[0] && (version[1] ?? 0) >= least[1]);
}

/** Importing PyTorch takes seconds, so that one process runs all programs. */
async function runAll(command: string, entries: typeof firing): Promise<Record<string, Outcome>> {
  const cases = entries.map(({ recipe, name, entry }) => ({ name: `${recipe}: ${name}`, before: filesOf(entry), after: afterOf(recipe, entry), run: entry.run }));
  const { stdout } = await execa(command, [runner], { input: JSON.stringify({ cases }) });
  return JSON.parse(stdout) as Record<string, Outcome>;
}
