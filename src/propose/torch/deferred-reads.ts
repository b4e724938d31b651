import type { SgNode } from '@ast-grep/napi';
import type { Refusal, TextEdit } from '../recipes/recipe.js';
import { lineOf, same, startOf, within } from '../source/tree.js';
import { methodOf } from './call.js';
import { isOnHost, useOf, type DeviceRead } from './device-reads.js';
import { isFresh } from './fresh-tensors.js';
import { isLossName } from './losses.js';
import type { PyModule } from './module.js';
import { initialNumber, isCount } from './numbers.js';
import { whyReadAfterErrors, whyShared } from './seen-by-others.js';
import { loopsAround, replaced, statementOf } from './statements.js';

/** A name that keeps a value on the device instead of a number, in one loop. */
export interface Kept {
  kind: 'sum' | 'list' | 'value';
  name: string;
  edits: TextEdit[];
  /** The statement that makes a number, or a list of numbers, of it. */
  back: string;
  /** The `if`s in the loop, or statements that log, that need the number. */
  places: SgNode[];
  /** Whether it is needed outside of the loop. */
  behind: boolean;
}

/** How the reads of one loop can be put off; a refusal where one of them is needed in every iteration. */
export type DeferredReads = { loop: SgNode; kept: Kept[]; logged: SgNode[]; refusal: null } | { refusal: Refusal };

/**
 * Follows the values that a loop fetches from the device: into sums, lists and names. `logs` allows statements that log in
 * every iteration, which then have to be done less often.
 */
export function deferredReads(module: PyModule, reads: readonly DeviceRead[], { logs }: { logs: boolean }): DeferredReads {
  const [first] = reads;
  if (first === undefined) throw new Error('a loop without reads');
  const { loop } = first;
  const kept = new Map<string, Kept>();
  const logged: SgNode[] = [];
  const refuse = (node: SgNode, reason: string): DeferredReads => ({ refusal: { line: lineOf(node), reason } });
  const queue = reads.filter((read) => !isOnHost(read));
  if (queue.length === 0) return refuse(first.node, `\`${first.tensor.text()}\` comes from the loader and is on the host: nothing waits.`);
  for (let read = queue.shift(); read !== undefined; read = queue.shift()) {
    const { use, node } = read;
    if (use.kind === 'interval') continue;
    if (use.kind === 'decides') return refuse(node, `The value of \`${node.text()}\` decides in line ${lineOf(node)} what is done next, in every iteration.`);
    if (use.kind === 'other') return refuse(node, `The value of \`${node.text()}\` is needed in line ${lineOf(node)}, in every iteration.`);
    if (use.kind === 'logged') {
      if (!logs) return refuse(node, `Line ${lineOf(node)} logs the value in every iteration.`);
      if (!logged.some((other) => same(other, read?.statement ?? null))) logged.push(read.statement);
      continue;
    }
    const made = keptOf(module, read);
    if ('reason' in made) return { refusal: made };
    const name = use.name.text();
    const uses = module.uses(module.scopeOf(use.name), name);
    const foreign = uses.find((other) => other.deferred || other.role === 'foreign');
    if (foreign !== undefined) return refuse(node, `\`${name}\` is also used in another function, in line ${lineOf(foreign.node)}.`);
    const shared = (made.kind === 'list' ? whyShared(module, use.name, loop) : null) ?? whyReadAfterErrors(module, use.name, loop);
    if (shared !== null) return refuse(node, shared);
    const known = kept.get(name);
    if (known !== undefined) {
      known.edits.push(...made.edits);
      if (known.back !== made.back) return refuse(node, `\`${name}\` holds values of different kinds.`);
      continue;
    }
    kept.set(name, made);
    for (const other of uses) {
      if (isUpdate(other.node)) continue;
      if (!within(other.node, loop)) {
        made.behind ||= isBehind(module, other.node, loop);
        continue;
      }
      const then = useOf(module, other.node, loop);
      const place = then.kind === 'interval' ? then.condition.parent() : then.kind === 'logged' ? statementOf(other.node) : null;
      if (then.kind === 'logged' && logs && !logged.some((statement) => same(statement, place))) logged.push(statementOf(other.node));
      if (place !== null && (then.kind === 'interval' || logs)) {
        if (!made.places.some((seen) => same(seen, place))) made.places.push(place);
      } else if (made.kind === 'value' && (then.kind === 'added' || then.kind === 'appended')) {
        queue.push({ module, loop, node: other.node, tensor: read.tensor, statement: statementOf(other.node), use: then });
      } else return refuse(node, `The value of \`${name}\` is needed in line ${lineOf(other.node)}, in every iteration.`);
    }
    if (made.kind === 'value' && made.back.endsWith('.item()') && made.places.length + Number(made.behind) > 1) return refuse(node, `It cannot be seen whether \`${name}\` is a whole number, and it is needed at several places.`);
  }
  return { loop, kept: [...kept.values()], logged, refusal: null };
}

