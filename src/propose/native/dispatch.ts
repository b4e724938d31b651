import type { SgNode } from '@ast-grep/napi';
import { CppFunction } from '../cpp/function.js';
import { CppProgram } from '../cpp/program.js';
import { GoFunction } from '../go/function.js';
import type { CppRecipe, NativeRecipe } from '../recipes/native-recipe.js';
import { isRewrite, type Answer } from '../recipes/recipe.js';
import { RustFunction } from '../rust/function.js';
import type { SourceFile } from '../source/file.js';
import type { NativeDialect } from '../source/parse.js';
import type { Sources } from '../torch/sources.js';

export type NativeHotFunction = CppFunction | RustFunction | GoFunction;

/** `around`: the path of the file in its repository, and the files there. */
export function nativeFunction(dialect: NativeDialect, file: SourceFile, node: SgNode, around?: { path: string; sources: Sources }): NativeHotFunction {
  if (dialect === 'cpp') return new CppFunction(file, node, around === undefined ? null : new CppProgram(around.path, around.sources));
  return dialect === 'rust' ? new RustFunction(file, node) : new GoFunction(file, node);
}

/** What a recipe says to a function; nothing to one of another language. */
export function nativeAnswers(recipe: NativeRecipe, fn: NativeHotFunction): Answer[] {
  if (recipe.family === 'cpp') return fn.family === 'cpp' ? answersInCpp(recipe, fn) : [];
  if (recipe.family === 'rust') return fn.family === 'rust' ? recipe.apply(fn) : [];
  return fn.family === 'go' ? recipe.apply(fn) : [];
}

function answersInCpp(recipe: CppRecipe, fn: CppFunction): Answer[] {
  const answers = recipe.apply(fn);
  if (fn.isPlain) return answers;
  return answers.map((answer) => (isRewrite(answer) ? { line: answer.line, reason: 'conditional compilation, a pragma or a `goto` in the function may change what the code means.' } : answer));
}
