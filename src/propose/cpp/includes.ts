import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, endOf } from '../source/tree.js';
import type { CppFunction } from './function.js';

/** Whether a file takes all names of the standard library as its own. */
export const usesStd = (root: SgNode): boolean => all(root, 'using_declaration').some((node) => /^using\s+namespace\s+std\s*;/.test(node.text()));

/** The edits that include a header of the standard library, none where it is; null in a file that includes nothing. */
export function withInclude(fn: CppFunction, header: string): TextEdit[] | null {
  const includes = all(fn.root, 'preproc_include');
  if (includes.some((node) => node.field('path')?.text() === `<${header}>`)) return [];
  // One that depends on a condition may not be read at all; a guard around the whole file is none.
  const own = includes.filter((node) => ['translation_unit', 'preproc_ifdef'].includes(String(node.parent()?.kind())));
  const last = own.findLast((node) => node.field('path')?.text().startsWith('<') === true && node.parent()?.kind() === 'translation_unit') ?? own[0];
  if (last === undefined) return null;
  const end = endOf(last);
  const text = `#include <${header}>\n`;
  return [{ start: end, end, text: fn.source[end - 1] === '\n' ? text : `\n${text.trimEnd()}` }];
}
