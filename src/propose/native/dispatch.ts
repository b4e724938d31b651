import type { SgNode } from '@ast-grep/napi';
import { CppFunction } from '../cpp/function.js';
import { GoFunction } from '../go/function.js';
import type { NativeRecipe } from '../recipes/native-recipe.js';
import type { Rewrite } from '../recipes/recipe.js';
import { RustFunction } from '../rust/function.js';
import type { SourceFile } from '../source/file.js';
import type { NativeDialect } from '../source/parse.js';

export type NativeHotFunction = CppFunction | RustFunction | GoFunction;

export function nativeFunction(dialect: NativeDialect, file: SourceFile, node: SgNode): NativeHotFunction {
  if (dialect === 'cpp') return new CppFunction(file, node);
  return dialect === 'rust' ? new RustFunction(file, node) : new GoFunction(file, node);
}

/** What a recipe offers for a function; nothing for one of another language. */
export function nativeRewrites(recipe: NativeRecipe, fn: NativeHotFunction): Rewrite[] {
  if (recipe.family === 'cpp') return fn.family === 'cpp' && fn.isPlain ? recipe.apply(fn) : [];
  if (recipe.family === 'rust') return fn.family === 'rust' ? recipe.apply(fn) : [];
  return fn.family === 'go' ? recipe.apply(fn) : [];
}
