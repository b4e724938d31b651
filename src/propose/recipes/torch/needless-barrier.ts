import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { definitionBehind } from '../../torch/called-there.js';
import { clockIn } from '../../torch/clocks.js';
import { collectivesAt, meetsAllRanks, neighbour } from '../../torch/collectives.js';
import { gradientsUsed } from '../../torch/grad-mode.js';
import { methodOf } from '../../torch/call.js';
import type { Located, TorchProgram } from '../../torch/program.js';
import { intervalAround, loopsAround, owned, statementOf, withoutStatement } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const needlessBarrier: TorchRecipe = {
  family: 'torch',
  name: 'needless-barrier',
  languages: ['python'],
  category: 'communication',
  title: 'Take `dist.barrier()` out of the steps of training',
  evidence: { findings: ['C6', 'C1', 'C3-device-sync', 'C3-sync-in-loop'], text: 'A small collective in each step that only waits for the other ranks.' },
  condition: 'The barrier stands in a loop, and something else there keeps the ranks in order: a backward pass in each of the steps, whose gradients are sent, in the loop itself or in a loop or function in it; or a collective of all ranks right in front of the barrier or behind it, or behind the loop. Nothing in the loop takes a time, or reads or writes files that ranks may share; functions of the repository that it calls are looked at too.',
  risk: 'Ranks may be one step apart. Code of other packages that is called in the loop and shares something outside of collectives would need the barrier.',
  expected: 'The latency of a collective and the wait for the slowest rank, in each step.',
  references: ['https://pytorch.org/docs/stable/distributed.html#torch.distributed.barrier'],
  apply: (program) => barriers(program).map((call) => answerOf(program, call)),
};

/** Calls of the barrier itself, and of functions that do nothing else. */
function barriers(program: TorchProgram): SgNode[] {
  const { module, scope } = program;
  const direct = collectivesAt(program, 'torch.distributed.barrier', 'torch.distributed.monitored_barrier');
  const wrapped = owned(module, scope, 'call').filter((call) => ['wait_for_everyone', 'barrier'].includes(methodOf(call)?.method ?? '') && module.pathOf(call.field('function')) === null ? definitionBehind(program, { module, node: call }) === null || isOnlyBarrier(program, { module, node: call }) : isOnlyBarrier(program, { module, node: call }));
  return [...direct, ...wrapped.filter((call) => !direct.some((other) => other.id() === call.id()))];
}

/** `def synchronize(): if dist.is_initialized(): dist.barrier()` */
function isOnlyBarrier(program: TorchProgram, call: Located): boolean {
  const found = definitionBehind(program, call);
  if (found === null) return false;
  const others = owned(found.module, found.node, 'call').filter((one) => !/^torch\.distributed\.(?:barrier|is_available|is_initialized|get_world_size|get_rank)$/.test(found.module.pathOf(one.field('function')) ?? ''));
  return others.length === 0 && found.module.calls(['torch.distributed.barrier'], found.node).length > 0;
}

function answerOf(program: TorchProgram, call: SgNode): Rewrite | Refusal {
  const { module } = program;
  const line = lineOf(call);
  const loop = loopsAround(module, call)[0];
  const statement = statementOf(call);
  if (loop === undefined) return { line, reason: 'It does not stand in a loop: it orders what ranks do before and after it, such as writing and reading a file.' };
  if (parts(statement)[0]?.id() !== call.id()) return { line, reason: 'What the barrier returns is used.' };
  const whole = enclosing(call, statement);
  if ('reason' in whole) return { line, reason: whole.reason };
  const interval = intervalAround(call, loop);
  if (interval !== null) return { line, reason: `It waits only where \`${interval.text()}\` holds.` };
  if (!isOrdered(program, loop, whole.statement)) return { line, reason: 'The loop around it does no backward pass of its own, whose collectives would keep the ranks in order.' };
  const isMeasure = /bench|throughput|latency|profil|measur|timed|speed/i.test(program.scope.field('name')?.text() ?? '');
  const timed = clockIn({ module, node: isMeasure ? program.scope : loop });
  if (timed !== null) return { line, reason: `Line ${lineOf(timed.node)} takes a time, which the barrier is a part of.` };
  const shared = fileUse(program, { module, node: loop }, 0);
  if (shared !== null) return { line, reason: `Line ${lineOf(shared.node)}${shared.module === module ? '' : ` of ${shared.module.file}`} may read or write what ranks share.` };
  return { title: 'leave out the barrier in each step', line, edits: [withoutStatement(module, whole.statement)] };
}

