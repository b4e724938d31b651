import type { Candidate, SpanEdit } from '../core/candidate.js';
import { applyEdits } from '../core/candidates/apply-edits.js';
import type { Finding } from '../core/finding.js';
import { candidateId } from './candidate-id.js';
import { sha256 } from './hash.js';
import type { Recipe, RecipeCategory, Rewrite, TextEdit } from './recipes/recipe.js';
import { overlaps, toSpanEdits } from './span-edits.js';
import { sourceFile, type SourceFile } from './source/file.js';
import { languageOf, parseSource, syntaxErrors } from './source/parse.js';
import type { Sources } from './torch/sources.js';

/** A rewrite, and the recipe that offers it. */
export interface Offer {
  recipe: Recipe;
  rewrite: Rewrite;
}

/** The candidate that some offers make together; null when they touch the same text, change nothing, or break the syntax. */
export function offersToCandidate(input: { file: SourceFile; finding: Finding; offers: readonly Offer[]; sources: Sources }): Candidate | null {
  const { file, finding, offers, sources } = input;
  const byFile = new Map<string, TextEdit[]>();
  for (const edit of offers.flatMap((offer) => offer.rewrite.edits)) {
    const name = edit.file ?? finding.file;
    // Two recipes may need the same import.
    const edits = byFile.get(name) ?? [];
    if (!edits.some((other) => other.start === edit.start && other.end === edit.end && other.text === edit.text && edit.start === edit.end)) byFile.set(name, [...edits, edit]);
  }
  const replaced: { before: string; after: string }[] = [];
  const spans: SpanEdit[] = [];
  for (const [name, edits] of byFile) {
    const source = name === finding.file ? file.source : sources.read(name);
    const own = source === null ? null : spansOf(name, name === finding.file ? file : sourceFile(source, file.dialect), edits);
    if (source === null || own === null) return null;
    spans.push(...own);
    const mark = name === finding.file && !isOfProgram(offers) ? '' : `${name}\n`;
    replaced.push(...own.map((span) => ({ before: mark + source.slice(span.start, span.end), after: span.text })));
  }
  const names = [...new Set(offers.map((offer) => offer.recipe.name))];
  const titles = offers.map((offer) => offer.rewrite.title);
  const changes = offers.map(({ recipe }) => recipe.changesResults).find((change) => change !== undefined);
  return {
    // What changes a program is the same from whichever finding it is seen.
    id: isOfProgram(offers) ? candidateId([...byFile.keys()].sort().join('\n'), '', replaced) : candidateId(finding.file, finding.function, replaced),
    proposer: 'recipes',
    recipe: names.join('+'),
    title: `${titles.join('; ')} in ${finding.function}`,
    rationale: [...new Set(offers.map((offer) => offer.recipe))].map(rationaleOf).join('\n\n'),
    findingId: finding.id,
    file: finding.file,
    line: Math.min(...offers.map((offer) => offer.rewrite.line)),
    language: languageOf(file.dialect),
    share: offers.some(({ recipe }) => wholeProgram.has(recipe.category)) ? null : Math.max(finding.totalShare, finding.selfShare),
    ...(changes === undefined ? {} : { changesResults: changes }),
    change: { kind: 'edits', edits: spans },
  };
}

function isOfProgram(offers: readonly Offer[]): boolean {
  return offers.some(({ recipe }) => recipe.family === 'torch');
}

/** Kinds of changes whose gain is not bounded by the share of the function that a finding points at: every kernel runs otherwise. */
const wholeProgram: ReadonlySet<RecipeCategory> = new Set(['launches', 'device-work', 'precision']);

function spansOf(name: string, { source, dialect, syntaxErrors: before }: SourceFile, edits: readonly TextEdit[]): SpanEdit[] | null {
  if (overlaps(edits)) return null;
  const spans = toSpanEdits(name, source, edits);
  const result = applyEdits(source, spans, sha256);
  // A rewrite that does not parse is a fault of the recipe; nobody should pay a build to find out.
  return result === source || syntaxErrors(parseSource(result, dialect), dialect) > before ? null : spans;
}

const changeTexts = { rounding: 'the last bits of results may differ.', randomness: 'later random numbers, such as the order of samples, are others of the same kind; compare the loss curve.', precision: 'numbers are computed with fewer bits; compare the outputs or the loss curve.', logging: 'other things are printed or recorded than before.' };

function rationaleOf(recipe: Recipe): string {
  const changes = recipe.changesResults === undefined ? '' : `\nChanges: ${changeTexts[recipe.changesResults]}`;
  return `${recipe.name}: ${recipe.title}.\nSound because: ${recipe.condition}\nRisk: ${recipe.risk}\nExpected: ${recipe.expected}${changes}`;
}
