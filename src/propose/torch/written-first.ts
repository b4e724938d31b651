import { same, startOf, within } from '../source/tree.js';
import type { Owner } from './attribute-changes.js';
import { callsOf } from './loaders.js';
import type { Located, TorchProgram } from './program.js';
import { loopsAround, statementOf } from './statements.js';

/** A node, and the calls that lead to it, innermost first: each in its function, or at the top of a file. */
type Way = Located[];

/**
 * Whether a write has ended wherever an object of a class is made: in each function that leads to both, a statement with the write
 * stands in front of the one with the making, and no loop goes round both.
 */
export function isWrittenFirst(program: TorchProgram, { module, owner }: Owner, write: Located): boolean {
  const made = program.callersOf({ module, node: owner }).flatMap((call) => waysTo(program, call));
  const writes = waysTo(program, write);
  return made.length > 0 && made.every((making) => writes.every((writing) => isInFront(writing, making)));
}

/** All ways to a node, from what begins a program: a function that nothing in the files around calls, or the top of a file. */
function waysTo(program: TorchProgram, { module, node }: Located, depth = 0): Way[] {
  const here = { module, node };
  const scope = module.scopeOf(node);
  const calls = scope.kind() !== 'function_definition' || depth > 4 ? [] : callsOf(program, { module, node: scope });
  return calls.length === 0 ? [[here]] : calls.flatMap((call) => waysTo(program, call, depth + 1)).map((way) => [here, ...way]);
}

function isInFront(writing: Way, making: Way): boolean {
  for (const write of writing) {
    const make = making.find((one) => one.module === write.module && same(one.module.scopeOf(one.node), write.module.scopeOf(write.node)));
    if (make === undefined) continue;
    const [first, second] = [statementOf(write.node), statementOf(make.node)];
    return !same(first, second) && !within(second, first) && startOf(first) < startOf(second) && !loopsAround(write.module, write.node).some((loop) => within(make.node, loop));
  }
  return false;
}
