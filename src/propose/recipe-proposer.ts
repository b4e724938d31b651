import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Candidate } from '../core/candidate.js';
import { applyEdits } from '../core/candidates/apply-edits.js';
import { PerfloopError } from '../core/errors.js';
import type { Finding } from '../core/finding.js';
import { JsFunction } from './javascript/function.js';
import { withSafeStarts } from './javascript/regions.js';
import { candidateId } from './candidate-id.js';
import { sha256 } from './hash.js';
import type { Proposer } from './proposer.js';
import { PyFunction } from './python/function.js';
import type { Recipe, Rewrite, TextEdit } from './recipes/recipe.js';
import { recipes } from './recipes/registry.js';
import { overlaps, toSpanEdits } from './span-edits.js';
import { locateFunction } from './source/locate.js';
import { sourceFile, type SourceFile } from './source/file.js';
import { dialectOf, languageOf, syntaxErrors, parseSource } from './source/parse.js';

/** Files above this are generated or bundled; walking them would take minutes. In UTF-16 code units. */
const largestFile = 2_000_000;

/**
 * Proposes what the built-in rewrites offer for the function of a finding: one candidate for each rewrite, and one with
 * all of them together where there are several.
 *
 * @throws PL_RECIPE_UNKNOWN when `only` or `except` names a recipe that does not exist
 */
export function recipeProposer(options: { only: readonly string[]; except: readonly string[] } = { only: [], except: [] }): Proposer {
  const chosen = chooseRecipes(options.only, options.except);
  // Findings of one file mostly follow each other.
  let last: SourceFile | null = null;
  return {
    name: 'recipes',
    async propose(finding, { worktree }) {
      const dialect = dialectOf(finding.file);
      if (dialect === null) return [];
      const source = await readFile(join(worktree, finding.file), 'utf8');
      if (source.length > largestFile) return [];
      if (last?.source !== source || last.dialect !== dialect) last = sourceFile(source, dialect);
      return proposeRewrites(last, finding, chosen);
    },
  };
}

function chooseRecipes(only: readonly string[], except: readonly string[]): Recipe[] {
  const unknown = [...only, ...except].filter((name) => recipes.every((recipe) => recipe.name !== name));
  if (unknown.length > 0) {
    throw new PerfloopError('PL_RECIPE_UNKNOWN', `There is no recipe ${unknown.map((name) => `\`${name}\``).join(', ')}.`, {
      where: 'propose.only, propose.except',
      fix: `Use names of docs/recipes.md: ${recipes.map((recipe) => recipe.name).join(', ')}.`,
    });
  }
  return recipes.filter((recipe) => (only.length === 0 || only.includes(recipe.name)) && !except.includes(recipe.name));
}

/** The candidates for one function of a file; pure. Empty when the function is not found or not understood. */
export function proposeRewrites(file: SourceFile, finding: Finding, chosen: readonly Recipe[]): Candidate[] {
  const { dialect, root } = file;
  const node = locateFunction(root, dialect, finding.function, finding.line);
  if (node === null || syntaxErrors(node, dialect) > 0) return [];
  const family = dialect === 'python' ? 'python' : 'javascript';
  const fn = family === 'python' ? new PyFunction(file, node) : new JsFunction(file, node);
  const offers = chosen.flatMap((recipe) => rewritesOf(recipe, fn).map((rewrite) => ({ recipe, rewrite })));
  const candidates = offers.map(({ recipe, rewrite }) => toCandidate(file, finding, [{ recipe, rewrite }]));
  const together = combined(offers);
  if (together.length > 1) candidates.push(toCandidate(file, finding, together));
  return candidates.filter((candidate) => candidate !== null);
}

function rewritesOf(recipe: Recipe, fn: JsFunction | PyFunction): Rewrite[] {
  if (recipe.family === 'javascript') {
    return fn.family === 'javascript' ? recipe.apply(fn).map((rewrite) => ({ ...rewrite, edits: withSafeStarts(fn, rewrite.edits) })) : [];
  }
  return fn.family === 'python' ? recipe.apply(fn) : [];
}

interface Offer {
  recipe: Recipe;
  rewrite: Rewrite;
}

/** As many of the offers as do not touch the same text, the earlier ones first. */
function combined(offers: readonly Offer[]): Offer[] {
  const taken: Offer[] = [];
  for (const offer of offers) {
    if (!overlaps([...taken.flatMap((other) => other.rewrite.edits), ...offer.rewrite.edits])) taken.push(offer);
  }
  return taken;
}

function toCandidate({ source, dialect, syntaxErrors: before }: SourceFile, finding: Finding, offers: readonly Offer[]): Candidate | null {
  const edits: TextEdit[] = offers.flatMap((offer) => offer.rewrite.edits);
  if (overlaps(edits)) return null;
  const spans = toSpanEdits(finding.file, source, edits);
  const result = applyEdits(source, spans, sha256);
  // A rewrite that does not parse is a fault of the recipe; nobody should pay a build to find out.
  if (result === source || syntaxErrors(parseSource(result, dialect), dialect) > before) return null;
  const names = [...new Set(offers.map((offer) => offer.recipe.name))];
  const titles = offers.map((offer) => offer.rewrite.title);
  return {
    id: candidateId(finding.file, finding.function, spans.map((span) => ({ before: source.slice(span.start, span.end), after: span.text }))),
    proposer: 'recipes',
    recipe: names.join('+'),
    title: `${titles.join('; ')} in ${finding.function}`,
    rationale: [...new Set(offers.map((offer) => offer.recipe))].map(rationaleOf).join('\n\n'),
    findingId: finding.id,
    file: finding.file,
    line: Math.min(...offers.map((offer) => offer.rewrite.line)),
    language: languageOf(dialect),
    share: Math.max(finding.totalShare, finding.selfShare),
    change: { kind: 'edits', edits: spans },
  };
}

function rationaleOf(recipe: Recipe): string {
  return `${recipe.name}: ${recipe.title}.\nSound because: ${recipe.condition}\nRisk: ${recipe.risk}\nExpected: ${recipe.expected}`;
}
