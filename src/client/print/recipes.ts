import { shownLanguages } from '../../propose/recipes/languages.js';
import type { ShownRecipe, TriedRecipe } from '../verbs/recipes.js';
import type { Style } from '../style.js';
import { diffLines } from './diff-lines.js';
import { clean, plural } from './numbers.js';
import { placeOf } from './place.js';
import { table } from './table.js';

export function printRecipes(recipes: readonly ShownRecipe[], style: Style): string {
  const rows = table(
    recipes,
    [
      { title: 'recipe', cell: ({ name }) => name },
      { title: 'language', cell: shownLanguages },
      { title: 'kind', cell: ({ category }) => category },
      { title: 'what it does', cell: ({ title, offByDefault }) => `${title}${offByDefault === true ? ' (only where propose.only names it)' : ''}` },
    ],
    style,
  );
  return `${rows}\n\n${style('dim', `${plural(recipes.length, 'recipe')}; perfloop recipes show NAME tells when one applies and why it is sound`)}`;
}

const changeTexts = { rounding: 'the last bits of results may differ', randomness: 'later random numbers are others of the same kind', precision: 'numbers are computed with fewer bits', logging: 'what is printed or recorded on the way' };

export function printRecipe(recipe: ShownRecipe, style: Style): string {
  const facts: [string, string][] = [
    ['language', shownLanguages(recipe)],
    ['kind', recipe.category],
    ['applies to', `${recipe.evidence.findings.join(', ')}${recipe.evidence.text === '' ? '' : `: ${recipe.evidence.text}`}`],
    ['sound', recipe.condition],
    ['risk', recipe.risk],
    ['expected', recipe.expected],
    ...(recipe.changesResults === undefined ? [] : [['changes', changeTexts[recipe.changesResults]] satisfies [string, string]]),
    ...(recipe.offByDefault === true ? [['off', 'unless propose.only names it'] satisfies [string, string]] : []),
    ...recipe.references.map((url): [string, string] => ['see', url]),
  ];
  return [`${style('bold', recipe.name)}  ${clean(recipe.title)}`, ...facts.map(([name, text]) => `  ${style('dim', name.padEnd(10))}  ${clean(text)}`)].join('\n');
}

/** As many as a person reads; `--json` has all. */
const mostShown = 50;

export function printTried({ recipe, functions, files, candidates, refusals, notes }: TriedRecipe, style: Style): string {
  const shown = candidates.slice(0, mostShown).map((candidate) => `${style('bold', clean(candidate.title))}  ${style('dim', placeOf(candidate))}\n${diffLines(candidate.diff, style)}`);
  const more = candidates.length > shown.length ? [`and ${candidates.length - shown.length} more (--json has them all)`] : [];
  const left = refusals.slice(0, mostShown).map(({ file, line, reason }) => `${style('yellow', 'left alone')}  ${clean(file)}:${line}  ${clean(reason)}`);
  const sum = `${recipe}: ${plural(candidates.length, 'change')} in ${plural(functions, 'function')} of ${plural(files, 'file')}${refusals.length === 0 ? '' : `, ${refusals.length} left alone`}. Nothing was written, built or measured.`;
  return [...shown, ...more, ...(left.length === 0 ? [] : [left.join('\n')]), ...notes.map((note) => `${style('yellow', 'note')}: ${clean(note)}`), style('dim', sum)].join('\n\n');
}
