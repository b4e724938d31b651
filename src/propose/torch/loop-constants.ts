import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, same, startOf, within } from '../source/tree.js';
import type { Refusal, Rewrite } from '../recipes/recipe.js';
import { methodOf } from './call.js';
import { isChanged } from './constants.js';
import { fixedIn, type Fixed } from './fixed/fixed.js';
import { shortText } from './fixed/fixed-tensors.js';
import { leftOver } from './fixed/homes.js';
import { isOfComprehension, readsOf } from './fixed/reaching.js';
import { deviceMark } from './fixed/two-texts.js';
import { isNamed, namedLines } from './finding-lines.js';
import { withCalled } from './item-code.js';
import { changedInPlace } from './item-paths.js';
import { isOneTensor } from './one-tensor.js';
import { changeOfPart } from './part-changes.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { indentOf, linesBefore, loopsAround, owned, replaced, statementOf } from './statements.js';

/** Tensors that a loop makes, or copies to the device, anew in each step though nothing of them changes in it: made in front of it. */
export function loopConstants(program: TorchProgram, leaveOut: (node: SgNode) => boolean): (Rewrite | Refusal)[] {
  const { module, scope } = program;
  const moves = owned(module, scope, 'call').filter((call) => loopsAround(module, call).length > 0 && !leaveOut(call));
  const found = moves.flatMap((call) => invariantAt(program, call) ?? []);
  const largest = found.filter(({ node }, i) => !found.some((other) => !same(other.node, node) && within(node, other.node)) && found.findIndex((other) => same(other.node, node)) === i);
  return largest.filter(({ node, loop }) => isNamed(program, node) || isHead(program, loop)).flatMap((one) => answerOf(program, one));
}

interface Invariant {
  node: SgNode;
  fixed: Fixed;
  loop: SgNode;
}

/** Whether the finding names the head of the loop, and so the loop as a whole. */
function isHead(program: TorchProgram, loop: SgNode): boolean {
  return namedLines(program).includes(lineOf(loop));
}

/** The expression at a call, with the outermost loop in which nothing of it changes. */
export function invariantAt(program: TorchProgram, call: SgNode): Invariant | null {
  const { module } = program;
  let best: Invariant | null = null;
  for (const loop of loopsAround(module, call)) {
    if (ancestorWhere(call, (at) => same(at, loop.field('body')), loop) === null) return best;
    const fixed = fixedIn(program, { module, node: call }, { isSteady: (node) => isSteady(program, loop, node), readsFiles: !writesFiles(program, loop) });
    const [device = ''] = fixed?.devices ?? [];
    const root = /^\w+/.exec(device)?.[0];
    const isKnown = root === undefined || !module.uses(module.scopeOf(loop), root).some((use) => use.role === 'write' && within(use.node, loop));
    if (fixed === null || fixed.devices.size !== 1 || !isKnown) return best;
    best = { node: call, fixed, loop };
  }
  return best;
}

/** Whether a name or an attribute keeps its value, and its value its content, in a loop. */
function isSteady(program: TorchProgram, loop: SgNode, node: SgNode): boolean {
  const { module } = program;
  const root = /^\w+/.exec(node.text())?.[0] ?? '';
  const id = node.kind() === 'identifier' ? node : (all(node, 'identifier')[0] ?? node);
  if (root === 'self' && node.kind() === 'identifier') return false;
  const scope = module.scopeOf(loop);
  if (module.uses(scope, root).some((use) => within(use.node, loop) && !isOfComprehension(use.node, root) && (use.role === 'write' || use.role === 'mutate' || use.role === 'foreign'))) return false;
  if (module.pathOf(id) !== null && node.kind() === 'identifier') return false;
  const names = new Set([node.text()]);
  if (changedInPlace(loop, names) !== null || all(loop, 'assignment', 'augmented_assignment').some((one) => (one.field('left')?.text() ?? '').includes(node.text()) && node.kind() === 'attribute')) return false;
  return node.kind() === 'identifier' || !isSetLater(program, node);
}

