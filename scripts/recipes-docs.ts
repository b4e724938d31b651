import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { shownLanguages } from '../src/propose/recipes/languages.js';
import type { Recipe } from '../src/propose/recipes/recipe.js';
import { recipes } from '../src/propose/recipes/registry.js';

export const docsPath = fileURLToPath(new URL('../docs/recipes.md', import.meta.url));

/** docs/recipes.md, made from the registry. */
export function recipesMarkdown(): string {
  const table = recipes.map((recipe) => `| [\`${recipe.name}\`](#${recipe.name}) | ${shownLanguages(recipe)} | ${recipe.category} | ${recipe.title} |`);
  return [
    '# Recipes',
    '',
    '<!-- Made by scripts/recipes-docs.ts from src/propose/recipes; do not edit. -->',
    '',
    'Deterministic rewrites that need no key and no network. A recipe looks only at functions that the profile shows hot, and fires only where it can show that the result stays the same. What it cannot see before the run, the new code checks at run time and takes the old way otherwise. Nothing is kept from one call to the next but constants.',
    '',
    'All of them take for granted that the methods of built-in objects have not been replaced, and that reading a property has no effect. Each is tested by running old and new code on generated inputs and comparing results, exceptions and what became of the arguments; and each candidate still has to pass the build, the tests and the measurement of the target.',
    '',
    'Findings are named by category or rule as in [findings](findings.md); `H` stands for all host code. Recipes for PyTorch also look at the files around that of the finding, and say why they leave code alone that only looks like a case. What changes results says how; a change of precision or of what is logged is never put together with others.',
    '',
    'Choose with `only` and `except` in the `[propose]` table of `perfloop.toml`.',
    '',
    '| recipe | language | kind | what it does |',
    '| --- | --- | --- | --- |',
    ...table,
    ...recipes.flatMap((recipe) => ['', `## ${recipe.name}`, '', `${recipe.title}.`, '', `- Applies to: ${recipe.evidence.findings.map((entry) => `\`${entry}\``).join(', ')}. ${recipe.evidence.text}`, `- Sound because: ${recipe.condition}`, ...changesOf(recipe), `- Risk: ${recipe.risk}`, `- Expected: ${recipe.expected}`, `- See: ${recipe.references.map((url) => `<${url}>`).join(', ')}`]),
    '',
  ].join('\n');
}

const changeTexts = { rounding: 'the last bits of results may differ.', randomness: 'later random numbers are others of the same kind.', precision: 'numbers are computed with fewer bits.', logging: 'what is printed or recorded on the way.' };

function changesOf(recipe: Recipe): string[] {
  return recipe.changesResults === undefined ? [] : [`- Changes: ${changeTexts[recipe.changesResults]}`];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(docsPath, recipesMarkdown());
