import type { SgNode } from '@ast-grep/napi';
import type { PyFunction } from '../../python/function.js';
import { insertInModule } from '../../python/regions.js';
import { all, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { PythonRecipe, TextEdit } from '../recipe.js';

/** Modules of the standard library that every Python has, import nothing large and do nothing when imported. */
const modules = new Set(['re', 'math', 'cmath', 'copy', 'itertools', 'functools', 'collections', 'collections.abc', 'operator', 'string', 'struct', 'time', 'os', 'os.path', 'sys', 'json', 'random', 'bisect', 'heapq', 'types', 'warnings', 'io', 'datetime', 'textwrap', 'unicodedata', 'binascii', 'hashlib', 'base64', 'errno', 'stat', 'abc', 'contextlib', 'enum', 'keyword', 'numbers', 'weakref', 'array']);

export const importOnce: PythonRecipe = {
  family: 'python',
  name: 'import-once',
  languages: ['python'],
  category: 'repeated-work',
  title: 'Import a module of the standard library at the top of the file instead of in every call',
  evidence: { findings: hostWork, text: 'Time in `_handle_fromlist` or `_find_and_load`, or in the import statement of a function that is called often.' },
  condition: 'The module is one of the standard library that imports nothing large, so there is no cycle to break. The statement stands in the body of the function itself, not under a condition; nothing else in the file binds or uses the names.',
  risk: 'The module is loaded when the file is imported. A test that replaces a function of the module, where the name was imported from it, is no longer seen.',
  expected: 'A tenth of a microsecond a call, almost a microsecond for `from … import`.',
  references: ['https://docs.python.org/3/reference/simple_stmts.html#the-import-statement', 'https://wiki.python.org/moin/PythonSpeed/PerformanceTips#Import_Statement_Overhead'],
  apply(fn) {
    if (fn.hot.kind() !== 'function_definition') return [];
    const found = fn.owned('import_statement', 'import_from_statement').flatMap((node) => {
      const removal = canMove(fn, node) ? removalOf(fn, node) : null;
      return removal === null ? [] : [{ node, removal }];
    });
    const first = found[0];
    const body = fn.hot.field('body');
    if (first === undefined || body === null || parts(body).length <= found.length) return [];
    const imports = found.map(({ node }) => `${node.text()}\n`).join('');
    return [{ title: `import ${found.length === 1 ? 'a module' : `${found.length} modules`} once`, line: lineOf(first.node), edits: [...found.map(({ removal }) => removal), ...insertInModule(fn, `${imports}\n`)] }];
  },
};

function canMove(fn: PyFunction, node: SgNode): boolean {
  if (!same(node.parent(), fn.hot.field('body'))) return false;
  const isFrom = node.kind() === 'import_from_statement';
  const bound = node.namedChildren().slice(isFrom ? 1 : 0);
  const paths = isFrom ? [node.field('module_name')?.text() ?? ''] : bound.map((child) => (child.kind() === 'aliased_import' ? child.field('name') : child)?.text() ?? '');
  if (bound.length === 0 || !paths.every((path) => modules.has(path))) return false;
  return bound.every((child) => {
    const name = (child.kind() === 'aliased_import' ? child.field('alias') : child)?.text().split('.')[0] ?? '';
    return child.kind() !== 'wildcard_import' && fn.timesBound(name) === 1 && isOnlyUsedAfter(fn, name, node);
  });
}

/** Elsewhere the name may mean something builtin, or be another function's global. */
function isOnlyUsedAfter(fn: PyFunction, name: string, node: SgNode): boolean {
  const uses = all(fn.root, 'identifier').filter((id) => id.text() === name && id.parent()?.kind() !== 'keyword_argument' && !(id.parent()?.kind() === 'attribute' && same(id.parent()?.field('attribute') ?? null, id)));
  return uses.every((id) => within(id, fn.hot) && startOf(id) >= startOf(node));
}

/** The line of the statement; null where something else stands on it. */
function removalOf(fn: PyFunction, node: SgNode): TextEdit | null {
  const start = fn.source.lastIndexOf('\n', startOf(node) - 1) + 1;
  const next = fn.source.indexOf('\n', endOf(node));
  const isAlone = fn.source.slice(start, startOf(node)).trim() === '' && next !== -1 && fn.source.slice(endOf(node), next).trim() === '';
  return isAlone ? { start, end: next + 1, text: '' } : null;
}