/** What becomes of the statement of one read. */
function keptOf(module: PyModule, { use, node, tensor }: DeviceRead): Kept | Refusal {
  const line = lineOf(node);
  if (use.kind !== 'added' && use.kind !== 'appended' && use.kind !== 'assigned') return { line, reason: 'It is neither added up nor kept.' };
  const name = use.name.text();
  const isName = node.kind() === 'identifier';
  if (!isName && methodOf(node)?.method !== 'item' && node.field('function')?.text() !== 'float') return { line, reason: `\`${node.text()}\` may be more than one value, which would fill the memory of the device.` };
  const kept = (kind: Kept['kind'], text: string | null, back: string): Kept => ({ kind, name, edits: text === null ? [] : [replaced(module, node, text)], back, places: [], behind: false });
  // Another statement may change the tensor before the value is fetched.
  const detached = `${operand(tensor)}.detach()${isFresh(module, tensor) ? '' : '.clone()'}`;
  if (use.kind === 'assigned') return kept('value', detached, isLossName(module, tensor) ? `${name} = float(${name})` : `${name} = ${name}.item()`);
  if (use.kind === 'appended') return kept('list', isName ? null : detached, `${name}[:] = [${isLossName(module, tensor) ? 'float(value)' : "value.item() if hasattr(value, 'item') else value"} for value in ${name}]`);
  const start = initialNumber(module, use.name);
  if (start === null) return { line, reason: `It cannot be seen that \`${name}\` begins as a number in this function.` };
  if (start.kind() === 'integer' && isCount(module, tensor)) return kept('sum', isName ? null : tensor.text(), `${name} = int(${name})`);
  if (start.kind() === 'integer' && !isLossName(module, tensor)) return { line, reason: `It cannot be seen whether \`${tensor.text()}\` is a whole number, as \`${name}\` is.` };
  return kept('sum', isName ? `${node.text()}.double()` : `${operand(tensor)}.detach().double()`, `${name} = float(${name})`);
}

/** `name += …`, `name.append(…)`, or `name = 0.0`, where the value is not looked at. */
function isUpdate(id: SgNode): boolean {
  const parent = id.parent();
  if (parent?.kind() === 'augmented_assignment' || parent?.kind() === 'assignment') return same(parent.field('left'), id);
  if (parent?.kind() === 'pattern_list') return parent.parent()?.kind() === 'assignment' && same(parent.parent()?.field('left') ?? null, parent);
  const call = parent?.parent() ?? null;
  return methodOf(call)?.method === 'append' && same(methodOf(call)?.receiver ?? null, id) && call?.parent()?.kind() === 'expression_statement';
}

/** Whether the node runs after the loop: it stands behind it, or in a loop around both. */
function isBehind(module: PyModule, node: SgNode, loop: SgNode): boolean {
  const outer = loopsAround(module, loop).at(-1);
  return startOf(node) > startOf(loop) || (outer !== undefined && within(node, outer));
}

/** In parentheses where a method call would bind closer. */
function operand(node: SgNode): string {
  return ['identifier', 'attribute', 'call', 'subscript', 'parenthesized_expression'].includes(String(node.kind())) ? node.text() : `(${node.text()})`;
}
