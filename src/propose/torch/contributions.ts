import type { SgNode } from '@ast-grep/napi';
import type { Refusal, TextEdit } from '../recipes/recipe.js';
import { all, endOf, lineOf, same, startOf, within } from '../source/tree.js';
import { methodOf, unwrapped } from './call.js';
import type { Cell } from './cells.js';
import type { DeviceRead } from './device-reads.js';
import { isFresh } from './fresh-tensors.js';
import { numberKind, type NumberKind } from './number-kinds.js';
import type { TorchProgram } from './program.js';
import { isArithmetic, type ReadUse } from './read-uses.js';
import { replaced, statementOf } from './statements.js';

/** How one read goes into a cell. */
export interface Contribution {
  cell: Cell;
  loop: SgNode;
  how: 'added' | 'appended' | 'extended' | 'assigned';
  /** The read, or the name that holds it. */
  node: SgNode;
  /** Null where it cannot be seen. */
  number: NumberKind | null;
  /** What makes a value of a list a number again: `.item()`, `.cpu().numpy()`. */
  suffix: string;
  /** Whether the whole of what is added or appended is the value. */
  isWhole: boolean;
  /** The dict, tuple or list that is appended, where the value is a part of it. */
  entry?: SgNode;
  /** Of a name that holds what is computed of the value: how it is computed of a number later, once. */
  computed?: string;
  /** How the statement keeps the tensor: as double precision where sums need it. */
  edits(precise: boolean): TextEdit[];
}

/** Of a sum or a list. */
export function contributionOf(program: TorchProgram, read: DeviceRead, cell: Cell, { kind: how, ...use }: ReadUse & { kind: 'added' | 'appended' | 'extended' }): Contribution | Refusal {
  const { module, node, tensor, loop } = read;
  const isName = node.kind() === 'identifier' || read.origin !== undefined;
  const suffix = isName ? '.item()' : suffixOf(node, tensor);
  const number = numberOf(program, read);
  if (number === 'lost') return { line: lineOf(node), reason: `\`${node.text()}\` makes another kind of number of it.` };
  const isSmall = suffix === '.item()' || number === 'float' || isOnePerSample(module, tensor);
  const many: Refusal = { line: lineOf(node), reason: `\`${node.text()}\` may be more than one value, which would fill the memory of the device.` };
  if (!isSmall || (how === 'extended' && !isOnePerSample(module, tensor)) || (how === 'added' && suffix !== '.item()')) return many;
  const fresh = isFresh(module, tensor) ? '' : '.clone()';
  const detached = `${withoutGraph(tensor)}${fresh}`;
  const call = how === 'extended' ? statementOf(node).namedChildren()[0] : undefined;
  const callee = call?.field('function')?.field('attribute');
  return {
    cell,
    loop,
    how,
    node,
    number,
    suffix,
    isWhole: how === 'added' ? isWholeTerm(node) : ['argument_list', 'list', 'tuple', 'pair'].includes(String(node.parent()?.kind())),
    ...('entry' in use && use.entry !== undefined ? { entry: use.entry } : {}),
    edits(precise) {
      if (how === 'added') return precise ? [replaced(module, node, isName ? `${node.text()}.double()` : `${withoutGraph(tensor)}.double()`)] : isName ? [] : [replaced(module, node, operand(tensor))];
      const rename = callee === null || callee === undefined ? [] : [replaced(module, callee, 'append')];
      return [...rename, ...(isName ? (precise ? [replaced(module, node, `${node.text()}.double()`)] : []) : [replaced(module, node, precise ? `${withoutGraph(tensor)}.double()` : detached)])];
    },
  };
}

/** Of a name that holds the value from there on. */
export function nameContribution(program: TorchProgram, read: DeviceRead, cell: Cell, whole?: SgNode): Contribution | Refusal {
  const { module, node, tensor, loop } = read;
  const isName = node.kind() === 'identifier' || read.origin !== undefined;
  const suffix = isName ? '.item()' : suffixOf(node, tensor);
  const number = numberOf(program, read);
  if (number === 'lost') return { line: lineOf(node), reason: `\`${node.text()}\` makes another kind of number of it.` };
  if (suffix !== '.item()' && number !== 'float') return { line: lineOf(node), reason: `\`${node.text()}\` may be more than one value, which would fill the memory of the device.` };
  const fresh = isFresh(module, tensor) ? '' : '.clone()';
  const made = { cell, loop, how: 'assigned' as const, node, suffix, isWhole: true };
  const kept = `${withoutGraph(tensor)}${fresh}`;
  if (whole === undefined) return { ...made, number: number === 'float' ? 'float' : null, edits: () => (isName ? [] : [replaced(module, node, kept)]) };
  if (suffix !== '.item()') return { line: lineOf(node), reason: `\`${whole.text()}\` is computed on the host.` };
  // As Python computes it, in double precision; a whole number becomes a fraction by a division alone.
  const isDivided = node.parent()?.kind() === 'binary_operator' && node.parent()?.field('operator')?.text() === '/' && same(node.parent()?.field('left') ?? null, node);
  if (isArithmetic(whole, node) && (number === 'float' || (number === 'count' && isDivided))) return { ...made, number: 'float', edits: () => [replaced(module, node, isName ? `${node.text()}.double()` : `${withoutGraph(tensor)}.double()`)] };
  const changed = all(whole, 'identifier').find((id) => !within(id, node) && module.uses(module.scopeOf(id), id.text()).some((use) => use.role === 'write' && within(use.node, loop)));
  if (isName || changed !== undefined) return { line: lineOf(node), reason: `\`${whole.text()}\` is needed in line ${lineOf(node)}, in every iteration.` };
  const start = startOf(node) - startOf(whole);
  const computed = `${whole.text().slice(0, start)}${cell.text}.item()${whole.text().slice(start + endOf(node) - startOf(node))}`;
  return { ...made, number: null, computed, edits: () => [replaced(module, whole, kept)] };
}

