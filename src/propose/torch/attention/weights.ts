import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, parts, same, startOf } from '../../source/tree.js';
import { argument, methodOf, unwrapped } from '../call.js';
import { attributeValue } from '../models.js';
import type { PyModule } from '../module.js';
import { owned, statementOf } from '../statements.js';
import { valueOf } from './product.js';

/** What becomes of the weights: perhaps a dropout, then one product with the values. */
export interface WeightsUse {
  /** Python for `dropout_p`; null without a dropout. */
  dropout: string | null;
  /** The product. */
  product: SgNode;
  value: SgNode;
  /** As in `Product`, for the values and the result. */
  headsLast: boolean;
  /** Statements that only do a part of it. */
  statements: SgNode[];
}

/** The softmax over the last dimension that a call is, of four or of three: its argument; null for any other call. */
export function softmaxArgument(module: PyModule, call: SgNode): SgNode | null {
  const path = module.pathOf(call.field('function'));
  const isLast = (node: SgNode | null): boolean => ['-1', '3', '2'].includes(node?.text() ?? '');
  if (path === 'torch.softmax' || path === 'torch.nn.functional.softmax') return isLast(argument(call, 'dim', 1)) ? argument(call, 'input', 0) : null;
  const callee = call.field('function');
  if (callee?.kind() === 'call') return module.pathOf(callee.field('function')) === 'torch.nn.Softmax' && isLast(argument(callee, 'dim', 0)) ? argument(call, 'input', 0) : null;
  const layer = path === null ? layerOf(callee) : null;
  if (layer !== null) return module.pathOf(layer.field('function')) === 'torch.nn.Softmax' && isLast(argument(layer, 'dim', 0)) ? argument(call, 'input', 0) : null;
  const method = path === null ? methodOf(call) : null;
  return method?.method === 'softmax' && isLast(argument(call, 'dim', 0)) ? method.receiver : null;
}

/** Follows the weights from the softmax to the product; a reason where anything else is done with them. */
export function weightsUse(module: PyModule, softmax: SgNode): WeightsUse | { reason: string } {
  const statements: SgNode[] = [];
  let dropout: string | null = null;
  let node = outermostCast(softmax);
  for (let step = 0; step < 6; step++) {
    const parent = outer(node);
    const given = dropoutOf(module, parent, node);
    if (given !== null) {
      if (dropout !== null) return { reason: 'There are two dropouts.' };
      dropout = given;
      node = outermostCast(parent as SgNode);
      continue;
    }
    const product = parent?.kind() === 'argument_list' ? parent.parent() : parent;
    const around = product?.kind() === 'list' || product?.kind() === 'tuple' ? outer(product) : product;
    const found = around === null || around === undefined ? null : valueOf(module, around, (side) => same(unwrapped(side), unwrapped(node)) || side.text() === node.text());
    if (found !== null && around !== null && around !== undefined) return { dropout, product: around, ...found, statements };
    const name = assignedName(node);
    if (name === null) return { reason: `The weights are used in line ${node.range().start.line + 1} for something else than a product with the values.` };
    statements.push(statementOf(node));
    const uses = usesOfValue(module, name);
    const [next] = uses;
    if (next === undefined || uses.length > 1) return { reason: `The weights \`${name.text()}\` are used ${uses.length === 0 ? 'where it cannot be seen' : `in line ${(uses[1] as SgNode).range().start.line + 1} too`}.` };
    node = outermostCast(next);
  }
  return { reason: 'The weights are passed on in too many steps.' };
}

/** The node around, parentheses left out; for an argument of a call the call. */
function outer(node: SgNode): SgNode | null {
  const parent = node.parent();
  if (parent?.kind() === 'parenthesized_expression') return outer(parent);
  return parent?.kind() === 'argument_list' ? parent.parent() : parent;
}

