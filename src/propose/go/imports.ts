import type { SgNode } from '@ast-grep/napi';
import { indentAt } from '../native/lines.js';
import type { TextEdit } from '../recipes/recipe.js';
import { all, endOf, startOf } from '../source/tree.js';
import type { GoFunction } from './function.js';

const pathOf = (spec: SgNode): string => (spec.field('path')?.text() ?? '').slice(1, -1);
const isStandard = (path: string): boolean => !(path.split('/')[0] ?? '').includes('.');

/** The name of an imported package in the file is its own: not renamed, and nothing that the function or the file declares. */
export function isImported(fn: GoFunction, path: string): boolean {
  const spec = all(fn.root, 'import_spec').find((one) => pathOf(one) === path);
  return spec !== undefined && spec.field('name') === null && !fn.declares(path.split('/').at(-1) ?? path);
}

/** The edits that import a package of the standard library, none where it is; null where its name means something else. */
export function withImport(fn: GoFunction, path: string): TextEdit[] | null {
  const name = path.split('/').at(-1) ?? path;
  const specs = all(fn.root, 'import_spec');
  if (specs.some((one) => pathOf(one) === path)) return isImported(fn, path) ? [] : null;
  if (fn.declares(name) || specs.some((one) => (one.field('name')?.text() ?? pathOf(one).split('/').at(-1)) === name)) return null;
  const standard = specs.filter((one) => isStandard(pathOf(one)) && one.parent()?.kind() === 'import_spec_list');
  const next = standard.find((one) => pathOf(one) > path);
  if (next !== undefined) return [insertion(startOf(next), `"${path}"\n${indentAt(fn.source, startOf(next))}`)];
  const last = standard.at(-1);
  if (last !== undefined) return [insertion(endOf(last), `\n${indentAt(fn.source, startOf(last))}"${path}"`)];
  const declaration = fn.root.namedChildren().find((node) => node.kind() === 'import_declaration');
  if (declaration !== undefined) return [insertion(startOf(declaration), `import "${path}"\n`)];
  const clause = fn.root.namedChildren().find((node) => node.kind() === 'package_clause');
  return clause === undefined ? null : [insertion(endOf(clause), `\n\nimport "${path}"`)];
}

function insertion(at: number, text: string): TextEdit {
  return { start: at, end: at, text };
}
