import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recipes } from '../../src/propose/recipes/registry.js';
import type { TriedRecipe } from '../../src/client/verbs/recipes.js';

// As a process. Runs what `npm run build` made.

const bin = fileURLToPath(new URL('../../bin/perfloop.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'perfloop-recipes-'));
const repo = join(folder, 'repo');
const source = `import json
def seen_twice(rows, known):
    again = []
    for row in rows:
        if row in known:
            again.append(row)
    return again
`;

beforeAll(() => {
  mkdirSync(join(repo, 'lib'), { recursive: true });
  mkdirSync(join(folder, 'own'));
  writeFileSync(join(repo, 'lib', 'rows.py'), source);
  writeFileSync(join(folder, 'own', 'own.yml'), 'id: own-one\nlanguage: python\nmessage: no $A\nrule: { pattern: "$A.append($B)" }\nfix: $A += [$B]\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const perfloop = (...args: string[]) => execa(process.execPath, [bin, 'recipes', ...args], { env: { PERFLOOP_HOME: join(folder, 'home'), NO_COLOR: '1' }, reject: false, cwd: folder });

describe('perfloop recipes', () => {
  it('lists every recipe, and those of a folder', async () => {
    const listed = await perfloop('list', '--folder', 'own', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject([...recipes.map(({ name }) => ({ name })), { name: 'own-one', family: 'own', languages: ['python'] }]);
  });

  it('shows one, and names the nearest where there is none', async () => {
    const { stdout } = await perfloop('show', 'lookup-set');
    expect(stdout).toMatch(/^lookup-set {2}Look a value up/);
    expect(stdout).toMatch(/\n {2}sound {7}The list keeps/);
    const unknown = await perfloop('show', 'lookup-sets');
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toMatch(/PL_RECIPE_UNKNOWN[^]*Did you mean lookup-set\?/);
  });

  it('shows what one would change, and changes nothing', async () => {
    const { stdout } = await perfloop('try', 'lookup-set', '--repo', 'repo', '--json');
    const tried = JSON.parse(stdout) as TriedRecipe;
    expect(tried).toMatchObject({ recipe: 'lookup-set', functions: 2, files: 1, candidates: [{ file: 'lib/rows.py', line: 5 }] });
    expect(tried.candidates[0]?.diff).toMatch(/^diff --git a\/lib\/rows\.py b\/lib\/rows\.py\n[^]*\n-        if row in known:\n/);
    const own = await perfloop('try', 'own-one', '--folder', 'own', '--repo', 'repo');
    expect(own.stdout).toContain('no again in seen_twice  lib/rows.py:6\n');
    expect(own.stdout).toContain('-            again.append(row)\n+            again += [row]\n');
    expect(own.stdout).toContain('own-one: 1 change in 2 functions of 1 file. Nothing was written, built or measured.');
    expect(readFileSync(join(repo, 'lib', 'rows.py'), 'utf8')).toBe(source);
    expect(readdirSync(repo)).toEqual(['lib']);
  });
});
