import type { SgNode } from '@ast-grep/napi';
import { isVariable } from '../../propose/python/bindings.js';
import { all, ancestorWhere, endOf, parts, startOf } from '../../propose/source/tree.js';
import type { Blanked } from '../text/blank.js';
import type { Scopes } from './scopes.js';

/** Modules of the interpreter under which others stand. */
const sameAs: Record<string, string> = { posix: 'os', nt: 'os', _posixsubprocess: 'subprocess', _io: 'io', _pickle: 'pickle', _socket: 'socket', _random: 'random' };

/** What each imported name of a file stands for: `o` for `os`, `split` for `os.fork`. */
export function importedNames(root: SgNode): Map<string, string> {
  const names = new Map<string, string>();
  const add = (name: string, meant: string): void => {
    const [top = '', ...rest] = meant.split('.');
    names.set(name, [sameAs[top] ?? top, ...rest].join('.'));
  };
  for (const statement of all(root, 'import_statement', 'import_from_statement')) {
    const module = statement.field('module_name');
    const prefix = module === null ? '' : `${module.text()}.`;
    // What comes from this package is not known by a name that matters.
    if (prefix.startsWith('.')) continue;
    for (const part of parts(statement)) {
      if (module !== null && startOf(part) === startOf(module)) continue;
      if (part.kind() === 'aliased_import') add(part.field('alias')?.text() ?? '', prefix + (part.field('name')?.text() ?? ''));
      else if (part.kind() === 'dotted_name') add(module === null ? (part.text().split('.')[0] ?? '') : part.text(), module === null ? (part.text().split('.')[0] ?? '') : prefix + part.text());
    }
  }
  return names;
}

/** A file with every imported name written out, so that `from os import fork as split` hides nothing. Lines stay as they are. */
export function withFullNames(root: SgNode, scopes: Scopes, blanked: Blanked): Blanked {
  const names = importedNames(root);
  const places = all(root, 'identifier').flatMap((id) => {
    const meant = names.get(id.text());
    if (meant === undefined || meant === id.text() || !isVariable(id) || ancestorWhere(id, isImport) !== null) return [];
    return scopes.around(id).some((fn) => scopes.binds(fn, id.text())) ? [] : [{ start: startOf(id), end: endOf(id), meant }];
  });
  const written = (text: string): string => places.toReversed().reduce((before, { start, end, meant }) => before.slice(0, start) + meant + before.slice(end), text);
  return { ...blanked, code: written(blanked.code), withStrings: written(blanked.withStrings) };
}

const isImport = (node: SgNode): boolean => node.kind() === 'import_statement' || node.kind() === 'import_from_statement';
