import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, parts, same, within } from '../source/tree.js';
import { argument, methodOf, unwrapped } from './call.js';
import { isLossName } from './losses.js';
import type { PyModule } from './module.js';
import { intervalAround, loopsAround, owned, statementOf } from './statements.js';

/** A place where a loop fetches a value from the device, so that the host waits. */
export interface DeviceRead {
  module: PyModule;
  loop: SgNode;
  /** `loss.item()`, `float(loss)`, or `loss` in a text that is printed. */
  node: SgNode;
  /** The tensor that is read: `loss`, `(pred == y).sum()`. */
  tensor: SgNode;
  statement: SgNode;
  use: ReadUse;
}

/** What becomes of the value. */
export type ReadUse =
  /** Read only now and then. */
  | { kind: 'interval'; condition: SgNode }
  /** `name += …value…` */
  | { kind: 'added'; name: SgNode }
  /** `name.append(value)` */
  | { kind: 'appended'; name: SgNode }
  /** `name = value` */
  | { kind: 'assigned'; name: SgNode }
  /** Printed or recorded by a statement that does nothing else. */
  | { kind: 'logged' }
  /** It decides what the loop does next. */
  | { kind: 'decides' }
  | { kind: 'other' };

const readers = new Set(['item', 'tolist', 'cpu', 'numpy']);
/** Methods of loggers, progress bars and writers of metrics. */
const logMethods = new Set(['set_postfix', 'set_description', 'set_postfix_str', 'add_scalar', 'add_scalars', 'log', 'info', 'debug', 'warning', 'write', 'log_metric', 'log_metrics', 'log_dict']);

/** The reads of the loops in a scope, in source order. The outermost call of a chain counts: `x.cpu().numpy()` once. */
export function deviceReads(module: PyModule, scope: SgNode): DeviceRead[] {
  const nodes = [...owned(module, scope, 'call').filter((call) => isReader(module, call)), ...printedTensors(module, scope)];
  const outer = nodes.filter((node) => !nodes.some((other) => !same(other, node) && within(node, other) && chainOf(other).some((part) => same(part, node))));
  return outer.flatMap((node) => {
    const loop = loopsAround(module, node)[0];
    const tensor = tensorOf(module, node);
    return loop === undefined || tensor === null || !isInBody(loop, node) ? [] : [{ module, loop, node, tensor, statement: statementOf(node), use: useOf(module, node, loop) }];
  });
}

function isReader(module: PyModule, call: SgNode): boolean {
  const method = methodOf(call);
  if (method !== null) {
    const given = parts(call.field('arguments') ?? call);
    if (method.method === 'to') return given.length > 0 && /^(?:torch\.device\()?['"]cpu['"]\)?$/.test(given[0]?.text() ?? '');
    return readers.has(method.method) && given.length === 0 && module.pathOf(method.receiver) === null;
  }
  const name = call.field('function')?.text() ?? '';
  return (name === 'float' || name === 'int') && isLossName(module, argument(call, '', 0));
}

/** The calls and attributes that a chain of methods ends with: `x.cpu()` of `x.cpu().numpy()`. */
function chainOf(node: SgNode): SgNode[] {
  const found: SgNode[] = [];
  for (let at = methodOf(node)?.receiver; at !== undefined; at = methodOf(at)?.receiver) found.push(at);
  return found;
}

function tensorOf(module: PyModule, node: SgNode): SgNode | null {
  if (node.kind() !== 'call') return node;
  const method = methodOf(node);
  if (method === null) return argument(node, '', 0);
  return isReader(module, method.receiver) || method.method === 'detach' ? tensorOf(module, method.receiver) : method.receiver;
}

/** Names of losses in `print(…)` and in texts that are formatted: these wait too. */
function printedTensors(module: PyModule, scope: SgNode): SgNode[] {
  return owned(module, scope, 'identifier').filter((id) => {
    const parent = id.parent();
    const isShown = parent?.kind() === 'interpolation' || (parent?.kind() === 'argument_list' && parent.parent()?.field('function')?.text() === 'print');
    return isShown && isLossName(module, id);
  });
}

/** In the part that runs once an iteration, not in what the loop goes over. */
function isInBody(loop: SgNode, node: SgNode): boolean {
  const body = loop.field('body');
  return body !== null && within(node, body);
}

/** What becomes of a value at a place of a loop. */
export function useOf(module: PyModule, node: SgNode, loop: SgNode): ReadUse {
  const condition = intervalAround(node, loop);
  if (condition !== null) return { kind: 'interval', condition };
  const statement = statementOf(node);
  if (['if_statement', 'while_statement', 'match_statement', 'assert_statement', 'return_statement', 'raise_statement', 'for_statement'].includes(String(statement.kind()))) return { kind: 'decides' };
  const inner = statement.kind() === 'expression_statement' ? parts(statement)[0] : undefined;
  if (inner === undefined) return { kind: 'other' };
  if (inner.kind() === 'augmented_assignment') {
    const left = inner.field('left');
    return left?.kind() === 'identifier' && inner.field('operator')?.text() === '+=' && isArithmetic(inner.field('right'), node) ? { kind: 'added', name: left } : { kind: 'other' };
  }
  if (inner.kind() === 'assignment') {
    const left = inner.field('left');
    const right = inner.field('right');
    return left?.kind() === 'identifier' && right !== null && same(unwrapped(right), node) ? { kind: 'assigned', name: left } : { kind: 'other' };
  }
  const method = methodOf(inner);
  const first = inner.kind() === 'call' ? parts(inner.field('arguments') ?? inner)[0] : undefined;
  if (method?.method === 'append' && method.receiver.kind() === 'identifier' && first !== undefined && same(first, node)) return { kind: 'appended', name: method.receiver };
  return isLog(module, inner) ? { kind: 'logged' } : { kind: 'other' };
}

/** Whether the node is a factor or term of the expression: nothing but arithmetic is done to it. */
function isArithmetic(expression: SgNode | null, node: SgNode): boolean {
  if (expression === null) return false;
  const between = ancestorWhere(node, (at) => same(at, expression) || !['binary_operator', 'parenthesized_expression'].includes(String(at.kind())), expression);
  return same(expression, node) || (same(between, expression) && ['binary_operator', 'parenthesized_expression'].includes(String(expression.kind())));
}

/** `print(…)`, `logger.info(…)`, `pbar.set_postfix(…)`, `wandb.log(…)`, `tqdm.write(…)`. */
export function isLog(module: PyModule, call: SgNode): boolean {
  if (call.kind() !== 'call') return false;
  const method = methodOf(call);
  if (method === null) return call.field('function')?.text() === 'print';
  return logMethods.has(method.method) && !/^torch\b|^math\b|^np\b|^numpy\b/.test(module.pathOf(call.field('function')) ?? '');
}

/** Whether the tensor is a part of a batch as the loader gives it, on the host. */
export function isOnHost({ module, loop, tensor }: DeviceRead): boolean {
  const target = loop.field('left');
  if (target === null || tensor.kind() !== 'identifier') return false;
  const names = all(target, 'identifier').concat(target.kind() === 'identifier' ? [target] : []).map((id) => id.text());
  const writes = module.names(module.scopeOf(tensor)).uses(tensor.text()).filter((use) => use.role === 'write');
  return names.includes(tensor.text()) && writes.every((use) => within(use.node, target));
}

export const whereOf = ({ node }: DeviceRead): string => `line ${lineOf(node)}`;
