import type { SgNode } from '@ast-grep/napi';
import { statements } from '../native/function.js';

/** `receiver.method(...)`: its parts; null for any other node. */
export function methodCall(node: SgNode | null): { receiver: SgNode; method: string; args: SgNode[] } | null {
  const callee = node?.kind() === 'call_expression' ? node.field('function') : null;
  const args = node?.field('arguments') ?? null;
  const receiver = callee?.kind() === 'field_expression' ? callee.field('value') : null;
  return receiver === null || args === null ? null : { receiver, method: callee?.field('field')?.text() ?? '', args: statements(args) };
}

/** The expression of a statement that ends in a semicolon, or is a block's last; null for declarations. */
export function expressionOf(statement: SgNode | undefined): SgNode | null {
  if (statement === undefined || statement.kind() === 'let_declaration') return null;
  return statement.kind() === 'expression_statement' ? (statements(statement)[0] ?? null) : statement;
}

export function bodyOf(loop: SgNode): SgNode[] {
  const body = loop.field('body');
  return body === null ? [] : statements(body);
}
