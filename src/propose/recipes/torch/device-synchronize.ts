import type { SgNode } from '@ast-grep/napi';
import { lineOf, parts } from '../../source/tree.js';
import type { PyModule } from '../../torch/module.js';
import type { TorchProgram } from '../../torch/program.js';
import { intervalAround, loopsAround, owned, statementOf, withoutStatement } from '../../torch/statements.js';
import { timingIn } from '../../torch/timing.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const deviceSynchronize: TorchRecipe = {
  family: 'torch',
  name: 'device-synchronize',
  languages: ['python'],
  category: 'waiting',
  title: 'Take `torch.cuda.synchronize()` out of a loop that measures nothing',
  evidence: { findings: ['C3', 'C1'], text: 'The host waits for the whole device in a loop, after which the device has no work.' },
  condition: 'PyTorch orders work on a stream by itself, and waits where a value is read on the host. The loop takes no times, uses no stream of its own, and copies nothing to the host without waiting.',
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
  const timed = timingIn(module, region);
  if (timed !== null) return { line, reason: `Line ${lineOf(timed)} takes a time, which would be that of the launches alone.` };
  const own = ownOrder(module, region);
  if (own !== null) return { line, reason: `Line ${lineOf(own)} orders work by itself, and the wait may be needed for it.` };
  return { edit: withoutStatement(module, guarded(module, statementOf(call))) };
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

/** `if torch.cuda.is_available():` around nothing else goes too. */
function guarded(module: PyModule, statement: SgNode): SgNode {
  const around = statement.parent()?.parent();
  if (around?.kind() !== 'if_statement' || around.field('alternative') !== null || parts(statement.parent() ?? statement).length > 1) return statement;
  const condition = around.field('condition');
  return condition?.kind() === 'call' && module.pathOf(condition.field('function')) === 'torch.cuda.is_available' ? around : statement;
}
