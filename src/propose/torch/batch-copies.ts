import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, parts, startOf } from '../source/tree.js';
import { argument, callArguments, methodOf } from './call.js';
import { deviceKind, type DeviceKind } from './devices.js';
import type { Located, TorchProgram } from './program.js';

/** A copy of a batch, or of a part of one, to a device, in a loop over a loader. */
export interface BatchCopy extends Located {
  device: DeviceKind;
  /** Its `non_blocking`, where it is given. */
  nonBlocking: SgNode | null;
}

/** `x.to(device)` and `x.cuda()` in the loop, where `x` is a name that the loop gives, or a part of what it gives. */
export function batchCopies(program: TorchProgram, { module, node }: Located): BatchCopy[] {
  const body = node.field('body');
  const targets = new Set(all(node.field('left') ?? node, 'identifier').map((id) => id.text()));
  const left = node.field('left');
  if (left?.kind() === 'identifier') targets.add(left.text());
  if (body === null) return [];
  // `x, y = batch` gives parts other names.
  for (const assignment of all(body, 'assignment')) {
    const right = assignment.field('right');
    const names = assignment.field('left');
    if (right === null || names === null || !['identifier', 'subscript'].includes(String(right.kind())) || !targets.has(rootName(right))) continue;
    for (const id of names.kind() === 'identifier' ? [names] : all(names, 'identifier')) targets.add(id.text());
  }
  const found: BatchCopy[] = [];
  for (const call of all(body, 'call')) {
    const method = methodOf(call);
    if (method === null || !['to', 'cuda'].includes(method.method) || module.pathOf(call.field('function')) !== null || callArguments(call).hasSplat) continue;
    const root = rootName(method.receiver);
    const isPart = targets.has(root) || comprehensionOver(call, root, targets);
    const to = argument(call, 'device', 0);
    if (!isPart || (method.method === 'to' && (to === null || !isDeviceText(program, { module, node: to })))) continue;
    const device = method.method === 'cuda' ? 'cuda' : deviceKind(program, { module, node: to ?? call });
    found.push({ module, node: call, device, nonBlocking: callArguments(call).keywords.get('non_blocking') ?? (method.method === 'cuda' ? null : nonBlockingPlace(call)) });
  }
  return found.toSorted((a, b) => startOf(a.node) - startOf(b.node));
}

/** Whether the text shows a device, not a type of numbers or another tensor. */
function isDeviceText(program: TorchProgram, value: Located): boolean {
  return /device|cuda|gpu/i.test(value.node.text()) || deviceKind(program, value) !== 'unknown';
}

/** `x.to(device, dtype, True)`. */
function nonBlockingPlace(call: SgNode): SgNode | null {
  return callArguments(call).positional.find((node) => node.kind() === 'true' || node.kind() === 'false') ?? null;
}

/** `batch` of `batch["x"][0]` and of `batch.x`. */
function rootName(node: SgNode): string {
  if (node.kind() === 'identifier') return node.text();
  const inner = node.kind() === 'subscript' ? node.field('value') : node.kind() === 'attribute' ? node.field('object') : null;
  return inner === null ? '' : rootName(inner);
}

/** Whether the name is given by a comprehension over a part of a batch: `{k: v.to(device) for k, v in batch.items()}`. */
function comprehensionOver(call: SgNode, name: string, targets: ReadonlySet<string>): boolean {
  const around = ancestorWhere(call, (at) => /comprehension|generator_expression/.test(String(at.kind())));
  const clause = around === null ? undefined : parts(around).find((child) => child.kind() === 'for_in_clause');
  if (clause === undefined) return false;
  const left = clause.field('left');
  const names = left === null ? [] : left.kind() === 'identifier' ? [left] : all(left, 'identifier');
  return names.some((id) => id.text() === name) && all(clause.field('right') ?? clause, 'identifier').concat(clause.field('right') ?? []).some((id) => targets.has(id.text()));
}

/** Whether the loop writes to the tensor on the host after its copy was begun: `x += 1`, `x[0] = 1`, `x.mul_(2)`. */
export function isWrittenAfter(loop: SgNode, copy: SgNode): boolean {
  const name = rootName(methodOf(copy)?.receiver ?? copy);
  const target = ancestorWhere(copy, (at) => at.kind() === 'assignment', loop)?.field('left')?.text() ?? '';
  if (target.split(',').some((part) => part.trim() === name)) return false;
  return all(loop, 'assignment', 'augmented_assignment', 'call').some((node) => {
    if (startOf(node) < endOf(copy)) return false;
    if (node.kind() === 'call') return /[a-z]_$/.test(methodOf(node)?.method ?? '') && rootName(methodOf(node)?.receiver ?? node) === name;
    const left = node.field('left');
    return left !== null && rootName(left) === name && (node.kind() === 'augmented_assignment' || left.kind() === 'subscript');
  });
}
