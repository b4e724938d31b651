import type { SgNode } from '@ast-grep/napi';
import { all } from '../../propose/source/tree.js';
import type { Extractor } from './extractor.js';
import type { SourceImport, SymbolKind } from './outline.js';

const kinds: Record<string, SymbolKind> = { function_item: 'function', struct_item: 'struct', union_item: 'struct', enum_item: 'enum', trait_item: 'trait', type_item: 'type', macro_definition: 'macro', mod_item: 'namespace' };

export const rust: Extractor = {
  definitionKinds: Object.keys(kinds),
  definition(node) {
    const name = node.field('name')?.text();
    const kind = kinds[String(node.kind())];
    if (name === undefined || kind === undefined || (kind === 'namespace' && node.field('body') === null)) return null;
    if (kind !== 'function') return { name, kind };
    const list = node.field('parameters');
    return { name, kind, owner: implementedType(node), parameters: list === null ? [] : all(list, 'identifier').map((id) => id.text()) };
  },
  callKinds: ['call_expression', 'macro_invocation', 'token_tree'],
  call(node) {
    if (node.kind() === 'token_tree') return inMacro(node);
    const written = node.field('function') ?? node.field('macro');
    const callee = written?.kind() === 'generic_function' ? written.field('function') : written;
    if (callee === null || callee === undefined) return null;
    if (callee.kind() === 'identifier') return { name: callee.text(), receiver: null, at: callee };
    if (callee.kind() === 'scoped_identifier') {
      const name = callee.field('name');
      return name === null ? null : { name: name.text(), receiver: callee.field('path')?.text() ?? '', at: name };
    }
    const field = callee.kind() === 'field_expression' ? callee.field('field') : null;
    return field === null ? null : { name: field.text(), receiver: callee.field('value')?.text() ?? '', at: field };
  },
  importNodes: (root) => all(root, 'use_declaration', 'mod_item'),
  imports(node) {
    if (node.kind() === 'mod_item') {
      const name = node.field('name')?.text() ?? '';
      return node.field('body') === null ? [{ module: `self::${name}`, names: [{ name: '*', as: name }] }] : [];
    }
    const argument = node.field('argument');
    return argument === null ? [] : used(argument.text().replaceAll(/\s+/g, ' '), '');
  },
};

/** The type of the `impl` around a method. */
function implementedType(node: SgNode): string | null {
  const block = node.parent();
  const owner = block?.kind() === 'declaration_list' ? block.parent() : null;
  return owner?.kind() === 'impl_item' ? (owner.field('type')?.text().replace(/<.*$/s, '').split('::').at(-1) ?? null) : null;
}

/** The arguments of a macro are no syntax: a name before parentheses is taken for a call. */
function inMacro(node: SgNode): ReturnType<Extractor['call']> {
  if (!node.text().startsWith('(')) return null;
  const before = node.prev();
  if (before?.kind() !== 'identifier') return null;
  const mark = before.prev()?.text();
  return { name: before.text(), receiver: mark === '.' || mark === '::' ? (before.prev()?.prev()?.text() ?? '') : null, at: before };
}

/** `a::{b, c::{d as e}}` as one import for each name. */
function used(tree: string, prefix: string): Omit<SourceImport, 'line'>[] {
  const open = tree.indexOf('{');
  if (open !== -1) {
    const path = prefix + tree.slice(0, open).trim();
    return branches(tree.slice(open + 1, tree.lastIndexOf('}'))).flatMap((branch) => used(branch, path));
  }
  const [, path = '', alias] = /^(.*?)(?: as (\w+))?$/.exec(prefix + tree.trim()) ?? [];
  const cut = path.lastIndexOf('::');
  const name = cut === -1 ? path : path.slice(cut + 2);
  if (name === 'self') return used(path.slice(0, cut) + (alias === undefined ? '' : ` as ${alias}`), '');
  const module = cut === -1 ? path : path.slice(0, cut);
  return [{ module, names: [cut === -1 ? { name: '*', as: alias ?? name } : name === '*' ? { name: '*', as: '*' } : { name, as: alias ?? name }] }];
}

/** The parts of a list, split at the commas outside of inner braces. */
function branches(list: string): string[] {
  const found = [''];
  let depth = 0;
  for (const character of list) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === ',' && depth === 0) found.push('');
    else found[found.length - 1] += character;
  }
  return found.map((part) => part.trim()).filter((part) => part !== '');
}