/** `x.type_as(q)`, `x.to(q.dtype)` of `x`: the product gives that type anyway. */
function outermostCast(node: SgNode): SgNode {
  const call = node.parent()?.parent() ?? null;
  const method = methodOf(call);
  const isCast = method !== null && same(method.receiver, node) && (method.method === 'type_as' || (method.method === 'to' && call?.text().endsWith('.dtype)') === true));
  return isCast && call !== null ? outermostCast(call) : node;
}

/** Python for the probability, where the call is a dropout of the node. */
function dropoutOf(module: PyModule, call: SgNode | null, node: SgNode): string | null {
  if (call?.kind() !== 'call' || !same(unwrapped(argument(call, 'input', 0) ?? call), unwrapped(node))) return null;
  const callee = call.field('function');
  if (module.pathOf(callee) === 'torch.nn.functional.dropout') {
    const p = argument(call, 'p', 1)?.text() ?? '0.5';
    const training = argument(call, 'training', 2)?.text() ?? 'True';
    return training === 'True' ? p : `${p} if ${training} else 0.0`;
  }
  const layer = layerOf(callee);
  return layer !== null && module.pathOf(layer.field('function')) === 'torch.nn.Dropout' ? `${callee?.text() ?? ''}.p if ${callee?.text() ?? ''}.training else 0.0` : null;
}

/** The call that makes the layer `self.name` in its class. */
function layerOf(callee: SgNode | null): SgNode | null {
  if (callee?.kind() !== 'attribute' || callee.field('object')?.text() !== 'self') return null;
  const owner = ancestorWhere(callee, (at) => at.kind() === 'class_definition');
  const value = owner === null ? null : attributeValue(owner, callee.field('attribute')?.text() ?? '');
  return value?.kind() === 'call' ? value : null;
}

/** The name that an assignment gives the node to. */
function assignedName(node: SgNode): SgNode | null {
  const assignment = outer(node);
  const left = assignment?.kind() === 'assignment' ? assignment.field('left') : null;
  return left?.kind() === 'identifier' ? left : null;
}

/** Where the value that an assignment gives a name is read, up to the next assignment to it. */
function usesOfValue(module: PyModule, name: SgNode): SgNode[] {
  const uses = module.uses(module.scopeOf(name), name.text());
  const statement = statementOf(name);
  const next = uses.filter((use) => use.role === 'write' && startOf(use.node) > endOf(statement)).map((use) => endOf(statementOf(use.node)));
  const limit = Math.min(Infinity, ...next);
  return uses.filter((use) => use.role !== 'write' && startOf(use.node) >= endOf(statement) && endOf(use.node) <= limit).map((use) => use.node);
}

/** The softmaxes of a function, in source order. */
export function softmaxes(module: PyModule, scope: SgNode): SgNode[] {
  return owned(module, scope, 'call').filter((call) => softmaxArgument(module, call) !== null);
}

/** Whether the names in some expressions keep their values from one statement to another of the same block: none is given another, or changed in place. */
export function areUnchanged(module: PyModule, expressions: readonly SgNode[], from: SgNode, to: SgNode): boolean {
  const names = new Set(expressions.flatMap((node) => [node, ...all(node, 'identifier')]).filter((node) => node.kind() === 'identifier').map((node) => node.text()));
  const block = parts(to.parent() ?? to).filter((statement) => startOf(statement) > startOf(from) && startOf(statement) < startOf(to));
  return block.every((statement) => all(statement, 'identifier').every((id) => !names.has(id.text()) || !changes(module, statement, id)));
}

function changes(module: PyModule, statement: SgNode, id: SgNode): boolean {
  const parent = id.parent();
  const attribute = parent?.kind() === 'attribute' && same(parent.field('object'), id) ? (parent.field('attribute')?.text() ?? '') : '';
  if (attribute.endsWith('_')) return true;
  return module.uses(module.scopeOf(statement), id.text()).some((use) => same(use.node, id) && (use.role === 'write' || use.role === 'mutate'));
}
