import type { Candidate } from '../core/candidate.js';
import type { Finding } from '../core/finding.js';
import { examineFinding, type RecipeRefusal } from './examine.js';
import type { Recipe } from './recipes/recipe.js';
import { sourceFile } from './source/file.js';
import { functionsOf } from './source/locate.js';
import { dialectOf, hasGrammar, languageOf, withoutGrammar } from './source/parse.js';
import { folderSources } from './torch/sources.js';

export interface Tried {
  candidates: Candidate[];
  refusals: RecipeRefusal[];
  /** Functions and files that it looked at. */
  functions: number;
  files: number;
  /** Why files were left out. */
  notes: string[];
}

export interface TryRequest {
  recipe: Recipe;
  /** Absolute path of the repository; only read. */
  root: string;
  /** Its files, relative to the root. */
  paths: readonly string[];
  /** The text of a file; null where it is none. */
  read: (path: string) => string | null;
  /** Told after each file. */
  onFile?: (done: number, of: number) => void;
}

/** What a recipe would do to each function of a repository if a profile pointed at it. */
export function tryRecipe({ recipe, root, paths, read, onFile }: TryRequest): Tried {
  const tried: Tried = { candidates: [], refusals: [], functions: 0, files: 0, notes: [] };
  const ids = new Set<string>();
  const reasons = new Set<string>();
  const sources = folderSources(root);
  for (const [done, path] of paths.entries()) {
    onFile?.(done, paths.length);
    const dialect = dialectOf(path);
    if (dialect === null || !recipe.languages.includes(languageOf(dialect))) continue;
    const missing = withoutGrammar(path);
    if (missing !== null && !tried.notes.includes(missing)) tried.notes.push(missing);
    const source = hasGrammar(dialect) ? read(path) : null;
    if (source === null) continue;
    const file = sourceFile(source, dialect);
    tried.files += 1;
    for (const place of functionsOf(file.root, dialect)) {
      tried.functions += 1;
      const { candidates, refusals } = examineFinding({ file, finding: supposed(recipe, path, place), chosen: [recipe], sources });
      for (const candidate of candidates) {
        // Functions lie in each other, and a program is seen from each of them.
        const changed = JSON.stringify(candidate.change);
        if (ids.has(changed)) continue;
        ids.add(changed);
        tried.candidates.push(candidate);
      }
      for (const refusal of refusals) {
        const reason = `${refusal.file}:${refusal.line} ${refusal.reason}`;
        if (reasons.has(reason)) continue;
        reasons.add(reason);
        tried.refusals.push(refusal);
      }
    }
  }
  return tried;
}

/** A finding as the recipe wants one, on a function. */
function supposed(recipe: Recipe, file: string, { name, line }: { name: string; line: number }): Finding {
  const [category = 'H1'] = recipe.evidence.findings;
  const dialect = dialectOf(file);
  return {
    id: `${file}:${line}`, category: category === 'H' ? 'H1' : category, file, function: name, line, language: dialect === null ? 'other' : languageOf(dialect),
    selfShare: 1, totalShare: 1, hotLines: [], snippet: '', callSites: [], evidence: [],
  };
}