/** Whether any file around gives an attribute of that name a value outside of `__init__`. */
function isSetLater(program: TorchProgram, attribute: SgNode): boolean {
  const name = attribute.field('attribute')?.text() ?? '';
  return program.modules.some((module) => module.source.includes(name) && all(module.root, 'assignment', 'augmented_assignment').some((one) => new RegExp(`\\.${name}$|\\.${name}[\\s,)]`).test(one.field('left')?.text() ?? '') && ancestorWhere(one, (at) => at.kind() === 'function_definition')?.field('name')?.text() !== '__init__'));
}

/** Whether a loop, or what it calls, may write files. */
function writesFiles(program: TorchProgram, loop: SgNode): boolean {
  const code = withCalled(program, [{ module: program.module, node: loop }]);
  return code.length > 30 || code.some(({ node }) => /\bopen\(|\.(?:save\w*|write\w*|dump\w*|tofile|flush|to_csv|rename|replace|copy\w*|update\w*|append_to\w*|add_vectors)\(|memmap|subprocess|shutil/.test(node.text()));
}

function answerOf(program: TorchProgram, { node, fixed, loop }: Invariant): (Rewrite | Refusal)[] {
  const { module } = program;
  const line = lineOf(node);
  const isTensor = fixed.isTensor || (methodOf(node) !== null && isOneTensor(program, { module, node: methodOf(node)?.receiver ?? node }));
  if (!isTensor || indentOf(module, loop) === null) return [];
  const assignment = node.parent()?.kind() === 'assignment' && node.parent()?.field('left')?.kind() === 'identifier' ? node.parent() : null;
  const reads = assignment === null ? null : readsOf(module, assignment);
  const bar = `What \`${shortText(node)}\` makes is changed or handed out, so that it has to be new each time.`;
  const isUsedUp = (read: SgNode): boolean => isChanged(module, read, 1) || module.uses(module.scopeOf(read), read.text()).some((use) => same(use.node, read) && (use.deferred || use.role === 'mutate'));
  const changed = reads === null ? isChanged(module, node) : reads.some(isUsedUp);
  if (changed || isCollected(node) || changeOfPart(program, { module, node }, loop) !== null) return [{ line, reason: bar }];
  const [device = ''] = fixed.devices;
  const text = fixed.onDevice.replaceAll(deviceMark, device);
  const tensor = { node, fixed, name: null, bar: null };
  const own = assignment?.field('left')?.text();
  const isFree = own !== undefined && reads !== null && reads.every((read) => within(read, loop) && startOf(read) > startOf(node));
  if (assignment !== null && isFree) return [{ title: `make \`${own}\` once, before the loop`, line, edits: [linesBefore(module, loop, [`${own} = ${text}`]), withoutAssignment(module, assignment), ...leftOver(module, [tensor])] }];
  const name = module.names(module.scopeOf(node)).names.fresh(nameFor(module, node));
  return [{ title: `make \`${shortText(node)}\` once, before the loop`, line, edits: [linesBefore(module, loop, [`${name} = ${text}`]), replaced(module, node, name), ...leftOver(module, [tensor])] }];
}

/** Whether it becomes an element of a list that the loop fills: `seen.append(x.to(device))`. */
function isCollected(node: SgNode): boolean {
  const call = node.parent()?.kind() === 'argument_list' ? (node.parent()?.parent() ?? null) : null;
  return ['append', 'extend', 'add', 'put', 'insert', 'setdefault', 'appendleft'].includes(methodOf(call)?.method ?? '');
}

function withoutAssignment(module: PyModule, assignment: SgNode): Rewrite['edits'][number] {
  const statement = statementOf(assignment);
  const start = module.source.lastIndexOf('\n', startOf(statement) - 1) + 1;
  const end = module.source.indexOf('\n', statement.range().end.index);
  return { file: module.file, start, end: end < 0 ? module.source.length : end + 1, text: '' };
}

/** `weight` of `weight=…`, `x` of `x.to(device)`. */
function nameFor(module: PyModule, node: SgNode): string {
  const keyword = node.parent()?.kind() === 'keyword_argument' ? node.parent()?.field('name')?.text() : undefined;
  const receiver = methodOf(node)?.receiver;
  const of = receiver === undefined || module.pathOf(receiver) !== null ? undefined : /^\w+(?:\.\w+)*$/.exec(receiver.text())?.[0].split('.').at(-1);
  return keyword ?? (of === undefined ? 'constant' : `${of}_on_device`);
}
