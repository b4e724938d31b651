import type { SgNode } from '@ast-grep/napi';
import { parts, same } from '../source/tree.js';
import { statements } from '../native/function.js';

/** `receiver.method(...)`, not by an arrow: its parts; null for any other node. */
export function methodCall(node: SgNode | null): { receiver: SgNode; method: string; args: SgNode[] } | null {
  const callee = node?.kind() === 'call_expression' ? node.field('function') : null;
  const args = node?.field('arguments') ?? null;
  if (callee?.kind() !== 'field_expression' || args === null || callee.children().some((child) => child.text() === '->')) return null;
  const receiver = callee.field('argument');
  return receiver === null ? null : { receiver, method: callee.field('field')?.text() ?? '', args: parts(args) };
}

/** `name(...)`, also `std::name(...)`: the name as written, and the arguments; null for any other node. */
export function nameCall(node: SgNode | null): { name: string; args: SgNode[] } | null {
  const callee = node?.kind() === 'call_expression' ? node.field('function') : null;
  const args = node?.field('arguments') ?? null;
  if (callee === null || args === null || !['identifier', 'qualified_identifier', 'template_function', 'primitive_type'].includes(String(callee.kind()))) return null;
  return { name: callee.text().replace(/\s+/g, ''), args: parts(args) };
}

/** The expression of an expression statement; null for any other statement. */
export function expressionOf(statement: SgNode | undefined): SgNode | null {
  return statement?.kind() === 'expression_statement' ? (parts(statement)[0] ?? null) : null;
}

/** The statements in the body of a loop or branch. */
export function bodyOf(node: SgNode): SgNode[] {
  const body = node.field('body') ?? node;
  return body.kind() === 'compound_statement' ? statements(body) : [body];
}

/** The one variable that a declaration statement declares, and nothing else. */
export function onlyDeclarator(declaration: SgNode): SgNode | null {
  const found = declaration.namedChildren().filter((child) => !same(child, declaration.field('type')) && !['type_qualifier', 'storage_class_specifier', 'comment'].includes(String(child.kind())));
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** Without the parentheses around it. */
export function bare(node: SgNode): SgNode {
  const [inner] = node.kind() === 'parenthesized_expression' ? parts(node) : [];
  return inner === undefined ? node : bare(inner);
}
