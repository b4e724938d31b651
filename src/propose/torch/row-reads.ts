import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, endOf, parts, same, startOf, within } from '../source/tree.js';
import { methodOf } from './call.js';
import { sourcesOf } from './flow.js';
import type { PyModule } from './module.js';
import { isNumber } from './plain-numbers.js';
import { isPointedAt } from './pointed.js';
import { assignedValues } from './origins.js';
import type { Located, TorchProgram } from './program.js';
import { linesBefore, loopsAround, replaced, statementOf } from './statements.js';

/** How a loop over the rows of a batch gets them from one copy. */
export interface RowReads {
  /** The tensors. */
  names: string[];
  /** Where the loop fetches rows. */
  reads: SgNode[];
  edits: TextEdit[];
}

const conversions = new Set(['int', 'float', 'bool']);
const steps = new Set(['detach', 'cpu', 'numpy', 'item', 'tolist', 'to']);

/** `out[row].detach().cpu().numpy()`: tensors that the loop takes rows of by an index, and does nothing else with. */
export function rowsByIndex(program: TorchProgram, module: PyModule, loop: SgNode): RowReads[] {
  const body = loop.field('body');
  if (body === null) return [];
  const names = new Set(all(body, 'subscript').flatMap((node) => (node.field('value')?.kind() === 'identifier' && (readOf(node) ?? comparedWithNumber(module, node)) !== null ? [node.field('value')?.text() ?? ''] : [])));
  return [...names].flatMap((name) => byIndex(program, { module, node: loop }, name) ?? []);
}

function byIndex(program: TorchProgram, { module, node: loop }: Located, name: string): RowReads | null {
  const scope = module.scopeOf(loop);
  const uses = module.uses(scope, name);
  const inside = uses.filter(({ node }) => within(node, loop));
  const rows = inside.map(({ node }) => node.parent()).filter((row) => row?.kind() === 'subscript');
  const reads = rows.flatMap((row) => (row === null ? [] : (readOf(row) ?? comparedWithNumber(module, row) ?? [])));
  const isPlain = inside.every(({ node }) => node.parent()?.kind() === 'subscript' || isSize(node));
  if (!isPlain || reads.length < rows.length || reads.length === 0 || uses.some(({ deferred, role }) => deferred || role === 'foreign') || !(isTensor(module, scope, name) || isTensorGiven(program, { module, node: scope }, name))) return null;
  // The loop has to go over rows, and what it reads to be there before.
  const goes = namesIn(loop.field('left'));
  if (!rows.every((row) => row !== null && namesIn(parts(row)[1] ?? null).some((index) => goes.includes(index)))) return null;
  const isFree = uses.every(({ node }) => within(node, loop) || startOf(node) < startOf(loop)) && !usedAround(module, loop, name);
  const host = isFree ? name : module.names(module.root).names.fresh(`${name}_rows`);
  const own = isFree ? [] : rows.flatMap((row) => (row === null ? [] : [replaced(module, row.field('value') ?? row, host)]));
  return { names: [name], reads, edits: [linesBefore(module, loop, [`${host} = ${name}.detach().cpu()`]), ...own, ...reads.flatMap((read) => shortened(module, read))] };
}

/** `for p, t in zip(found, labels)`: tensors that the loop goes over, whose elements it only fetches, compares with each other and looks up by. */
export function rowsByElement(module: PyModule, loop: SgNode): RowReads | null {
  const over = loop.field('right');
  const left = loop.field('left');
  const body = loop.field('body');
  if (over === null || left === null || body === null) return null;
  const pairs = pairsOf(over, left);
  const scope = module.scopeOf(loop);
  const elements = new Set(pairs.map(({ element }) => element));
  const tensors = pairs.filter(({ tensor }) => isTensor(module, scope, flat(tensor).text()));
  const uses = tensors.flatMap(({ element }) => module.uses(scope, element).filter(({ node }) => within(node, body)));
  const reads = uses.flatMap(({ node }) => waitAt(node, elements) ?? []);
  if (tensors.length === 0 || reads.length === 0 || !uses.every(({ node, role, deferred }) => !deferred && role !== 'write' && isFetched(node, elements))) return null;
  // What they are compared with has to be a tensor too, or of the host.
  return { names: tensors.map(({ tensor }) => tensor.text()), reads, edits: tensors.map(({ tensor }) => replaced(module, tensor, `${tensor.text()}.cpu()`)) };
}

