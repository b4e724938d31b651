import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, parts, same, within } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { owned } from './statements.js';
import { kindOf, type ValueKind } from './value-kinds.js';

/** A value that code which is not in a region may see, and what it is to gradients. */
export interface Escape {
  node: SgNode;
  kind: ValueKind;
}

const adding = new Set(['append', 'extend', 'add', 'update', 'put', 'insert', 'setdefault', 'push', 'store']);
/** What counts and records: nobody takes gradients through it. */
const recording = /(?:metric|meter|acc|logger|writer|tracker|recorder|stats|confusion|history|monitor|evaluator|progress|bar|iou|auroc|auc|f1|psnr|ssim|fid|bleu|wer|cer)\w*$/i;

/** What a function returns, or a region stores where others see it; names of the function itself left out. */
export function escapesOf(program: TorchProgram, module: PyModule, region: SgNode): Escape[] {
  const kind = (node: SgNode): ValueKind => kindOf(program, module, node);
  const returned = owned(module, region, 'return_statement', 'yield').flatMap((node) => parts(node)[0] ?? []);
  const stored = owned(module, region, 'assignment', 'augmented_assignment').filter((node) => targets(node).some((target) => isOutside(module, target, region))).flatMap((node) => node.field('right') ?? []);
  const added = owned(module, region, 'call').flatMap((call) => {
    const method = methodOf(call);
    if (method === null || !adding.has(method.method) || !isOutside(module, method.receiver, region)) return [];
    const given = parts(call.field('arguments') ?? call);
    return given.map((node) => ({ node, kind: recording.test(method.receiver.text()) && kind(node) === 'graph' ? ('detached' as const) : kind(node) }));
  });
  return [...[...returned, ...stored].map((node) => ({ node, kind: kind(node) })), ...added];
}

/** Names that a region gives values, with the kinds of these. */
export function namesWrittenIn(module: PyModule, region: SgNode): SgNode[] {
  const seen = new Set<string>();
  return owned(module, region, 'assignment', 'augmented_assignment', 'named_expression', 'for_statement', 'call')
    .flatMap((node) => (node.kind() === 'call' ? grownBy(node) : node.kind() === 'named_expression' ? [node.field('name') ?? node] : targets(node)))
    .filter((target) => target.kind() === 'identifier' && !seen.has(target.text()) && seen.add(target.text()));
}

/** `outputs` of `outputs.append(x)`. */
function grownBy(call: SgNode): SgNode[] {
  const method = methodOf(call);
  return method !== null && adding.has(method.method) && method.receiver.kind() === 'identifier' ? [method.receiver] : [];
}

/** The names, attributes and parts that an assignment or a loop writes to. */
function targets(node: SgNode): SgNode[] {
  const left = node.field('left');
  if (left === null) return [];
  return ['pattern_list', 'tuple_pattern', 'list_pattern'].includes(String(left.kind())) ? parts(left) : [left];
}

/** Whether others see what is written there: an attribute, a part of something that is not the function's own, a global name. */
function isOutside(module: PyModule, target: SgNode, region: SgNode): boolean {
  const base = baseOf(target);
  if (base === null) return true;
  const isFunction = region.kind() === 'function_definition';
  const uses = module.uses(isFunction ? region : module.scopeOf(region), base.text());
  if (uses.some((use) => use.role === 'foreign' || use.role === 'declare')) return !same(base, target) || uses.some((use) => use.role === 'foreign');
  if (!isFunction) return false;
  return target.kind() === 'attribute' || !uses.some((use) => use.role === 'write');
}

/** `a` of `a.b[c]`. */
function baseOf(node: SgNode): SgNode | null {
  if (node.kind() === 'identifier') return node;
  const inner = node.field('object') ?? node.field('value');
  return inner === null || node.kind() === 'call' ? null : baseOf(inner);
}

/**
 * The reads outside of a region that may see a value which the region gave the name: behind it, or before it in a loop around both,
 * and not after another assignment.
 */
export function exposedReads(module: PyModule, region: SgNode, name: string): SgNode[] {
  const scope = module.scopeOf(region);
  const uses = module.uses(scope, name);
  const writes = uses.filter((use) => use.role === 'write' && !use.deferred && !within(use.node, region)).map((use) => use.node);
  const start = region.range().start.index;
  const end = region.range().end.index;
  return uses.filter((use) => use.role !== 'write' || use.node.parent()?.kind() === 'augmented_assignment').map(({ node }) => node).filter((node) => {
    if (within(node, region)) return false;
    const at = node.range().start.index;
    const isBehind = at >= end;
    const loop = isBehind ? null : ancestorWhere(region, (up) => ['for_statement', 'while_statement'].includes(String(up.kind())) && within(node, up));
    if (!isBehind && loop === null && same(module.scopeOf(node), scope)) return false;
    const from = isBehind ? end : (loop?.range().start.index ?? 0);
    return !writes.some((write) => write.range().start.index >= from && write.range().start.index < at && reaches(write, node) && (isBehind || write.range().start.index < start));
  });
}

/** Whether a write stands in front of a read on each way to it. */
function reaches(write: SgNode, read: SgNode): boolean {
  const statement = ancestorWhere(write, (at) => ['assignment', 'for_statement', 'with_statement', 'augmented_assignment', 'for_in_clause', 'block'].includes(String(at.kind())));
  if (statement === null || statement.kind() === 'augmented_assignment' || statement.kind() === 'block') return false;
  if (statement.kind() === 'for_statement') return within(read, statement.field('body') ?? statement);
  if (statement.kind() === 'for_in_clause') return within(read, statement.parent() ?? statement);
  const block = ancestorWhere(statement, (at) => at.kind() === 'block' || at.kind() === 'module');
  // `x = f(x)` reads the old one.
  return block !== null && within(read, block) && !within(read, statement);
}

/** Every identifier in the node, itself counted. */
export function identifiersIn(node: SgNode): SgNode[] {
  return node.kind() === 'identifier' ? [node] : all(node, 'identifier');
}
