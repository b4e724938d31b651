import type { Language } from '../../core/candidate.js';
import type { JsFunction } from '../javascript/function.js';
import type { PyFunction } from '../python/function.js';
import type { TorchProgram } from '../torch/program.js';
import type { NativeRecipe } from './native-recipe.js';
import type { OwnRecipe } from './own/own-recipe.js';
import type { RecipeEvidence } from './evidence.js';

/** Replaces [start, end) of a file with text; offsets in UTF-16 code units. Equal offsets insert. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
  /** Relative to the root of the repository, with `/`; the file of the finding where absent. */
  file?: string;
}

/** One independent change that a recipe offers. */
export interface Rewrite {
  /** What is done, naming the variables of the code at hand. */
  title: string;
  /** 1-based line of the expression that it mends, in the file of the finding or of its first edit. */
  line: number;
  /** Not overlapping. */
  edits: TextEdit[];
  /** Of several rewrites with the same word here only one is done: they are ways to the same end. */
  alternative?: string;
}

/** Code that looks like a case for the recipe and is none. */
export interface Refusal {
  /** 1-based, in the file of the finding. */
  line: number;
  /** A sentence: why it would not be sound, or would not pay. */
  reason: string;
}

/** What a recipe says to a place that looks like its case. */
export type Answer = Rewrite | Refusal;

export type RecipeCategory = 'quadratic' | 'repeated-work' | 'allocation' | 'arithmetic' | 'launches' | 'waiting' | 'transfers' | 'device-work' | 'communication' | 'data-loading' | 'precision' | 'own';

/**
 * What may differ after the change. `rounding`: the last bits of floating-point numbers, as another order of additions gives.
 * `randomness`: later random numbers are others of the same kind. `precision`: numbers are computed with fewer bits. `logging`: what is printed or recorded on the way.
 */
export type ResultChange = 'rounding' | 'randomness' | 'precision' | 'logging';

export interface RecipeInfo {
  name: string;
  languages: Language[];
  category: RecipeCategory;
  title: string;
  evidence: RecipeEvidence;
  /** Why the result is the same: what is checked before the recipe fires, or at run time by the code that it writes. */
  condition: string;
  /** What is not checked, or can get worse. */
  risk: string;
  /** What to expect where it fires. */
  expected: string;
  /** URLs of official documentation. */
  references: string[];
  /** Absent where results stay the same bit for bit. */
  changesResults?: ResultChange;
  /** Tried only where `propose.only` names it. */
  offByDefault?: true;
}

export interface JavaScriptRecipe extends RecipeInfo {
  family: 'javascript';
  apply(fn: JsFunction): Rewrite[];
}

export interface PythonRecipe extends RecipeInfo {
  family: 'python';
  apply(fn: PyFunction): Rewrite[];
}

/** Sees more than one function: the program of a training or inference script. Empty when nothing looks like a case. */
export interface TorchRecipe extends RecipeInfo {
  family: 'torch';
  apply(program: TorchProgram): Answer[];
}

export type Recipe = JavaScriptRecipe | PythonRecipe | TorchRecipe | NativeRecipe | OwnRecipe;

export function isRewrite(answer: Answer): answer is Rewrite {
  return 'edits' in answer;
}
