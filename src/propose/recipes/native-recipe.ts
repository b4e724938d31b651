import type { CppFunction } from '../cpp/function.js';
import type { GoFunction } from '../go/function.js';
import type { RustFunction } from '../rust/function.js';
import type { Answer, RecipeInfo } from './recipe.js';

export interface CppRecipe extends RecipeInfo {
  family: 'cpp';
  apply(fn: CppFunction): Answer[];
}

export interface RustRecipe extends RecipeInfo {
  family: 'rust';
  apply(fn: RustFunction): Answer[];
}

export interface GoRecipe extends RecipeInfo {
  family: 'go';
  apply(fn: GoFunction): Answer[];
}

export type NativeRecipe = CppRecipe | RustRecipe | GoRecipe;
