import type { SgNode } from '@ast-grep/napi';
import { startOf } from '../source/tree.js';
import type { PyFunction } from './function.js';

/**
 * What a name or `name.attribute` stands for by an import at the top level in front of the hot function, as a full path:
 * `datetime.datetime` for `datetime` after `from datetime import datetime`. Null where no import, or not only one, binds it.
 */
export function importedPath(fn: PyFunction, node: SgNode): string | null {
  if (node.kind() === 'attribute') {
    const [object, attribute] = [node.field('object'), node.field('attribute')];
    const path = object === null ? null : importedPath(fn, object);
    return path === null || attribute === null ? null : `${path}.${attribute.text()}`;
  }
  if (node.kind() !== 'identifier' || fn.hot.kind() !== 'function_definition' || fn.timesBound(node.text()) !== 1) return null;
  const before = fn.root.namedChildren().filter((statement) => startOf(statement) < startOf(fn.hot));
  return before.map((statement) => boundBy(statement, node.text())).find((path) => path !== null) ?? null;
}

/** The path that an import statement gives the name to; null where it does not. */
function boundBy(statement: SgNode, name: string): string | null {
  const isFrom = statement.kind() === 'import_from_statement';
  if (!isFrom && statement.kind() !== 'import_statement') return null;
  const module = isFrom ? (statement.field('module_name')?.text() ?? '') : '';
  // Relative imports are of the program's own.
  if (module.startsWith('.')) return null;
  for (const child of statement.namedChildren().slice(isFrom ? 1 : 0)) {
    const path = (child.kind() === 'aliased_import' ? child.field('name') : child)?.text() ?? '';
    const local = child.kind() === 'aliased_import' ? (child.field('alias')?.text() ?? '') : isFrom ? path : (path.split('.')[0] ?? '');
    if (local === name) return isFrom ? `${module}.${path}` : child.kind() === 'aliased_import' ? path : local;
  }
  return null;
}
