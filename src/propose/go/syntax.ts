import type { SgNode } from '@ast-grep/napi';
import { parts } from '../source/tree.js';

/** `name(...)` or `pkg.Name(...)`, also of a method: what is called as written, and the arguments; null for any other node. */
export function callOf(node: SgNode | null): { callee: string; args: SgNode[]; node: SgNode } | null {
  if (node?.kind() !== 'call_expression') return null;
  const callee = node.field('function');
  const args = node.field('arguments');
  if (callee === null || args === null || args.text().endsWith('...)')) return null;
  return { callee: callee.text(), args: parts(args), node };
}

/** `name = value` or `name += value` of one variable: its parts; null for any other statement. */
export function assignmentOf(node: SgNode): { name: string; operator: string; value: SgNode } | null {
  if (node.kind() !== 'assignment_statement') return null;
  const left = parts(node.field('left') ?? node);
  const right = parts(node.field('right') ?? node);
  const [target, value] = [left[0], right[0]];
  if (left.length !== 1 || right.length !== 1 || target?.kind() !== 'identifier' || value === undefined) return null;
  return { name: target.text(), operator: node.field('operator')?.text() ?? '=', value };
}

/** `name := value` of one variable: its parts; null for any other statement. */
export function declarationOf(node: SgNode): { name: string; value: SgNode } | null {
  if (node.kind() !== 'short_var_declaration') return null;
  const left = parts(node.field('left') ?? node);
  const right = parts(node.field('right') ?? node);
  const [target, value] = [left[0], right[0]];
  return left.length === 1 && right.length === 1 && target?.kind() === 'identifier' && value !== undefined ? { name: target.text(), value } : null;
}

/** The statements in the body of a loop or block. */
export function bodyOf(node: SgNode): SgNode[] {
  const body = node.field('body') ?? node;
  const list = body.kind() === 'statement_list' ? body : (body.namedChildren().find((child) => child.kind() === 'statement_list') ?? null);
  return list === null ? [] : parts(list);
}
