import type { Language } from '../../core/candidate.js';
import type { JsFunction } from '../javascript/function.js';
import type { PyFunction } from '../python/function.js';

/** Replaces [start, end) of the file with text; offsets in UTF-16 code units. Equal offsets insert. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** One independent change that a recipe offers. */
export interface Rewrite {
  /** What is done, naming the variables of the code at hand. */
  title: string;
  /** 1-based line of the expression that it mends. */
  line: number;
  /** Not overlapping. */
  edits: TextEdit[];
}

export type RecipeCategory = 'quadratic' | 'repeated-work' | 'allocation' | 'arithmetic';

export interface RecipeInfo {
  name: string;
  languages: Language[];
  category: RecipeCategory;
  title: string;
  /** Why the result is the same: what is checked before the recipe fires, or at run time by the code that it writes. */
  condition: string;
  /** What is not checked, or can get worse. */
  risk: string;
  /** What to expect where it fires. */
  expected: string;
}

export interface JavaScriptRecipe extends RecipeInfo {
  family: 'javascript';
  apply(fn: JsFunction): Rewrite[];
}

export interface PythonRecipe extends RecipeInfo {
  family: 'python';
  apply(fn: PyFunction): Rewrite[];
}

export type Recipe = JavaScriptRecipe | PythonRecipe;
