import type { SgNode } from '@ast-grep/napi';
import { lineOf, parts, same } from '../../source/tree.js';
import { clockOf, clockOfUsers, readsBehind } from '../../torch/clocks.js';
import type { PyModule } from '../../torch/module.js';
import type { TorchProgram } from '../../torch/program.js';
import { intervalAround, loopsAround, owned, statementOf, withoutStatement } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const deviceSynchronize: TorchRecipe = {
  family: 'torch',
  name: 'device-synchronize',
  languages: ['python'],
  category: 'waiting',
  title: 'Take `torch.cuda.synchronize()` out of a loop that measures nothing',
  evidence: { findings: ['C3', 'C1'], text: 'The host waits for the whole device in a loop, after which the device has no work.' },
  condition: 'PyTorch orders work on a stream by itself, and waits where a value is read on the host. Neither the function, nor what it calls, nor who calls it takes a time that the wait could be needed for. The loop uses no stream of its own, and copies nothing to the host without waiting.',
  risk: 'Errors of kernels are reported at a later call. Code of the repository that is called in the loop could use streams of its own.',
  expected: 'The time that the device has no work after each wait.',
  references: ['https://pytorch.org/docs/stable/notes/cuda.html#asynchronous-execution', 'https://pytorch.org/tutorials/recipes/recipes/tuning_guide.html#avoid-unnecessary-cpu-gpu-synchronization'],
  apply(program) {
    const { module, scope } = program;
    const calls = owned(module, scope, 'call').filter((call) => module.pathOf(call.field('function')) === 'torch.cuda.synchronize');
    const answers = calls.map((call) => answer(program, call));
    const edits = answers.flatMap((found) => ('edit' in found ? [found.edit] : []));
    const refusals: Refusal[] = answers.flatMap((found) => ('reason' in found ? [found] : []));
    if (edits.length === 0) return refusals;
    const rewrite: Rewrite = { title: 'do not wait for the device in every iteration', line: lineOf(calls.find((_, i) => 'edit' in (answers[i] ?? {})) ?? scope), edits };
    return [rewrite, ...refusals];
  },
};

function answer(program: TorchProgram, call: SgNode): Refusal | { edit: ReturnType<typeof withoutStatement> } {
  const { module, scope } = program;
  const line = lineOf(call);
  const loop = loopsAround(module, call)[0];
  if (loop === undefined && !isCalledInLoop(program)) return { line, reason: 'It does not stand in a loop: it waits once.' };
  const region = loop ?? scope;
  const interval = intervalAround(call, region);
  if (interval !== null) return { line, reason: `It waits only where \`${interval.text()}\` holds.` };
  const here = { module, node: scope };
  // What the last iteration computed is waited for behind the loop too: then the time of the whole stays true.
  const outermost = loopsAround(module, call).at(-1);
  const timed = clockOf(program, here, 2) ?? (outermost !== undefined && readsBehind(outermost) ? null : clockOfUsers(program, here));
  if (timed !== null) return { line, reason: `Line ${lineOf(timed.node)}${timed.module === module ? '' : ` of ${timed.module.file}`} takes a time, which would be that of the launches alone.` };
  const own = ownOrder(module, region);
  if (own !== null) return { line, reason: `Line ${lineOf(own)} orders work by itself, and the wait may be needed for it.` };
  const statement = guarded(statementOf(call));
  if ('reason' in statement) return { line, reason: statement.reason };
  return { edit: withoutStatement(module, statement.whole) };
}

function isCalledInLoop(program: TorchProgram): boolean {
  return program.scope.kind() === 'function_definition' && program.callersOf({ module: program.module, node: program.scope }).some((call) => loopsAround(call.module, call.node).length > 0);
}

/** Streams, graphs and copies to the host that do not wait. */
function ownOrder(module: PyModule, region: SgNode): SgNode | null {
  return (
    owned(module, region, 'call').find((call) => {
      const path = module.pathOf(call.field('function')) ?? '';
      if (/^torch\.cuda\.(?:stream|Stream|Event|graph|CUDAGraph|current_stream)$/.test(path)) return true;
      return /\bnon_blocking\s*=\s*True/.test(call.text()) && /['"]cpu['"]|\.copy_\(/.test(call.text());
    }) ?? null
  );
}

/** The statement with each `if` around it that holds nothing else and asks for the device only; or why it cannot go without a trace. */
function guarded(statement: SgNode): { whole: SgNode } | { reason: string } {
  const block = statement.parent();
  const around = block?.kind() === 'block' ? block.parent() : null;
  if (block === null || around === null || parts(block).length > 1) return { whole: statement };
  if (around.kind() !== 'if_statement') return { reason: `It is all that is done in line ${lineOf(around)} and behind it.` };
  const condition = around.field('condition')?.text() ?? '';
  if (!/cuda|gpu|device/i.test(condition) || around.field('alternative') !== null || !same(around.field('consequence'), block)) return { reason: `It waits only where \`${condition}\` holds, or something else is done.` };
  return guarded(around);
}