/** What kind of number the read gives; `lost` where it makes another one of the tensor's: `int(loss)`. */
function numberOf(program: TorchProgram, { module, node, tensor, origin }: DeviceRead): NumberKind | null | 'lost' {
  const kind = origin === undefined ? numberKind(program, module, tensor) : numberKind(program, origin.module, origin.tensor);
  if (origin !== undefined) return kind;
  const callee = node.kind() === 'call' ? node.field('function')?.text() : undefined;
  if (callee === 'float') return 'float';
  return (callee === 'int' && kind !== 'count') || callee === 'bool' ? 'lost' : kind;
}

/** `.cpu().numpy()` of `x.detach().cpu().numpy()`; `.item()` of `float(x)` and `x.item()`. */
function suffixOf(node: SgNode, tensor: SgNode): string {
  const callee = node.field('function')?.text() ?? '';
  if (['float', 'int', 'bool'].includes(callee)) return '.item()';
  const text = node.text().slice(endOf(tensor) - startOf(node)).replace('.detach()', '').replaceAll(/\s/g, '');
  return text.endsWith('.item()') ? '.item()' : text;
}

/** Whether the value is all that is added, not a factor of it. */
function isWholeTerm(node: SgNode): boolean {
  const parent = node.parent();
  if (parent?.kind() === 'parenthesized_expression') return isWholeTerm(parent);
  if (parent?.kind() === 'augmented_assignment') return true;
  // `x = x + value`
  const other = parent?.kind() === 'binary_operator' ? [parent.field('left'), parent.field('right')].find((side) => !same(side ?? null, node)) : undefined;
  return parent?.parent()?.kind() === 'assignment' && ['+', '-'].includes(parent.field('operator')?.text() ?? '') && other?.text() === parent.parent()?.field('left')?.text();
}

/** Whether the tensor has one element for each sample at most: a predicted class, a comparison. */
function isOnePerSample(module: DeviceRead['module'], tensor: SgNode, depth = 0): boolean {
  const node = unwrapped(tensor);
  if (node.kind() === 'identifier') {
    const values = module.names(module.scopeOf(node)).assignedValues(node.text());
    return depth < 4 && values !== null && values.length > 0 && values.every((value) => !same(value, node) && isOnePerSample(module, value, depth + 1));
  }
  const method = methodOf(node);
  const path = module.pathOf(node.kind() === 'call' ? node.field('function') : null);
  if (node.kind() !== 'call') return false;
  const name = path === null ? (method?.method ?? '') : path.startsWith('torch.') ? (path.split('.').at(-1) ?? '') : '';
  return ['argmax', 'argmin'].includes(name) && node.field('arguments')?.text() !== '()';
}

/** Detached once, however it is written. */
function withoutGraph(tensor: SgNode): string {
  return /^[\w.]+\.detach\(\)(?:\.\w+\(\))*$/.test(tensor.text()) ? operand(tensor) : `${operand(tensor)}.detach()`;
}

/** In parentheses where a method call would bind closer; without a copy to the host on the way, `x.eq(y).cpu()` of `x.eq(y).cpu().sum()`. */
export function operand(node: SgNode): string {
  const text = node.kind() === 'call' && isCopiedOnTheWay(node) ? node.text().replace('.cpu()', '') : node.text();
  return ['identifier', 'attribute', 'call', 'subscript', 'parenthesized_expression'].includes(String(node.kind())) ? text : `(${text})`;
}

/** Whether one call of the chain, and nothing else in it, copies to the host. */
function isCopiedOnTheWay(node: SgNode): boolean {
  const chain: SgNode[] = [];
  for (let at: SgNode | undefined = node; at !== undefined; at = methodOf(at)?.receiver) chain.push(at);
  return node.text().split('.cpu()').length === 2 && chain.some((call) => methodOf(call)?.method === 'cpu');
}
