import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, parts, same, startOf } from '../source/tree.js';
import { argument, callArguments, methodOf } from './call.js';
import { methodDefinition } from './callers.js';
import { deviceKind, type DeviceKind } from './devices.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';

/** A copy of a batch, or of a part of one, to a device, in a loop over a loader or in a function that is given the batch there. */
export interface BatchCopy extends Located {
  device: DeviceKind;
  /** Its `non_blocking`, where it is given. */
  nonBlocking: SgNode | null;
  /** The loop or function that it is in. */
  region: SgNode;
}

/** `x.to(device)` and `x.cuda()` in the loop, where `x` is a name that the loop or `next` gives, or a part of what it gives. */
export function batchCopies(program: TorchProgram, { module, node }: Located): BatchCopy[] {
  const body = node.field('body');
  if (body === null) return [];
  const targets = new Set(namesIn(node.kind() === 'for_statement' ? node.field('left') : null));
  for (const assignment of all(body, 'assignment')) if (isNext(assignment.field('right'))) for (const name of namesIn(assignment.field('left'))) targets.add(name);
  return copiesIn(program, { module, node }, body, targets, 0).toSorted((a, b) => startOf(a.node) - startOf(b.node));
}

function copiesIn(program: TorchProgram, { module, node: region }: Located, body: SgNode, targets: Set<string>, depth: number): BatchCopy[] {
  // `x, y = batch` gives parts other names.
  for (const assignment of all(body, 'assignment')) {
    const right = assignment.field('right');
    if (right === null || !['identifier', 'subscript', 'attribute'].includes(String(right.kind())) || !targets.has(rootName(right))) continue;
    for (const name of namesIn(assignment.field('left'))) targets.add(name);
  }
  return all(body, 'call').flatMap((call) => {
    const copy = copyOf(program, module, region, call, targets);
    return copy === null ? copiesCalled(program, { module, node: call }, targets, depth) : [copy];
  });
}

function copyOf(program: TorchProgram, module: PyModule, region: SgNode, call: SgNode, targets: ReadonlySet<string>): BatchCopy | null {
  const method = methodOf(call);
  if (method === null || !['to', 'cuda'].includes(method.method) || module.pathOf(call.field('function')) !== null || callArguments(call).hasSplat) return null;
  const root = rootName(method.receiver);
  const isPart = targets.has(root) || isNext(method.receiver) || givenOneByOne(call, root, targets);
  const to = argument(call, 'device', 0);
  if (!isPart || (method.method === 'to' && (to === null || !isDeviceText(program, { module, node: to })))) return null;
  const device = method.method === 'cuda' ? 'cuda' : deviceKind(program, { module, node: to ?? call });
  return { module, node: call, device, region, nonBlocking: callArguments(call).keywords.get('non_blocking') ?? (method.method === 'cuda' ? null : nonBlockingPlace(call)) };
}

/** The copies in a function of the repository that is given a batch: `step(batch)`, `to_device(batch, device)`. */
function copiesCalled(program: TorchProgram, { module, node }: Located, targets: ReadonlySet<string>, depth: number): BatchCopy[] {
  const callee = node.field('function');
  const { positional, keywords } = callArguments(node);
  const places = positional.flatMap((given, place) => (targets.has(rootName(given)) ? [place] : []));
  const names = [...keywords].flatMap(([name, given]) => (targets.has(rootName(given)) ? [name] : []));
  if (depth > 1 || places.length + names.length === 0) return [];
  const definition = program.definitionOf(module, callee) ?? (callee?.kind() === 'attribute' ? methodDefinition(program, { module, node: callee }) : null);
  const body = definition?.node.kind() === 'function_definition' ? definition.node.field('body') : null;
  if (definition === null || body === null) return [];
  const parameters = parts(definition.node.field('parameters') ?? definition.node).map((one) => (one.kind() === 'identifier' ? one : (one.field('name') ?? one.namedChildren()[0] ?? one)).text());
  const shift = parameters[0] === 'self' ? 1 : 0;
  const inner = new Set([...places.flatMap((place) => parameters[place + shift] ?? []), ...names]);
  return copiesIn(program, definition, body, inner, depth + 1);
}

const namesIn = (node: SgNode | null): string[] => (node === null ? [] : node.kind() === 'identifier' ? [node.text()] : all(node, 'identifier').map((id) => id.text()));

const isNext = (node: SgNode | null): boolean => node?.kind() === 'call' && node.field('function')?.text() === 'next';

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
  if (inner !== null) return rootName(inner);
  // `x.float().to(device)` copies what `x.float()` gives, which is no pinned memory; `x.unsqueeze(0)` is `x` itself.
  const method = methodOf(node);
  return method !== null && ['unsqueeze', 'squeeze', 'view', 'transpose', 'permute', 'items', 'values'].includes(method.method) ? rootName(method.receiver) : '';
}

/** Whether the name is given by a comprehension, a loop or a `map` over a part of a batch: `{k: v.to(device) for k, v in batch.items()}`. */
function givenOneByOne(call: SgNode, name: string, targets: ReadonlySet<string>): boolean {
  const around = ancestorWhere(call, (at) => /comprehension|generator_expression/.test(String(at.kind())));
  const clause = around === null ? undefined : parts(around).find((child) => child.kind() === 'for_in_clause');
  const goesOver = (of: SgNode | undefined | null): boolean => of !== null && of !== undefined && (isNext(of) || namesIn(of).some((id) => targets.has(id)) || (of.kind() === 'identifier' && targets.has(of.text())));
  if (clause !== undefined && namesIn(clause.field('left')).includes(name) && goesOver(clause.field('right'))) return true;
  const loop = ancestorWhere(call, (at) => at.kind() === 'for_statement');
  if (loop !== null && namesIn(loop.field('left')).includes(name) && goesOver(loop.field('right'))) return true;
  const lambda = ancestorWhere(call, (at) => at.kind() === 'lambda');
  const mapped = lambda?.parent()?.parent();
  return mapped?.kind() === 'call' && mapped.field('function')?.text() === 'map' && namesIn(lambda?.field('parameters') ?? null).includes(name) && goesOver(callArguments(mapped).positional[1]);
}

/** Whether a batch itself is moved, and is a dict of another package: its `to` may take no more than a device. */
export function isDictOfOthers(copy: BatchCopy): boolean {
  const receiver = methodOf(copy.node)?.receiver;
  if (receiver?.kind() !== 'identifier') return false;
  const name = receiver.text();
  return all(copy.region, 'subscript').some((one) => one.field('value')?.text() === name && parts(one).at(-1)?.kind() === 'string') || all(copy.region, 'dictionary_splat').some((one) => parts(one)[0]?.text() === name);
}

/** Whether the region writes to the tensor on the host after its copy was begun: `x += 1`, `x[0] = 1`, `x.mul_(2)`. */
export function isWrittenAfter({ node: copy, region }: BatchCopy): boolean {
  const name = rootName(methodOf(copy)?.receiver ?? copy);
  const target = ancestorWhere(copy, (at) => at.kind() === 'assignment', region)?.field('left')?.text() ?? '';
  if (name === '' || target.split(',').some((part) => part.trim() === name)) return false;
  return all(region, 'assignment', 'augmented_assignment', 'call').some((node) => {
    if (startOf(node) < endOf(copy) || same(node, copy)) return false;
    if (node.kind() === 'call') return /[a-z]_$/.test(methodOf(node)?.method ?? '') && rootName(methodOf(node)?.receiver ?? node) === name;
    const left = node.field('left');
    return left !== null && rootName(left) === name && (node.kind() === 'augmented_assignment' || left.kind() === 'subscript');
  });
}