function pairsOf(over: SgNode, left: SgNode): { tensor: SgNode; element: string }[] {
  const callee = over.kind() === 'call' ? over.field('function')?.text() : undefined;
  const given = over.kind() === 'call' ? parts(over.field('arguments') ?? over) : [];
  const targets = left.kind() === 'identifier' ? [left] : parts(left);
  if (callee === 'enumerate' && given[0] !== undefined && targets[1] !== undefined) return pairsOf(given[0], targets[1]);
  const sources = callee === 'zip' ? given : over.kind() === 'identifier' ? [over] : [];
  return sources.flatMap((tensor, i) => (flat(tensor).kind() === 'identifier' && targets[i]?.kind() === 'identifier' && targets.length === sources.length ? [{ tensor, element: targets[i]?.text() ?? '' }] : []));
}

/** `x` of `x.view(-1)`, `x.flatten()`. */
function flat(node: SgNode): SgNode {
  const method = methodOf(node);
  const isFlat = method !== null && (/^\((?:-1)?\)$/.test(node.field('arguments')?.text() ?? '') && ['view', 'flatten', 'reshape', 'squeeze', 'ravel'].includes(method.method));
  return isFlat ? method.receiver : node;
}

/** The whole chain of methods that fetches a row; null where it is not fetched at once. */
function readOf(row: SgNode): SgNode | null {
  let at = row;
  let fetches = false;
  for (let call = at.parent()?.parent() ?? null; call !== null; call = at.parent()?.parent() ?? null) {
    const method = methodOf(call);
    if (method === null || !same(method.receiver, at) || !steps.has(method.method)) break;
    if (method.method === 'to' && !/^\(['"]cpu['"]\)$/.test(call.field('arguments')?.text() ?? '')) break;
    fetches ||= method.method !== 'detach';
    at = call;
  }
  if (fetches) return at;
  const conversion = row.parent()?.parent();
  return conversion?.kind() === 'call' && conversions.has(conversion.field('function')?.text() ?? '') ? conversion : null;
}

/** `out[row] > 0.5`: what the host asks of one element. */
function comparedWithNumber(module: PyModule, row: SgNode): SgNode | null {
  const parent = row.parent();
  const isAsked = parent?.kind() === 'comparison_operator' && ['if_statement', 'elif_clause', 'boolean_operator', 'while_statement'].includes(String(parent.parent()?.kind()));
  const isLimit = (side: SgNode): boolean => isNumber(module, side) || (['identifier', 'attribute'].includes(String(side.kind())) && /(?:^|[._])(?:thr|thresh|threshold|conf|cutoff|limit|eps|tol|min_\w+|max_\w+|\w+_thr(?:esh(?:old)?)?|\w+_threshold)$/i.test(side.text()));
  return isAsked && parts(parent).every((side) => same(side, row) || isLimit(side)) ? parent : null;
}

/** Whether a parameter is a tensor: by its annotation, or since all that callers give is one of PyTorch's, not of the host. */
function isTensorGiven(program: TorchProgram, { module, node: scope }: Located, name: string): boolean {
  const uses = module.uses(scope, name);
  const declared = uses.find(({ role }) => role === 'declare');
  if (declared === undefined || uses.some(({ role }) => role === 'write')) return false;
  if (/(?:^|\.)Tensor$/.test(declared.node.parent()?.field('type')?.text() ?? '')) return true;
  const read = uses.find(({ role }) => role !== 'declare');
  const sources = read === undefined ? [] : sourcesOf(program, { module, node: read.node });
  const isUnknown = sources.every(({ node }) => node.kind() === 'identifier' && node.text() === name);
  // A profile that names the line has seen the device there.
  if (isUnknown) return isSeenThere(program, module, uses.map(({ node }) => node));
  return sources.every((source) => isOnDevice(source.module, source.node) || /^torch\.(?:cat|stack|concat|where|zeros|ones|full|empty|nn\.functional\.\w+)$/.test(source.module.pathOf(source.node.field('function')) ?? ''));
}

/** Whether the finding says that one value is read on its line, where an element is. */
function isSeenThere(program: TorchProgram, module: PyModule, uses: readonly SgNode[]): boolean {
  if (module !== program.module || !/^C3-scalar-read$/.test(program.finding.rule ?? '')) return false;
  return uses.some((node) => node.parent()?.kind() === 'subscript' && readOf(node.parent() ?? node)?.text().endsWith('.item()') === true && isPointedAt(program, statementOf(node)));
}

/** Takes what the copy has done already out of a chain: `.detach()`, `.cpu()`. */
function shortened(module: PyModule, read: SgNode): TextEdit[] {
  return all(read, 'call').flatMap((call) => {
    const method = methodOf(call);
    if (method === null || !['detach', 'cpu', 'to'].includes(method.method) || all(method.receiver, 'subscript').concat(method.receiver).every((node) => node.kind() !== 'subscript')) return [];
    return [{ file: module.file, start: endOf(method.receiver), end: endOf(call), text: '' }];
  });
}

/** Whether the element is read, compared with another one or a number, or an index. */
function isFetched(node: SgNode, elements: ReadonlySet<string>): boolean {
  const parent = node.parent();
  if (readOf(node) !== null || parent?.kind() === 'interpolation') return true;
  if (parent?.kind() === 'subscript') return !same(parent.field('value'), node);
  // `matrix[t.long()]`
  const cast = parent?.kind() === 'attribute' && /^(?:long|int)$/.test(parent.field('attribute')?.text() ?? '') ? parent.parent() : null;
  if (cast?.kind() === 'call' && cast.parent()?.kind() === 'subscript') return !same(cast.parent()?.field('value') ?? null, cast);
  return parent?.kind() === 'comparison_operator' && parts(parent).every((side) => elements.has(side.text()) || side.kind() === 'integer');
}

/** Where the host waits for the element. */
function waitAt(node: SgNode, elements: ReadonlySet<string>): SgNode | null {
  return readOf(node) ?? (isFetched(node, elements) ? (node.parent() ?? null) : null);
}

/** `len(out)`, `out.shape`, `out.size(0)`. */
function isSize(node: SgNode): boolean {
  const parent = node.parent();
  if (parent?.kind() === 'attribute') return ['shape', 'size'].includes(parent.field('attribute')?.text() ?? '');
  return parent?.kind() === 'argument_list' && parent.parent()?.field('function')?.text() === 'len';
}

/** Whether the name is a tensor of the device, as far as what it is given shows: of a model, a reduction, a move. */
function isTensor(module: PyModule, scope: SgNode, name: string): boolean {
  const values = module.uses(scope, name).filter(({ role }) => role === 'write').flatMap(({ node }) => valueOf(node) ?? []);
  return values.some((value) => isOnDevice(module, value)) && !values.some((value) => ['cpu', 'numpy', 'tolist'].includes(methodOf(value)?.method ?? ''));
}

/** `x.argmax(1)` of `p = x.argmax(1)` and of `_, p = x.max(1)`. */
function valueOf(node: SgNode): SgNode | null {
  const parent = node.parent();
  const assignment = parent?.kind() === 'pattern_list' ? parent.parent() : parent;
  return assignment?.kind() === 'assignment' ? assignment.field('right') : null;
}

const onDevice = new Set(['argmax', 'argmin', 'max', 'min', 'topk', 'sort', 'softmax', 'sigmoid', 'sum', 'mean', 'norm', 'cuda', 'squeeze', 'round', 'log_softmax', 'argsort', 'float', 'exp', 'abs']);

function isOnDevice(module: PyModule, value: SgNode, depth = 0): boolean {
  if (value.kind() === 'expression_list') return parts(value).some((part) => isOnDevice(module, part, depth));
  if (value.kind() === 'binary_operator') return parts(value).some((part) => isOnDevice(module, part, depth));
  if (value.kind() === 'attribute' || value.kind() === 'subscript') return isOnDevice(module, value.namedChildren()[0] ?? value.parent() ?? value, depth);
  if (value.kind() === 'identifier') {
    const values = depth > 2 ? [] : assignedValues(module, value);
    return values.length > 0 && values.every((one) => !/\.(?:cpu|numpy|tolist)\(/.test(one.text())) && values.some((one) => isOnDevice(module, one, depth + 1));
  }
  if (value.kind() !== 'call') return false;
  const method = methodOf(value);
  const path = module.pathOf(value.field('function'));
  if (path !== null) return /^torch\.(?:argmax|argmin|max|min|topk|softmax|sigmoid|norm|sum|mean|nn\.functional\.\w+)$/.test(path);
  if (method?.method === 'to') return !/['"]cpu/.test(value.text());
  if (method !== null && ['cpu', 'numpy', 'tolist'].includes(method.method)) return false;
  if (method !== null && onDevice.has(method.method)) return true;
  const callee = value.field('function')?.text() ?? '';
  return /(?:^|\.|_)(?:model|net|network|encoder|decoder|backbone|classifier|module)$/i.test(callee) || (method !== null && isOnDevice(module, method.receiver));
}

function namesIn(node: SgNode | null): string[] {
  return node === null ? [] : node.kind() === 'identifier' ? [node.text()] : all(node, 'identifier').map((id) => id.text());
}

/** Whether a loop around this one reads the name before it is written again. */
function usedAround(module: PyModule, loop: SgNode, name: string): boolean {
  const outer = loopsAround(module, loop).at(-1);
  if (outer === undefined) return false;
  const first = module.uses(module.scopeOf(loop), name).find(({ node }) => within(node, outer));
  return first !== undefined && first.role !== 'write';
}
