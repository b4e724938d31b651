import type { Candidate } from '../core/candidate.js';
import type { Finding } from '../core/finding.js';
import { candidateId } from './candidate-id.js';
import { EditedText } from './edited-text.js';
import { examineFinding } from './examine.js';
import type { Recipe } from './recipes/recipe.js';
import { sourceFile, type SourceFile } from './source/file.js';
import { toSpanEdits } from './span-edits.js';
import { textSources } from './torch/sources.js';

/** A finding, the file that it is in, and what recipes offer for it. */
export interface Examined {
  finding: Finding;
  file: SourceFile;
  candidates: readonly Candidate[];
}

/** More is hard to review, and a part that breaks something costs all the others. */
const mostFunctions = 12;

/**
 * One candidate for each recipe that has something to do in several hot functions: gains that are too small to be told from
 * noise one by one may be large enough together. Each function is changed after the others, so that the names which a rewrite
 * brings differ. Recipes that look at a whole program, and changes to which a person has to agree, are left out.
 */
export function acrossFunctions(examined: readonly Examined[], chosen: readonly Recipe[]): Candidate[] {
  return chosen.flatMap((recipe) => {
    if (recipe.family === 'torch' || (recipe.changesResults !== undefined && recipe.changesResults !== 'rounding')) return [];
    const having = examined.filter(({ candidates }) => candidates.some((candidate) => candidate.recipe === recipe.name)).slice(0, mostFunctions);
    const together = having.length < 2 ? null : inAll(having, recipe);
    return together === null ? [] : [together];
  });
}

interface Part {
  finding: Finding;
  /** Everything that the recipe does in the function. */
  whole: Candidate;
  /** The same candidates as are proposed one by one. */
  alone: string[];
}

function inAll(examined: readonly Examined[], recipe: Recipe): Candidate | null {
  const texts = new Map<string, { file: SourceFile; edited: EditedText }>();
  const parts: Part[] = [];
  for (const { finding, file, candidates } of examined) {
    const known = texts.get(finding.file) ?? { file, edited: new EditedText(file.source) };
    texts.set(finding.file, known);
    const text = known.edited.text();
    const whole = examineFinding({ file: sourceFile(text, file.dialect), finding: { ...finding, line: known.edited.lineNow(finding.line) }, chosen: [recipe], sources: textSources({ [finding.file]: text }) }).candidates.at(-1);
    // Two findings can be about one function, which is changed by now.
    if (whole?.change.kind !== 'edits') continue;
    known.edited.apply(whole.change.edits);
    parts.push({ finding, whole, alone: candidates.filter((candidate) => candidate.recipe === recipe.name).map(({ id }) => id) });
  }
  const [first] = parts;
  if (first === undefined || parts.length < 2) return null;
  const edits = [...texts].flatMap(([name, { file, edited }]) => toSpanEdits(name, file.source, edited.changes()));
  const replaced = edits.map(({ file, start, end, text }) => ({ before: `${file}\n${texts.get(file)?.file.source.slice(start, end) ?? ''}`, after: text }));
  const functions = parts.map(({ finding }) => finding.function);
  return {
    ...first.whole,
    id: candidateId([...new Set(edits.map(({ file }) => file))].sort().join('\n'), [...functions].sort().join('\n'), replaced),
    title: `${recipe.name} in ${parts.length} functions: ${functions.join(', ')}`,
    findingId: first.finding.id,
    // Times of callers hold those of what they call, so that this is an upper bound.
    share: Math.min(1, parts.reduce((sum, { whole }) => sum + (whole.share ?? 1), 0)),
    covers: [...new Set(parts.flatMap(({ alone }) => alone))],
    change: { kind: 'edits', edits },
  };
}
