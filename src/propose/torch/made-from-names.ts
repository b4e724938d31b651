import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, endOf, parts, same, startOf, within } from '../source/tree.js';
import { methodOf } from './call.js';
import { hostMade, onDevice, type HostMade } from './host-made.js';
import { assignmentBehind, isOfComprehension, readsOf } from './fixed/reaching.js';
import type { PyModule } from './module.js';
import { isNumber } from './plain-numbers.js';
import { statementOf } from './statements.js';

/**
 * Edits for a tensor that is made on the host over several statements and then moved, all of which is used for nothing else:
 * `y, x = torch.meshgrid(…)`, `centre = torch.stack([x, y])`, `(centre + half).to(device)`. Null for anything else.
 */
export function madeFromNames(module: PyModule, move: SgNode, device: string): TextEdit[] | null {
  const receiver = methodOf(move)?.receiver;
  if (receiver === undefined) return null;
  const steps: Step[] = [];
  if (!gather(module, receiver, steps) || steps.length === 0) return null;
  const names = new Set(steps.flatMap((step) => step.names));
  const filled = steps.flatMap(({ fills }) => fills.flatMap((fill) => fill.field('right') ?? []));
  if (steps.some(({ fills }) => fills.some((fill) => startOf(fill) > startOf(move)))) return null;
  const made = [...steps.map(({ value }) => value), ...filled.filter((value) => !isNumber(module, value)), receiver].map((value) => madeOf(module, value, names));
  if (made.some((one) => one === null || one.isRandom)) return null;
  const calls = made.flatMap((one) => one?.made ?? []);
  // Numbers of the host are copied either way.
  if (!calls.some((call) => module.pathOf(call.field('function')) !== 'torch.tensor')) return null;
  const own = [...steps.map(({ assignment }) => assignment), ...steps.flatMap(({ fills }) => fills), move];
  if (!steps.every((step) => step.reads.every((read) => own.some((one) => within(read, one))))) return null;
  const first = Math.min(...own.map((one) => startOf(statementOf(one))));
  const root = /^\w+/.exec(device)?.[0];
  if (root !== undefined && module.uses(module.scopeOf(move), root).some(({ node, role }) => role === 'write' && endOf(node) > first)) return null;
  return [...made.flatMap((one) => (one === null ? [] : onDevice(module, one, device))), { file: module.file, start: endOf(receiver), end: endOf(move), text: '' }];
}

interface Step {
  assignment: SgNode;
  value: SgNode;
  names: string[];
  reads: SgNode[];
  /** `x[0::2] = …` in the same block. */
  fills: SgNode[];
}

/** The assignments that an expression is made by; false where one of its names is given its value in another way. */
function gather(module: PyModule, expression: SgNode, steps: Step[]): boolean {
  if (steps.length > 12) return false;
  const ids = (expression.kind() === 'identifier' ? [expression] : all(expression, 'identifier')).filter((id) => isTensorName(module, expression, id));
  for (const id of ids) {
    const step = stepBehind(module, id);
    if (step === null) return false;
    if (steps.some((one) => same(one.assignment, step.assignment))) continue;
    steps.push(step);
    const values = [step.value, ...step.fills.flatMap((fill) => fill.field('right') ?? [])];
    if (!values.every((value) => gather(module, value, steps))) return false;
  }
  return true;
}

/** A name that is neither a number, nor a part of another name, nor what only gives a shape. */
function isTensorName(module: PyModule, expression: SgNode, id: SgNode): boolean {
  const parent = id.parent();
  if (parent?.kind() === 'attribute' && !same(parent.field('object'), id)) return false;
  if (parent?.kind() === 'keyword_argument' && same(parent.field('name'), id)) return false;
  if (module.pathOf(id) !== null || isNumber(module, id) || isOfComprehension(id, id.text())) return false;
  const attribute = parent?.kind() === 'attribute' ? parent : null;
  if (attribute !== null && isNumber(module, attribute)) return false;
  for (let at = id.parent(); at !== null && within(at, expression); at = at.parent()) {
    const isGiven = at.kind() === 'call' && within(id, at.field('arguments') ?? at);
    if (isGiven && (isShapeCall(at) || module.pathOf(at.field('function')) === 'torch.tensor')) return false;
    if (at.kind() === 'call' && isNumber(module, at)) return false;
  }
  return true;
}

/** `x.expand_as(y)`: of `y` only the shape is read. */
function isShapeCall(call: SgNode): boolean {
  return ['expand_as', 'view_as', 'reshape_as'].includes(methodOf(call)?.method ?? '') && parts(call.field('arguments') ?? call).every((one) => one.kind() === 'identifier');
}

function stepBehind(module: PyModule, id: SgNode): Step | null {
  const plain = assignmentBehind(module, id);
  const value = plain?.field('right') ?? null;
  if (plain !== null && value !== null) {
    const reads = readsOf(module, plain);
    return reads === null ? null : { assignment: plain, value, names: [id.text()], reads, fills: fillsOf(plain, reads) };
  }
  // `y, x = torch.meshgrid(…)`
  const writes = module.uses(module.scopeOf(id), id.text()).filter(({ role }) => role === 'write' || role === 'declare' || role === 'foreign');
  const pattern = writes[0]?.node.parent() ?? null;
  const assignment = pattern?.kind() === 'pattern_list' ? pattern.parent() : null;
  const right = assignment?.kind() === 'assignment' ? assignment.field('right') : null;
  if (writes.length !== 1 || pattern === null || assignment === null || right === null || module.pathOf(right.field('function')) !== 'torch.meshgrid') return null;
  const names = parts(pattern).map((one) => one.text());
  const uses = names.flatMap((name) => module.uses(module.scopeOf(id), name));
  if (uses.some(({ deferred }) => deferred) || uses.filter(({ role }) => role === 'write').length !== names.length) return null;
  return { assignment, value: right, names, reads: uses.filter(({ role }) => role !== 'write').map(({ node }) => node), fills: [] };
}

/** The assignments to parts of a value in the block where it is made, by places that are numbers. */
function fillsOf(assignment: SgNode, reads: readonly SgNode[]): SgNode[] {
  return reads.flatMap((read) => {
    const target = read.parent();
    const fill = target?.kind() === 'subscript' && same(target.field('value'), read) ? target.parent() : null;
    const isFill = fill?.kind() === 'assignment' && same(fill.field('left'), target ?? null) && same(statementOf(fill).parent(), statementOf(assignment).parent());
    const isPlain = target !== null && parts(target).slice(1).every((place) => all(place, 'identifier', 'call').length === 0 && place.kind() !== 'identifier');
    return isFill && isPlain && fill !== null ? [fill] : [];
  });
}

function madeOf(module: PyModule, value: SgNode, names: ReadonlySet<string>): HostMade | null {
  return hostMade(module, value, { names, ofNumbers: true });
}
