import type { SgNode } from '@ast-grep/napi';
import type { Refusal, TextEdit } from '../recipes/recipe.js';
import { lineOf, same, startOf, within } from '../source/tree.js';
import { startOfCell, type Start } from './cell-starts.js';
import { usesOfCell, type Cell, type CellUse } from './cells.js';
import type { Contribution } from './contributions.js';
import { backOfEntries } from './entries.js';
import { initialOf } from './numbers.js';
import type { TorchProgram } from './program.js';
import { mayRun, reachedFrom } from './reach.js';
import { useOf } from './read-uses.js';
import { whyReadAfterErrors, whyShared } from './seen-by-others.js';
import { loopsAround, owned, statementOf } from './statements.js';

/** A cell that keeps a value on the device instead of a number, in one loop. */
export interface Kept {
  kind: 'sum' | 'list' | 'value';
  name: string;
  /** Behind it a number is needed again. */
  loop: SgNode;
  edits: TextEdit[];
  /** The statement that makes a number, or numbers, of it. */
  back: string;
  /** The `if`s in the loop, or statements that log, that need the number. */
  places: SgNode[];
  /** Those of them that log in every iteration. */
  logged: SgNode[];
  /** Whether it is needed outside of the loop. */
  behind: boolean;
}

/** How a cell is kept, given all that goes into it in a loop. */
export function keptCell(program: TorchProgram, contributions: readonly Contribution[], { logs }: { logs: boolean }): Kept | Refusal {
  const [first] = contributions;
  if (first === undefined) throw new Error('a cell that nothing goes into');
  const { cell, node } = first;
  const refuse = (reason: string): Refusal => ({ line: lineOf(node), reason });
  const uses = usesOfCell(program, cell);
  const loop = first.how === 'assigned' ? first.loop : outermost(cell, uses, first.loop);
  const seen = whySeen(program, { cell, uses, loop });
  if (seen !== null) return refuse(seen);
  const how = first.how === 'assigned' ? backOfName(cell, contributions) : backOf(cell, contributions, uses);
  if ('reason' in how) return refuse(how.reason);
  const shared = first.how === 'appended' || first.how === 'extended' || cell.shape === 'elements' ? whyShared(cell, uses, loop) : null;
  const late = shared ?? whyReadAfterErrors(cell, uses, loop);
  if (late !== null) return refuse(late);
  const ending = cell.holder.kind() === 'attribute' ? owned(cell.module, loop, 'return_statement')[0] : undefined;
  if (ending !== undefined) return refuse(`Line ${lineOf(ending)} may end the function in the loop, and \`${cell.text}\` is seen by others.`);
  // What a script names is seen by whoever imports it.
  const kept: Kept = { kind: first.how === 'assigned' ? 'value' : first.how === 'added' ? 'sum' : 'list', name: cell.text, loop, edits: contributions.flatMap((one) => one.edits(how.precise)), back: how.back, places: [], logged: [], behind: cell.holder.kind() === 'attribute' || (first.how !== 'assigned' && same(cell.scope, cell.module.root)) };
  for (const use of uses) {
    if (use.elsewhere) {
      kept.behind = true;
      continue;
    }
    if (use.role !== 'read') continue;
    if (!within(use.node, loop)) {
      kept.behind ||= isBehind(cell, use.node, loop);
      continue;
    }
    const then = useOf(cell.module, use.node, first.loop);
    const place = then.kind === 'interval' ? then.condition.parent() : then.kind === 'logged' && logs ? statementOf(use.node) : null;
    if (place !== null) {
      if (!kept.places.some((other) => same(other, place))) kept.places.push(place);
      if (then.kind === 'logged') kept.logged.push(place);
    } else if (kept.kind !== 'value' || !['added', 'appended', 'assigned', 'asked'].includes(then.kind)) return refuse(`The value of \`${cell.text}\` is needed in line ${lineOf(use.node)}, in every iteration.`);
  }
  if (kept.kind === 'value' && !/^[\w.]+ = float\([\w.]+\)$/.test(kept.back) && kept.back.includes('.item()') && kept.places.length + Number(kept.behind) > 1) return refuse(`It cannot be seen whether \`${cell.text}\` is a whole number, and it is needed at several places.`);
  return kept;
}

/** The outermost loop in which nothing is done with the cell but what the inner one does. */
function outermost({ module, scope }: Cell, uses: readonly CellUse[], inner: SgNode): SgNode {
  let loop = inner;
  for (const outer of loopsAround(module, inner)) {
    if (!same(module.scopeOf(outer), scope) && !same(scope, module.root)) break;
    if (uses.some(({ node, elsewhere }) => !elsewhere && within(node, outer) && !within(node, loop))) break;
    loop = outer;
  }
  return loop;
}

/** Why other code may look at the cell while the loop runs; null where none does. */
function whySeen(program: TorchProgram, { cell, uses, loop }: { cell: Cell; uses: readonly CellUse[]; loop: SgNode }): string | null {
  const { module, scope, holder, text } = cell;
  const isName = holder.kind() === 'identifier';
  const elsewhere = uses.filter((use) => use.elsewhere);
  const foreign = isName ? module.uses(scope, holder.text()).find((use) => use.role === 'foreign' || (use.deferred && !same(scope, module.root))) : undefined;
  if (foreign !== undefined) return `\`${text}\` is also used in another function, in line ${lineOf(foreign.node)}.`;
  if (elsewhere.length === 0) return null;
  if (owned(module, loop, 'yield', 'await').length > 0) return `Other code runs while the loop waits, and may read \`${text}\`.`;
  const reached = reachedFrom(program, loop);
  const seen = elsewhere.find((use) => use.role !== 'write' && mayRun(use.module, use.node, reached));
  return seen === undefined ? null : `\`${text}\` is also used in another function, in line ${lineOf(seen.node)}${seen.module === module ? '' : ` of ${seen.module.file}`}, which the loop may call.`;
}

