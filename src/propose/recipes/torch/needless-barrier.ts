import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, parts, startOf } from '../../source/tree.js';
import { methodOf } from '../../torch/call.js';
import { clockIn } from '../../torch/clocks.js';
import type { PyModule } from '../../torch/module.js';
import { intervalAround, loopsAround, owned, statementOf, withoutStatement } from '../../torch/statements.js';
import { collectivesAt } from '../../torch/collectives.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const needlessBarrier: TorchRecipe = {
  family: 'torch',
  name: 'needless-barrier',
  languages: ['python'],
  category: 'communication',
  title: 'Take `dist.barrier()` out of the steps of training',
  evidence: { findings: ['C6', 'C1', 'C3-device-sync'], text: 'A small collective in each step that only waits for the other ranks.' },
  condition: 'The barrier stands in a loop that does a backward pass in each of its steps: the collectives of the gradients already keep the ranks in order. Nothing in the loop takes a time, or reads or writes files that ranks may share.',
  risk: 'Ranks may be one step apart. Code that is called in the loop and shares something outside of collectives would need the barrier.',
  expected: 'The latency of a collective and the wait for the slowest rank, in each step.',
  references: ['https://pytorch.org/docs/stable/distributed.html#torch.distributed.barrier'],
  apply: (program) => collectivesAt(program, 'torch.distributed.barrier').map((call) => answerOf(program.module, call)),
};

function answerOf(module: PyModule, call: SgNode): Rewrite | Refusal {
  const line = lineOf(call);
  const loop = loopsAround(module, call)[0];
  const statement = statementOf(call);
  if (loop === undefined) return { line, reason: 'It does not stand in a loop: it orders what ranks do before and after it, such as writing and reading a file.' };
  if (parts(statement)[0]?.id() !== call.id()) return { line, reason: 'What the barrier returns is used.' };
  const interval = intervalAround(call, loop);
  if (interval !== null) return { line, reason: `It waits only where \`${interval.text()}\` holds.` };
  // A pass of an outer loop around the steps, an epoch, ends where the barrier stands.
  const backward = owned(module, loop, 'call').find((node) => methodOf(node)?.method === 'backward' && loopsAround(module, node)[0]?.id() === loop.id());
  if (backward === undefined) return { line, reason: 'The loop around it does no backward pass of its own, whose collectives would keep the ranks in order.' };
  const timed = clockIn({ module, node: loop });
  if (timed !== null) return { line, reason: `Line ${lineOf(timed.node)} takes a time, which the barrier is a part of.` };
  const shared = fileUse(module, loop);
  if (shared !== null) return { line, reason: `Line ${lineOf(shared)} may read or write what ranks share.` };
  return { title: 'leave out the barrier in each step', line, edits: [withoutStatement(module, enclosing(call, statement))] };
}

/** An `if` that has nothing but the barrier in it, or the barrier itself. */
function enclosing(call: SgNode, statement: SgNode): SgNode {
  const block = statement.parent();
  const around = block?.parent();
  const isOnly = block?.kind() === 'block' && parts(block).length === 1 && around?.kind() === 'if_statement' && around.field('alternative') === null;
  return isOnly && around !== null && around !== undefined && startOf(around) < startOf(call) && endOf(around) >= endOf(call) ? around : statement;
}

/** A call in the loop that saves, loads, opens or looks for a file. */
function fileUse(module: PyModule, loop: SgNode): SgNode | null {
  return all(loop, 'call').find((call) => {
    const path = module.pathOf(call.field('function')) ?? call.field('function')?.text() ?? '';
    return /^(?:open|torch\.(?:save|load)|os\.|shutil\.|numpy\.(?:save|load|memmap))/.test(path) || /(?:save|load|write|checkpoint|exists|mkdir|unlink)\w*$/i.test(path.split('.').at(-1) ?? '');
  }) ?? null;
}
