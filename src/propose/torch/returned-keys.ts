import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { parts, same, startOf, within } from '../source/tree.js';
import { methodOf } from './call.js';
import type { DeviceRead } from './device-reads.js';
import { isFirm } from './number-kinds.js';
import type { Located, TorchProgram } from './program.js';
import { useOf } from './read-uses.js';
import { loopsAround, replaced, statementOf } from './statements.js';

/** A value under a key of a dict that a function returns. */
export interface KeyedRead {
  key: string;
  tensor: SgNode;
}

/** What is done with the values of a dict that a call in a loop gives. */
export interface KeyedUses {
  reads: DeviceRead[];
  /** Numbers where they are needed now and then, or behind the loop. */
  edits: TextEdit[];
}

/** Where `logs` of `logs = step(batch)` is used: by `logs['loss']`, or by `for key, value in logs.items()`; null where it is used in any other way. */
export function keyedUses(program: TorchProgram, call: Located, from: Located['module'], { keyed, size }: { keyed: readonly KeyedRead[]; size: number }): KeyedUses | null {
  const { module, node } = call;
  const loop = loopsAround(module, node)[0];
  const assignment = node.parent();
  const name = assignment?.kind() === 'assignment' && same(assignment.field('right'), node) ? assignment.field('left') : null;
  if (loop === undefined || name?.kind() !== 'identifier') return null;
  const found: KeyedUses = { reads: [], edits: [] };
  for (const use of module.uses(module.scopeOf(node), name.text())) {
    if (same(use.node, name)) continue;
    if (use.role === 'write' || use.deferred || startOf(use.node) < startOf(node)) return null;
    const at = usedAt(program, { module, node: use.node }, { keyed, isAll: keyed.length === size });
    if (at === null) return null;
    for (const { id, read } of at) {
      const origin = { module: from, tensor: read.tensor };
      const inner = loopsAround(module, id)[0];
      const then = within(id, loop) && inner !== undefined ? useOf(module, id, loop) : { kind: 'interval' as const };
      if (then.kind !== 'interval') found.reads.push({ module, loop: inner ?? loop, node: id, tensor: id, statement: statementOf(id), use: useOf(module, id, inner ?? loop), origin });
      else if (isFirm(program, from, read.tensor)) found.edits.push(replaced(module, id, `float(${id.text()})`));
      else return null;
    }
  }
  return found;
}

/** The places of values at a use of the dict; empty for other keys; null for any other use. */
function usedAt(program: TorchProgram, { module, node }: Located, { keyed, isAll }: { keyed: readonly KeyedRead[]; isAll: boolean }): { id: SgNode; read: KeyedRead }[] | null {
  const parent = node.parent();
  const [first] = keyed;
  if (parent?.kind() === 'subscript' && same(parent.field('value'), node)) {
    const key = parts(parent)[1];
    if (key?.kind() !== 'string' || /^\w*f['"]/i.test(key.text())) return null;
    const read = keyed.find((one) => unquoted(one.key) === unquoted(key.text()));
    return read === undefined ? [] : [{ id: parent, read }];
  }
  const call = parent?.kind() === 'attribute' ? parent.parent() : null;
  const loop = call?.parent() ?? null;
  const value = loop?.kind() === 'for_statement' && same(loop.field('right'), call) ? parts(loop.field('left') ?? loop)[1] : undefined;
  if (methodOf(call)?.method !== 'items' || loop === null || value?.kind() !== 'identifier' || !isAll || first === undefined) return null;
  const isFloat = keyed.every(({ tensor }) => isFirm(program, module, tensor));
  const uses = module.uses(module.scopeOf(value), value.text()).filter((use) => !same(use.node, value) && within(use.node, loop));
  return isFloat && uses.every((use) => use.role !== 'write' && !use.deferred) ? uses.map((use) => ({ id: use.node, read: first })) : null;
}

const unquoted = (text: string): string => text.replaceAll(/['"]/g, '');
