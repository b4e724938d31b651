import type { SgNode } from '@ast-grep/napi';
import { all, parts, same } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';

/** A loop that does the same with each tensor of a model, or of two models side by side. */
export interface Sweep {
  loop: SgNode;
  /** `target, source`, as the loop names them. */
  left: string;
  over: string;
  names: ReadonlySet<string>;
  /** `param.grad is not None`: for which of them it is done; null for all. */
  guard: string | null;
  statements: SgNode[];
}

const listing = new Set(['parameters', 'named_parameters']);

/** Null for a loop over anything else, and for one whose body has branches of another kind. */
export function sweepOf(module: PyModule, loop: SgNode): Sweep | null {
  const left = loop.field('left');
  const over = loop.field('right');
  if (loop.kind() !== 'for_statement' || left === null || over === null || loop.field('alternative') !== null || !givesTensors(module, over)) return null;
  const names = new Set([left, ...all(left, 'identifier')].filter((node) => node.kind() === 'identifier').map((node) => node.text()));
  const body = guarded(loop, names);
  return body === null ? null : { loop, left: left.text(), over: over.text(), names, ...body };
}

/** `model.parameters()`, pairs of these, `model.state_dict().items()`, and names of such dictionaries: they give the same again when they are asked again. */
function givesTensors(module: PyModule, over: SgNode): boolean {
  const method = methodOf(over);
  if (over.kind() === 'call' && over.field('function')?.text() === 'zip') {
    const given = parts(over.field('arguments') ?? over).filter((node) => node.kind() !== 'keyword_argument');
    return given.length > 1 && given.every((node) => givesTensors(module, node));
  }
  if (method !== null && listing.has(method.method)) return module.pathOf(method.receiver) === null;
  if (method !== null && ['items', 'values', 'keys'].includes(method.method)) return isState(module, method.receiver);
  return isState(module, over) || isListOfParameters(module, over);
}

/** `model.state_dict()`, or a name that is given nothing else. */
export function isState(module: PyModule, node: SgNode): boolean {
  if (methodOf(node)?.method === 'state_dict') return true;
  return node.kind() === 'identifier' && isOnly(module, node, (value) => methodOf(value)?.method === 'state_dict');
}

function isListOfParameters(module: PyModule, node: SgNode): boolean {
  return node.kind() === 'identifier' && isOnly(module, node, (value) => /^list\([\w.]+\.parameters\(\)\)$/.test(value.text()));
}

/** Whether all that a name is given in its function is of a kind; `a, b = f(), g()` counted. */
function isOnly(module: PyModule, id: SgNode, test: (value: SgNode) => boolean): boolean {
  const writes = module.uses(module.scopeOf(id), id.text()).filter(({ role }) => role === 'write' || role === 'declare' || role === 'foreign');
  const values = writes.map(({ node }) => {
    const parent = node.parent();
    if (parent?.kind() === 'assignment') return parent.field('right');
    const assignment = parent?.kind() === 'pattern_list' ? parent.parent() : null;
    const right = assignment?.kind() === 'assignment' ? assignment.field('right') : null;
    return right?.kind() === 'expression_list' ? (parts(right)[parts(parent ?? right).findIndex((part) => same(part, node))] ?? null) : null;
  });
  return values.length > 0 && values.every((value) => value !== null && test(value));
}

/** The statements that a loop does for a tensor, and the condition for it: `if condition:` around them, or `if not condition: continue` in front. */
function guarded(loop: SgNode, names: ReadonlySet<string>): Pick<Sweep, 'guard' | 'statements'> | null {
  const body = parts(loop.field('body') ?? loop);
  const [first, ...rest] = body;
  const isPlain = (statements: readonly SgNode[]): boolean => statements.length > 0 && statements.every((statement) => statement.kind() === 'expression_statement');
  if (first?.kind() !== 'if_statement') return isPlain(body) ? { guard: null, statements: body } : null;
  const condition = first.field('condition')?.text() ?? '';
  const inner = parts(first.field('consequence') ?? first);
  if (first.field('alternative') !== null) return null;
  if (inner.length === 1 && inner[0]?.kind() === 'continue_statement' && isPlain(rest)) {
    const [, negated, absent] = /^(?:not (\w+\.requires_grad)|(\w+\.grad) is None)$/.exec(condition) ?? [];
    const guard = negated ?? (absent === undefined ? null : `${absent} is not None`);
    return guard === null || !isGuard(guard, names) ? null : { guard, statements: rest };
  }
  return rest.length === 0 && isPlain(inner) && isGuard(condition, names) ? { guard: condition, statements: inner } : null;
}

/** What says which tensors are meant, and reads none of them. */
function isGuard(condition: string, names: ReadonlySet<string>): boolean {
  return condition.split(' and ').every((part) => names.has(/^(\w+)(?:\.requires_grad|\.grad is not None|\.dtype\.is_floating_point|\.is_floating_point\(\))$/.exec(part.trim())?.[1] ?? ''));
}
