import type { CppFunction } from '../cpp/function.js';
import type { GoFunction } from '../go/function.js';
import type { RustFunction } from '../rust/function.js';
import type { RecipeInfo, Rewrite } from './recipe.js';

export interface CppRecipe extends RecipeInfo {
  family: 'cpp';
  apply(fn: CppFunction): Rewrite[];
}

export interface RustRecipe extends RecipeInfo {
  family: 'rust';
  apply(fn: RustFunction): Rewrite[];
}

export interface GoRecipe extends RecipeInfo {
  family: 'go';
  apply(fn: GoFunction): Rewrite[];
}

export type NativeRecipe = CppRecipe | RustRecipe | GoRecipe;
