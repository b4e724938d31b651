import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyEdits } from '../../../../src/core/candidates/apply-edits.js';
import type { Finding } from '../../../../src/core/finding.js';
import { sha256 } from '../../../../src/propose/hash.js';
import { recipeProposer } from '../../../../src/propose/recipe-proposer.js';
import { ownRecipes } from '../../../../src/propose/recipes/own/load.js';
import { tryRecipe } from '../../../../src/propose/try-recipe.js';
import { temporaryFolder } from '../../../profile/temporary-folder.js';

const noCopy = `id: no-copy
language: TypeScript
message: read $A without a copy
note: The loop only reads it.
url: https://tc39.es/ecma262/
rule:
  pattern: for (const $X of [...$A]) { $$$BODY }
constraints:
  A: { kind: identifier }
fix: |-
  for (const $X of $A) {
    $$$BODY
  }
metadata: { findings: H2, risk: none, expected: a copy less }
`;

function folderOf(files: Record<string, string>): string {
  const folder = join(temporaryFolder(), 'recipes');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

function finding(file: string, name: string, line: number, category = 'H2'): Finding {
  return { id: 'f', category, file, function: name, line, language: 'typescript', selfShare: 0.5, totalShare: 0.5, hotLines: [], snippet: '', callSites: [], evidence: [] };
}

const source = `function other(xs: number[]) {
  for (const x of [...xs]) { use(x); }
}
function hot(xs: number[]) {
  if (xs.length > 0) {
    for (const x of [...xs]) {
      use(x);
      for (const y of [...xs]) { use(y); }
    }
  }
  for (const x of [...all()]) { use(x); }
}
`;

test('a rule with a fix becomes a candidate for the function of the finding alone, indented as the code is', async () => {
  const worktree = temporaryFolder();
  writeFileSync(join(worktree, 'a.ts'), source);
  const own = await ownRecipes(folderOf({ 'a.yml': noCopy, 'read.me': 'nothing' }), new Set());
  const proposer = recipeProposer({ only: ['no-copy'], except: [], own });
  const [candidate, ...others] = await proposer.propose(finding('a.ts', 'hot', 4), { worktree });
  expect(others).toEqual([]);
  expect(candidate).toMatchObject({ recipe: 'no-copy', title: 'read xs without a copy in hot', line: 6, language: 'typescript' });
  expect(candidate?.rationale).toContain('The loop only reads it.');
  const edits = candidate?.change.kind === 'edits' ? candidate.change.edits : [];
  // The inner loop lies in the outer match: it is for the next round.
  expect(applyEdits(source, edits, sha256)).toBe(source.replace('    for (const x of [...xs]) {\n      use(x);\n      for (const y of [...xs]) { use(y); }\n    }', '    for (const x of xs) {\n      use(x);\n      for (const y of [...xs]) { use(y); }\n    }'));
  // Its evidence is H2 alone.
  expect(await proposer.propose(finding('a.ts', 'hot', 4, 'H1'), { worktree })).toEqual([]);
});

test('trying a recipe shows all of a repository, and counts what it looked at', async () => {
  const [recipe] = await ownRecipes(folderOf({ 'a.yaml': noCopy }), new Set());
  if (recipe === undefined) throw new Error('no recipe');
  const files: Record<string, string> = { 'a.ts': source, 'b.py': 'for x in list(xs): pass\n' };
  const tried = tryRecipe({ recipe, root: '/nowhere', paths: Object.keys(files), read: (path) => files[path] ?? null });
  expect(tried).toMatchObject({ files: 1, refusals: [], notes: [] });
  expect(tried.candidates.map(({ line }) => line)).toEqual([2, 6]);
});

test('every mistake of a folder is told with its file and document', async () => {
  const folder = folderOf({
    'a.yml': `${noCopy}---\nid: no-copy\nlanguage: py\nrule: { pattern: "f($A)" }\nfix: $A\n---\nid: typo\nlanguage: py\nrule: { patern: x }\nfix: x\n---\nid: free\nlanguage: py\nrule: { pattern: "f($A)" }\nfix: $B + $$$C\n`,
    'b.yaml': 'id: taken\nlanguage: cobol\nrule: { pattern: x }\n---\n- a list\n---\n{ open: [\n',
    'c.yml': 'id: built-in\nlanguage: js\nrule: { pattern: x }\nfix: y\ntransform: { Z: {} }\n',
  });
  const refused = (await ownRecipes(folder, new Set()).catch((error: unknown) => error)) as { code: string; problems: string[]; where: string };
  expect(refused).toMatchObject({ code: 'PL_RECIPE_FILE', where: folder });
  expect(refused.problems).toEqual([
    'a.yml, document 2: there is a recipe no-copy already',
    expect.stringMatching(/^a\.yml, document 3: rule: unknown field `patern`/) as string,
    'a.yml, document 4: fix: the rule has no variable $B, $C',
    expect.stringMatching(/^b\.yaml, document 1: language: must be JavaScript/) as string,
    expect.stringMatching(/^b\.yaml, document 1: fix: /) as string,
    expect.stringMatching(/^b\.yaml, document 2: the document: /) as string,
    expect.stringMatching(/^b\.yaml, document 3: /) as string,
    expect.stringMatching(/^b\.yaml, document 3: /) as string,
    'c.yml, document 1: transform: is not supported',
  ]);
  await expect(ownRecipes(join(folder, 'none'), new Set())).rejects.toMatchObject({ code: 'PL_RECIPE_FOLDER' });
});