/** Whether all ranks meet elsewhere in each pass of the loop. */
function isOrdered(program: TorchProgram, loop: SgNode, barrier: SgNode): boolean {
  const { module } = program;
  const next = [neighbour(barrier, 1), neighbour(barrier, -1)];
  if (next.some((statement) => statement !== null && surelyCalled(statement).some((call) => meetsAllRanks(program, { module, node: call })))) return true;
  return meetsBehind(program, loop) || owned(module, loop, 'call').some((node) => methodOf(node)?.method === 'backward' || trainsBehind(program, { module, node }));
}

/** Whether all ranks meet in a statement behind the loop, with nothing but plain statements in between: a collective of what the loop has added up. */
function meetsBehind(program: TorchProgram, loop: SgNode): boolean {
  const { module } = program;
  const siblings = parts(loop.parent() ?? loop);
  for (const statement of siblings.slice(siblings.findIndex((node) => same(node, loop)) + 1)) {
    if (surelyCalled(statement).some((call) => meetsAllRanks(program, { module, node: call }))) return fileUse(program, { module, node: loop }, 0) === null;
    if (statement.kind() !== 'expression_statement' || fileUse(program, { module, node: statement }, 0) !== null) return false;
  }
  return false;
}

/** The calls that a statement surely runs: all of a plain one, those of the condition of an `if`. */
function surelyCalled(statement: SgNode): SgNode[] {
  const region = statement.kind() === 'if_statement' || statement.kind() === 'while_statement' ? statement.field('condition') : ['expression_statement', 'return_statement'].includes(String(statement.kind())) ? statement : null;
  return region === null ? [] : [...(region.kind() === 'call' ? [region] : []), ...all(region, 'call')].filter((call) => within(call, region));
}

function trainsBehind(program: TorchProgram, call: Located): boolean {
  const found = definitionBehind(program, call);
  const takes = found === null ? null : gradientsUsed(found.module, found.node);
  return methodOf(takes)?.method === 'backward';
}

/** The barrier with each `if` around it that holds nothing else and asks only whether there are other ranks. */
function enclosing(call: SgNode, statement: SgNode): { statement: SgNode } | { reason: string } {
  const block = statement.parent();
  const around = block?.parent();
  const isOnly = block?.kind() === 'block' && parts(block).length === 1 && around?.kind() === 'if_statement' && around.field('alternative') === null;
  if (!isOnly || around === null || around === undefined || startOf(around) >= startOf(call) || endOf(around) < endOf(call)) return { statement };
  const condition = around.field('condition')?.text() ?? '';
  return /\brank\b\s*[=!]=|\brank\s*%|is_main|is_master|local_rank/.test(condition) ? { reason: `Only ranks where \`${condition}\` holds wait there.` } : enclosing(call, around);
}

/** A call in the region, or in what it calls, that saves, loads, opens or looks for a file. */
function fileUse(program: TorchProgram, { module, node }: Located, depth: number): Located | null {
  for (const call of owned(module, node, 'call')) {
    const path = module.pathOf(call.field('function')) ?? call.field('function')?.text() ?? '';
    if (/^(?:open|torch\.(?:save|load)|os\.|shutil\.|numpy\.(?:save|load|memmap)|pickle\.|json\.(?:dump|load)$)/.test(path) || /(?:save|load_|write|checkpoint|exists|mkdir|unlink|download)\w*$|^load$/i.test(path.split('.').at(-1) ?? '')) return { module, node: call };
    const inner = depth > 1 ? null : definitionBehind(program, { module, node: call });
    const found = inner === null ? null : fileUse(program, inner, depth + 1);
    if (found !== null) return found;
  }
  return null;
}
