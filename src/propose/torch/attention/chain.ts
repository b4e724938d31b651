import type { SgNode } from '@ast-grep/napi';
import { all, endOf, parts, startOf } from '../../source/tree.js';
import { methodOf, unwrapped } from '../call.js';
import type { PyModule } from '../module.js';
import { bodyOf } from '../statements.js';
import { productOf, type Product } from './product.js';

/** What is done to the scores between the product and the softmax, or to the weights behind it. */
export type ChainStep =
  | { kind: 'scale'; factor: SgNode; divides: boolean }
  /** `scores.masked_fill(condition, value)`; `keeps` where the condition is of what stays, as in `torch.where`. */
  | { kind: 'fill'; condition: SgNode; value: SgNode; keeps: boolean; only: SgNode | null }
  | { kind: 'add'; mask: SgNode; only: SgNode | null };

/** How an expression comes from a product of two tensors, in the order of its steps; and the statements that did it. */
export interface Chain {
  product: Product;
  steps: ChainStep[];
  statements: SgNode[];
}

/** Follows an expression back through the statements in front of it in its block; null where something else is done. */
export function chainTo(module: PyModule, expression: SgNode, before: SgNode): Chain | null {
  const node = unwrapped(expression);
  const product = productOf(module, node);
  if (product !== null) return { product, steps: [], statements: [] };
  if (node.kind() === 'identifier') return chainToName(module, node.text(), before);
  if (node.kind() === 'binary_operator') return chainThroughOperator(module, node, before);
  return node.kind() === 'call' ? chainThroughCall(module, node, before, null) : null;
}

/** The last statement in front of `before` that gives the name its value, and what came before that. */
function chainToName(module: PyModule, name: string, before: SgNode): Chain | null {
  const statement = lastWriter(name, before);
  if (statement === null) return null;
  const found = statement.kind() === 'if_statement' ? throughCondition(module, name, statement) : throughStatement(module, name, statement, null);
  return found === null ? null : { ...found, statements: [...found.statements, statement] };
}

function lastWriter(name: string, before: SgNode): SgNode | null {
  const block = before.parent();
  if (block === null) return null;
  const writes = (statement: SgNode): boolean =>
    all(statement, 'assignment', 'augmented_assignment').some((node) => node.field('left')?.text() === name) || new RegExp(`^${name}\\.masked_fill_\\(`).test(statement.text());
  return parts(block).findLast((statement) => endOf(statement) <= startOf(before) && writes(statement)) ?? null;
}

/** `name = …`, `name *= …`, `name.masked_fill_(…)`; `only` is the condition under which it is done. */
function throughStatement(module: PyModule, name: string, statement: SgNode, only: SgNode | null): Chain | null {
  const inner = parts(statement)[0];
  const outer = only === null ? statement : (statement.parent()?.parent() ?? statement);
  if (statement.kind() !== 'expression_statement' || inner === undefined) return null;
  if (inner.kind() === 'call') return chainThroughCall(module, inner, outer, only);
  const right = inner.field('right');
  if (right === null || inner.field('left')?.text() !== name) return null;
  if (inner.kind() === 'assignment') return only === null ? chainTo(module, right, outer) : maskOnly(module, right, outer, only);
  const chain = chainToName(module, name, outer);
  const operator = inner.field('operator')?.text() ?? '';
  const step = stepOf(operator.replace('=', ''), right, only);
  return chain === null || step === null || (only !== null && step.kind === 'scale') ? null : { ...chain, steps: [...chain.steps, step] };
}

/** `if mask is not None: scores = scores.masked_fill(…)`. */
function throughCondition(module: PyModule, name: string, statement: SgNode): Chain | null {
  const condition = statement.field('condition');
  const [only, ...more] = bodyOf(statement);
  if (condition === null || only === undefined || more.length > 0 || statement.field('alternative') !== null) return null;
  return throughStatement(module, name, only, condition);
}

/** A mask that is applied under a condition. */
function maskOnly(module: PyModule, value: SgNode, before: SgNode, only: SgNode): Chain | null {
  const node = unwrapped(value);
  if (node.kind() === 'call') return chainThroughCall(module, node, before, only);
  if (node.kind() !== 'binary_operator' || node.field('operator')?.text() !== '+') return null;
  const chain = chainTo(module, node.field('left') as SgNode, before);
  const mask = node.field('right');
  return chain === null || mask === null ? null : { ...chain, steps: [...chain.steps, { kind: 'add', mask, only }] };
}

function chainThroughOperator(module: PyModule, node: SgNode, before: SgNode): Chain | null {
  const [left, right] = [node.field('left'), node.field('right')];
  const operator = node.field('operator')?.text() ?? '';
  if (left === null || right === null) return null;
  const chain = chainTo(module, left, before);
  if (chain !== null) {
    const step = stepOf(operator, right, null);
    return step === null ? null : { ...chain, steps: [...chain.steps, step] };
  }
  const other = operator === '*' || operator === '+' ? chainTo(module, right, before) : null;
  const step = stepOf(operator, left, null);
  return other === null || step === null ? null : { ...other, steps: [...other.steps, step] };
}

function stepOf(operator: string, operand: SgNode, only: SgNode | null): ChainStep | null {
  if (operator === '*' || operator === '/') return { kind: 'scale', factor: operand, divides: operator === '/' };
  return operator === '+' ? { kind: 'add', mask: operand, only } : null;
}

function chainThroughCall(module: PyModule, call: SgNode, before: SgNode, only: SgNode | null): Chain | null {
  const given = parts(call.field('arguments') ?? call);
  const path = module.pathOf(call.field('function'));
  const method = path === null ? methodOf(call) : null;
  const fill = (scores: SgNode | undefined, condition: SgNode | undefined, value: SgNode | undefined, keeps: boolean): Chain | null => {
    const chain = scores === undefined ? null : chainTo(module, scores, before);
    return chain === null || condition === undefined || value === undefined ? null : { ...chain, steps: [...chain.steps, { kind: 'fill', condition, value, keeps, only }] };
  };
  if (method !== null && (method.method === 'masked_fill' || method.method === 'masked_fill_') && given.length === 2) return fill(method.receiver, given[0], given[1], false);
  if (path === 'torch.masked_fill' && given.length === 3) return fill(given[0], given[1], given[2], false);
  if (path === 'torch.where' && given.length === 3) return fill(given[1], given[0], given[2], true);
  if (method !== null && (method.method === 'float' || /^\.to\(torch\.float32\)$/.test(call.text().slice(method.receiver.text().length)))) return chainTo(module, method.receiver, before);
  return null;
}

