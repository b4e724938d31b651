import type { SgNode } from '@ast-grep/napi';
import { all, parts, same } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';

/** The parameters and local names of a function that an expression is made of, those of comprehensions in it left out; local names that are given one value are looked through. */
export function localNames(module: PyModule, scope: SgNode, expression: SgNode, depth = 0): string[] {
  const own = new Set(all(expression, 'for_in_clause').flatMap((clause) => [clause.field('left') ?? clause, ...all(clause.field('left') ?? clause, 'identifier')]).map((node) => node.text()));
  const ids = [...(expression.kind() === 'identifier' ? [expression] : []), ...all(expression, 'identifier')].filter((id) => isName(id) && !own.has(id.text()) && id.text() !== 'self');
  return [...new Set(ids.map((id) => id.text()))].flatMap((name) => {
    const uses = module.names(scope).uses(name);
    if (!uses.some((use) => use.role === 'write' || use.role === 'declare')) return [];
    const value = soleValue(module, scope, name);
    return value === null || depth > 3 ? [name] : localNames(module, scope, value, depth + 1);
  });
}

/** What the one assignment of a local name gives it; null for parameters, loop variables and names with more than one. */
export function soleValue(module: PyModule, scope: SgNode, name: string): SgNode | null {
  const uses = module.names(scope).uses(name).filter((use) => use.role === 'write' || use.role === 'declare');
  const parent = uses.length === 1 ? uses[0]?.node.parent() : null;
  return parent?.kind() === 'assignment' && same(parent.field('left'), uses[0]?.node ?? null) ? parent.field('right') : null;
}

/** An expression with the local names in it replaced by what they are given; null where that is not an expression of `self` and names of the file. */
export function withoutLocals(module: PyModule, scope: SgNode, expression: SgNode): string | null {
  if (localNames(module, scope, expression).length > 0) return null;
  if (expression.kind() === 'identifier') {
    const value = soleValue(module, scope, expression.text());
    return value === null ? expression.text() : withoutLocals(module, scope, value);
  }
  const inner = all(expression, 'identifier').filter((id) => isName(id) && soleValue(module, scope, id.text()) !== null);
  return inner.length === 0 ? expression.text() : null;
}

function isName(id: SgNode): boolean {
  const parent = id.parent();
  if (parent?.kind() === 'attribute') return same(parent.field('object'), id);
  return parent?.kind() !== 'keyword_argument' || same(parent.field('value'), id);
}

/** Methods whose result shares memory with what they are called on. */
const views = new Set(['view', 'view_as', 'reshape', 'flatten', 'ravel', 'squeeze', 'unsqueeze', 't', 'transpose', 'permute', 'swapaxes', 'narrow', 'select', 'detach', 'expand', 'numpy', 'get', 'values']);

/** The first place in a node, behind a character of the file, that changes values in place: `x[0] = 1`, `x += 1`, `x.sort()`. Names may be those of attributes: `self.x`. */
export function changedInPlace(scope: SgNode, names: ReadonlySet<string>, from = 0): SgNode | null {
  const isOf = (node: SgNode): boolean => {
    if (names.has(node.text())) return true;
    const call = methodOf(node);
    if (call !== null) return views.has(call.method) && isOf(call.receiver);
    const inner = node.kind() === 'subscript' ? node.field('value') : node.kind() === 'attribute' ? node.field('object') : null;
    return inner !== null && isOf(inner);
  };
  return (
    [scope, ...all(scope, 'assignment', 'augmented_assignment', 'delete_statement', 'call')].find((node) => {
      if (node.range().start.index < from) return false;
      if (node.kind() === 'call') {
        const method = methodOf(node);
        const given = parts(node.field('arguments') ?? node);
        const path = node.field('function')?.text() ?? '';
        const out = given.some((one) => one.kind() === 'keyword_argument' && one.field('name')?.text() === 'out' && isOf(one.field('value') ?? one));
        const first = given[0];
        const isGiven = first !== undefined && /(?:^|\.)(?:shuffle|heapify|heappush|heappop|copyto|put|fill_diagonal)$|[a-z]_$/.test(path) && isOf(first);
        const inplace = /inplace\s*=\s*True/.test(node.text());
        return out || isGiven || (inplace && first !== undefined && isOf(first)) || (method !== null && isOf(method.receiver) && (/^(?:append|extend|insert|pop|remove|sort|reverse|update|clear|add|discard|setdefault|fill|popitem|put|resize|shuffle)$/.test(method.method) || /[a-z]_$/.test(method.method) || inplace));
      }
      const left = node.kind() === 'delete_statement' ? parts(node)[0] : node.field('left');
      if (left === null || left === undefined || !['assignment', 'augmented_assignment', 'delete_statement'].includes(String(node.kind()))) return false;
      const targets = ['pattern_list', 'tuple_pattern', 'list_pattern', 'expression_list'].includes(String(left.kind())) ? parts(left) : [left];
      return targets.some((target) => isOf(target) && (node.kind() === 'augmented_assignment' || target.kind() !== 'identifier'));
    }) ?? null
  );
}

/** Names that are given a part of another one: `row` of `row = rows[i]`. */
export function partsOf(scope: SgNode, name: string): Set<string> {
  const found = new Set([name]);
  for (const assignment of all(scope, 'assignment')) {
    const right = assignment.field('right');
    const left = assignment.field('left');
    if (right === null || left === null || !['subscript', 'attribute', 'identifier'].includes(String(right.kind()))) continue;
    if ([...(right.kind() === 'identifier' ? [right] : []), ...all(right, 'identifier')].some((id) => found.has(id.text()) && isName(id))) for (const id of left.kind() === 'identifier' ? [left] : all(left, 'identifier')) found.add(id.text());
  }
  return found;
}
