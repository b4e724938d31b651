import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { methodOf } from '../../torch/call.js';
import { collectiveOnLine } from '../../torch/collectives.js';
import { spelled } from '../../torch/names-in-scope.js';
import { originsOf } from '../../torch/origins.js';
import type { TorchProgram } from '../../torch/program.js';
import { indentedUnder, loopsAround, owned, replaced, statementOf } from '../../torch/statements.js';
import { trainingLoopsAt, type TrainingLoop } from '../../torch/training-loop.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

const wrapper = 'torch.nn.parallel.DistributedDataParallel';

export const noSync: TorchRecipe = {
  family: 'torch',
  name: 'no-sync',
  languages: ['python'],
  category: 'communication',
  title: 'Send gradients to the other ranks only in the part of a step that the optimizer follows (`model.no_sync()`)',
  evidence: { findings: ['C6', 'C1'], text: 'Several all-reduces of all gradients for one step of the optimizer, with nothing else running.' },
  condition: 'The model is a DistributedDataParallel, and the loop steps the optimizer only where a condition holds that the forward and backward pass do not change; the same condition decides what is sent. Gradients that are left over stay for the next step. Nothing else in the loop reads a gradient, and the optimizer steps nowhere else.',
  risk: 'Each rank holds gradients of its own between steps: code that reads them there sees others than before.',
  expected: 'The communication of all parts of a step but one.',
  references: ['https://pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html#torch.nn.parallel.DistributedDataParallel.no_sync'],
  changesResults: 'rounding',
  apply: (program) => loopsAt(program).flatMap((loop) => answerOf(program, loop)),
};

/** The loops of the finding's function, or all that call a model's `forward`; none where its line is another collective. */
function loopsAt(program: TorchProgram): TrainingLoop[] {
  if (collectiveOnLine(program) !== null) return [];
  const isForward = program.scope.field('name')?.text() === 'forward';
  return trainingLoopsAt(program).filter(({ module, region }) => isForward || (module === program.module && (within(region, program.scope) || same(module.scopeOf(region), program.scope))));
}

function answerOf(program: TorchProgram, loop: TrainingLoop): (Rewrite | Refusal)[] {
  const { module, region } = loop;
  const [backward, ...others] = loop.backward;
  if (backward === undefined || !program.modules.some((one) => one.calls([wrapper]).length > 0)) return [];
  const line = lineOf(backward);
  const refuse = (reason: string): Refusal[] => [{ line, reason }];
  if (all(module.root, 'attribute').some((node) => /^(?:no_sync|require_backward_grad_sync)$/.test(node.field('attribute')?.text() ?? ''))) return refuse('The program decides already when gradients are sent.');
  const statement = statementOf(backward);
  const block = statement.parent();
  const siblings = block === null ? [] : parts(block);
  const decision = siblings.find((node) => startOf(node) > startOf(statement) && node.kind() === 'if_statement' && loop.steps.some((step) => startOf(step) > startOf(node) && endOf(step) <= endOf(node)));
  const condition = decision?.field('condition') ?? null;
  if (loop.loop === null || others.length > 0 || decision === undefined || condition === null || decision.field('alternative') !== null) return refuse('The optimizer steps after each backward pass: no part of a step goes without it.');
  const scope = module.scopeOf(backward);
  const stray = owned(module, scope, 'call').find((call) => methodOf(call)?.method === 'step' && /optim|^opt$|scaler/i.test(methodOf(call)?.receiver.text() ?? '') && (startOf(call) < startOf(decision) || endOf(call) > endOf(decision)));
  if (stray !== undefined) return refuse(`The optimizer also steps in line ${lineOf(stray)}, with gradients that would not have been sent.`);
  const forward = owned(module, region, 'call').find((call) => startOf(call) < startOf(backward) && statementOf(call).parent()?.id() === block?.id() && isParallel(program, loop, call.field('function')));
  const model = forward?.field('function');
  if (forward === undefined || model === null || model === undefined) return refuse('It cannot be seen where the DistributedDataParallel model is called in the loop.');
  const first = statementOf(forward);
  const run = siblings.filter((node) => startOf(node) >= startOf(first) && startOf(node) <= startOf(statement));
  const early = siblings.filter((node) => startOf(node) < startOf(decision) && startOf(node) >= startOf(first));
  const reader = all(region, 'call').find((call) => /clip_grad|\.unscale_$/.test(call.field('function')?.text() ?? '') && (startOf(call) < startOf(decision) || endOf(call) > endOf(decision))) ?? all(region, 'attribute').find((node) => node.field('attribute')?.text() === 'grad' && (startOf(node) < startOf(decision) || endOf(node) > endOf(decision)));
  if (reader !== undefined) return refuse(`Line ${lineOf(reader)} reads gradients outside of the part that the optimizer steps in.`);
  const names = new Set([condition, ...all(condition, 'identifier')].filter((node) => node.kind() === 'identifier').map((node) => node.text()));
  const changed = early.find((node) => all(node, 'assignment', 'augmented_assignment').some((one) => [one.field('left'), ...all(one.field('left') ?? one, 'identifier')].some((left) => left !== null && names.has(left.text()))));
  if (changed !== undefined) return refuse(`Line ${lineOf(changed)} changes what the condition of the step is made of.`);
  if (all(condition, 'call').some((call) => !['len', 'int'].includes(call.field('function')?.text() ?? '')) || all(condition, 'named_expression').length > 0) return refuse('The condition of the step may not be asked twice or earlier.');
  if (run.some((node) => all(node, 'break_statement', 'continue_statement', 'return_statement').some((exit) => loopsAround(module, exit)[0]?.id() === loop.loop?.id()))) return refuse('The loop may go on or end between the forward and the backward pass.');
  const context = spelled(module, 'contextlib.nullcontext');
  const name = module.names(module.root).names.fresh('is_boundary');
  const indent = ' '.repeat(first.range().start.column);
  const edits = indentedUnder(module, run, `${name} = ${condition.text()}\n${indent}with ${context.text}() if ${name} else ${model.text()}.no_sync():`);
  if (edits === null) return refuse('The statements cannot be indented without changing a text.');
  return [{ title: `send gradients only where \`${condition.text()}\` holds`, line, edits: [...edits, replaced(module, condition, name), ...context.edits] }];
}

/** Whether what is called is a DistributedDataParallel in every run: wrapped under a name that it goes by, and not only under a condition. */
function isParallel(program: TorchProgram, { module }: TrainingLoop, callee: SgNode | null): boolean {
  if (callee === null || !(callee.kind() === 'identifier' || /^self\.\w+$/.test(callee.text())) || module.pathOf(callee) !== null) return false;
  const names = new Set<string>();
  originsOf(program, { module, node: callee }, (step) => {
    if (step.node.kind() === 'identifier' || step.node.kind() === 'attribute') names.add(`${step.module.file} ${step.node.text()}`);
  });
  const wrappings = program.modules.flatMap((one) => one.calls([wrapper]).filter((call) => names.has(`${one.file} ${call.parent()?.kind() === 'assignment' ? (call.parent()?.field('left')?.text() ?? '') : ''}`)));
  return wrappings.length > 0 && wrappings.every((call) => ancestorWhere(call, (at) => at.kind() === 'if_statement' || at.kind() === 'conditional_expression') === null);
}