interface Back {
  back: string;
  precise: boolean;
}

function backOfName({ text }: Cell, contributions: readonly Contribution[]): Back | { reason: string } {
  const [first, ...rest] = contributions;
  if (rest.some((other) => other.suffix !== first?.suffix || other.number !== first.number)) return { reason: `\`${text}\` holds values of different kinds.` };
  if (first?.computed !== undefined) return rest.length > 0 ? { reason: `\`${text}\` holds values of different kinds.` } : { precise: false, back: `${text} = ${first.computed}` };
  return { precise: false, back: first?.number === 'float' && first.suffix === '.item()' ? `${text} = float(${text})` : `${text} = ${text}${first?.suffix ?? ''}` };
}

function backOf(cell: Cell, contributions: readonly Contribution[], uses: readonly CellUse[]): Back | { reason: string } {
  const { text, shape } = cell;
  const start = startOfCell(cell, uses);
  const isList = contributions.every(({ how }) => how !== 'added');
  if (isList) return start?.kind === 'list' ? backOfList(cell, contributions, { uses, start }) : { reason: `\`${text}\` is not made as an empty list in this function: other code may see it.` };
  if (start === null && shape === 'one' && isFromNone(uses) && contributions.every(({ how, number }) => how === 'added' && number === 'float')) return { precise: true, back: `${text} = ${text}.item() if hasattr(${text}, 'item') else ${text}` };
  if (start === null || start.kind === 'list' || contributions.some(({ how }) => how !== 'added')) return { reason: `It cannot be seen that \`${text}\` begins as a number${cell.holder.kind() === 'identifier' ? ' in this function' : ''}.` };
  return backOfSum(cell, contributions, start);
}

/** Whether a mean begins as None, and with its first value. */
function isFromNone(uses: readonly CellUse[]): boolean {
  const written = uses.filter(({ role }) => role === 'write');
  const updated = uses.filter(({ role }) => role === 'update').map(({ node }) => statementOf(node));
  return written.length > 0 && written.every(({ node }) => initialOf(node).kind() === 'none') && updated.length > 0 && updated.every((statement) => /\bis (?:not )?None\b/.test(statement.text()));
}

function backOfSum({ text, shape }: Cell, contributions: readonly Contribution[], start: Start): Back | { reason: string } {
  const isCount = contributions.every(({ number, isWhole }) => number === 'count' && isWhole);
  const isFloat = start.kind === 'float' || contributions.every(({ number }) => number === 'float');
  const conversion = start.kind === 'integer' && isCount ? 'int' : isFloat ? 'float' : null;
  if (conversion === null) {
    const unknown = contributions.find(({ number, isWhole }) => number === null || !isWhole) ?? contributions[0];
    return { reason: `It cannot be seen whether \`${unknown === undefined ? text : unknown.node.text().replace(/\.item\(\)$/, '')}\` is a whole number, as \`${text}\` is.` };
  }
  const precise = conversion === 'float';
  if (shape === 'one') return { precise, back: `${text} = ${conversion}(${text})` };
  // What was added to nothing stays the number that it is.
  const value = start.kind === 'numbers' || (start.kind === 'integer' && precise) ? "value.item() if hasattr(value, 'item') else value" : `${conversion}(value)`;
  return { precise, back: start.holds === 'list' ? `${text}[:] = [${value} for value in ${text}]` : `${text}.update({key: ${value} for key, value in ${text}.items()})` };
}

function backOfList(cell: Cell, contributions: readonly Contribution[], { uses, start }: { uses: readonly CellUse[]; start: Start }): Back | { reason: string } {
  const { text, shape } = cell;
  const [first] = contributions;
  if (first === undefined || contributions.some(({ suffix, how }) => suffix !== first.suffix || how !== first.how)) return { reason: `\`${text}\` holds values of different kinds.` };
  if (contributions.some(({ entry }) => entry !== undefined)) return backOfEntries(cell, contributions, uses);
  const precise = contributions.some(({ isWhole }) => !isWhole);
  if (precise && contributions.some(({ number }) => number !== 'float')) return { reason: `It cannot be seen whether what \`${text}\` holds is a whole number.` };
  const isOther = (node: SgNode): boolean => shape === 'one' && text.endsWith(']') && node.parent()?.text() !== text;
  const updates = uses.filter(({ role, elsewhere, node }) => role === 'update' && !elsewhere && !isOther(node)).length;
  const isAll = updates === contributions.length;
  if (first.suffix !== '.item()' && !isAll) return { reason: `\`${text}\` holds values of different kinds.` };
  const isFloat = contributions.every(({ number }) => number === 'float');
  const value = first.suffix !== '.item()' ? `value${first.suffix}` : isFloat && isAll ? 'float(value)' : "value.item() if hasattr(value, 'item') else value";
  const list = (name: string): string => (first.how === 'extended' ? `${name}[:] = [item for value in ${name} for item in ${value}]` : `${name}[:] = [${value} for value in ${name}]`);
  return { precise, back: shape === 'one' ? list(text) : `for values in ${text}${start.holds === 'dict' ? '.values()' : ''}: ${list('values')}` };
}

/** Whether the node runs after the loop: it stands behind it, or in a loop around both. */
function isBehind({ module }: Cell, node: SgNode, loop: SgNode): boolean {
  const outer = loopsAround(module, loop).at(-1);
  return startOf(node) > startOf(loop) || (outer !== undefined && within(node, outer));
}
