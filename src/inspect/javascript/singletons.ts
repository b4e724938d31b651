import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, same, startOf } from '../../propose/source/tree.js';
import type { Found } from '../found.js';
import { carriedOver, type Access } from '../state.js';
import type { Scopes } from './scopes.js';
import { kindOf } from './state.js';

/** What objects of the module keep in their own fields: `const keeper = { ask(n) { this.known … } }`, `const keeper = new Keeper()`. */
export function javascriptSingletons(root: SgNode, scopes: Scopes): Found[] {
  const classes = new Map(all(root, 'class_declaration').map((node) => [node.field('name')?.text() ?? '', node.field('body')]));
  const accesses = all(root, 'variable_declarator').filter((node) => scopes.around(node).length === 0).flatMap((declarator) => {
    const value = declarator.field('value');
    const body = value?.kind() === 'object' ? value : value?.kind() === 'new_expression' ? classes.get(value.field('constructor')?.text() ?? '') : null;
    return body === null || body === undefined ? [] : methodsOf(body).flatMap((method) => ofThis(method, declarator.field('name')?.text() ?? '', scopes));
  });
  return carriedOver(accesses);
}

function methodsOf(body: SgNode): SgNode[] {
  const own = all(body, 'method_definition').filter((method) => same(method.parent(), body) && method.field('name')?.text() !== 'constructor');
  const pairs = body.namedChildren().filter((child) => child.kind() === 'pair').flatMap((pair) => pair.field('value') ?? []);
  return [...own, ...pairs.filter((value) => ['function_expression', 'generator_function'].includes(String(value.kind())))];
}

function ofThis(method: SgNode, owner: string, scopes: Scopes): Access[] {
  return all(method, 'member_expression').flatMap((member) => {
    const field = member.field('property')?.text() ?? '';
    // A method of its own, called.
    if (member.field('object')?.kind() !== 'this' || (member.parent()?.kind() === 'call_expression' && same(member.parent()?.field('function') ?? null, member))) return [];
    const kind = kindOf(member, scopes, [method]);
    if (kind === null) return [];
    const isStep = kind === 'assign' && member.parent()?.field('right')?.text().includes(member.text()) === true;
    return [{ slot: `${owner}.${field}`, fn: startOf(method), at: startOf(member), line: lineOf(member), kind: isStep ? 'update' : kind }];
  });
}
