import type { SgNode } from '@ast-grep/napi';
import { all, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { methodOf } from '../../torch/call.js';
import { collectiveOnLine } from '../../torch/collectives.js';
import { lastPart } from '../../torch/last-part.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import { isDdpCall, parallelRun } from '../../torch/parallel-model.js';
import type { TorchProgram } from '../../torch/program.js';
import { indentedUnder, loopsAround, owned, replaced, statementOf } from '../../torch/statements.js';
import { decisionBehind, type Decision } from '../../torch/step-decision.js';
import { trainingLoopsAt, type TrainingLoop } from '../../torch/training-loop.js';
import type { Refusal, Rewrite, TextEdit, TorchRecipe } from '../recipe.js';

export const noSync: TorchRecipe = {
  family: 'torch',
  name: 'no-sync',
  languages: ['python'],
  category: 'communication',
  title: 'Send gradients to the other ranks only in the part of a step that the optimizer follows (`model.no_sync()`)',
  evidence: { findings: ['C6', 'C1'], text: 'Several all-reduces of all gradients for one step of the optimizer, with nothing else running.' },
  condition: 'The model is a DistributedDataParallel. Either the loop steps the optimizer only where a condition holds that the forward and backward pass do not change, and the same condition decides what is sent; or an inner loop goes over the parts of a step, and its last part sends. Gradients that are left over stay for the next step. Nothing else in the loop reads a gradient, and the optimizer steps nowhere else.',
  risk: 'Each rank holds gradients of its own between steps: code that reads them there sees others than before.',
  expected: 'The communication of all parts of a step but one.',
  references: ['https://pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html#torch.nn.parallel.DistributedDataParallel.no_sync'],
  changesResults: 'rounding',
  apply: (program) => loopsAt(program).flatMap((loop) => answerOf(program, loop)),
};

/** The loops of the finding's function, or all that call a model's `forward`; none where its line is another collective. */
function loopsAt(program: TorchProgram): TrainingLoop[] {
  if (collectiveOnLine(program) !== null) return [];
  const loops = trainingLoopsAt(program);
  const own = loops.filter(({ module, region }) => module === program.module && (within(region, program.scope) || same(module.scopeOf(region), program.scope)));
  return own.length > 0 ? own : loops;
}

const optimizerName = /optim|^(?:self\.)?opt\w?$|scaler/i;

function answerOf(program: TorchProgram, loop: TrainingLoop): (Rewrite | Refusal)[] {
  const { module } = loop;
  const [backward, ...others] = loop.backward;
  if (backward === undefined || !program.modules.some((one) => all(one.root, 'call').some((node) => isDdpCall({ module: one, node })))) return [];
  const line = lineOf(backward);
  const refuse = (reason: string): Refusal[] => [{ line, reason }];
  if (all(module.root, 'attribute').some((node) => /^(?:no_sync|require_backward_grad_sync)$/.test(node.field('attribute')?.text() ?? ''))) return refuse('The program decides already when gradients are sent.');
  if (loop.loop === null) return refuse('It is not seen in which loop the step is.');
  const statement = statementOf(backward);
  const block = statement.parent();
  const siblings = block === null ? [] : parts(block);
  const forward = siblings.filter((node) => startOf(node) <= startOf(statement)).flatMap((node) => all(node, 'call').filter((call) => endOf(call) <= endOf(backward)).flatMap((call) => {
    const run = parallelRun(program, { module, node: call });
    return run === null || same(call, backward) ? [] : [{ call, ...run }];
  }))[0];
  if (others.length > 0) return refuse('Several backward passes stand in one loop: which one is the last of a step cannot be seen.');
  const decision = decisionBehind(loop, statement);
  const inner = decision === null ? innerLoop(loop) : null;
  if (decision === null && inner === null) return refuse('The optimizer steps after each backward pass: no part of a step goes without it.');
  if (forward === undefined) return refuse('It cannot be seen where the DistributedDataParallel model is called in the loop.');
  const first = siblings.find((node) => within(forward.call, node)) ?? statement;
  const run = siblings.filter((node) => startOf(node) >= startOf(first) && startOf(node) <= startOf(statement));
  const step = decision?.node ?? inner ?? loop.loop;
  const reason = whyNot(loop, { first, step, decision, inner });
  if (reason !== null) return refuse(reason);
  if (run.some((node) => all(node, 'break_statement', 'continue_statement', 'return_statement').some((exit) => loopsAround(module, exit)[0]?.id() === loop.loop?.id()))) return refuse('The loop may go on or end between the forward and the backward pass.');
  const boundary = decision === null ? lastOf(module, loop.loop) : ofDecision(module, decision);
  if (boundary === null) return refuse('It cannot be seen which part of a step is its last.');
  const context = spelled(module, 'contextlib.nullcontext');
  const waits = forward.parallel === 'always' ? `${forward.text}.no_sync()` : `getattr(${forward.text}, 'no_sync', ${context.text})()`;
  const indent = module.source.slice(module.source.lastIndexOf('\n', startOf(first) - 1) + 1, startOf(first));
  const head = boundary.name === null ? '' : `${boundary.name} = ${boundary.condition}\n${indent}`;
  const edits = indentedUnder(module, run, `${head}with ${boundary.negated === null ? `${context.text}() if ${boundary.name ?? boundary.condition} else ${waits}` : `${waits} if ${boundary.negated} else ${context.text}()`}:`);
  if (edits === null) return refuse('The statements cannot be indented without changing a text.');
  return [{ title: `send gradients only where \`${boundary.condition}\` holds`, line, edits: [...edits, ...boundary.edits, ...context.edits] }];
}

interface Boundary {
  condition: string;
  /** A name for it where the step asks for it again. */
  name: string | null;
  /** What holds in the other parts, if that is how the loop asks. */
  negated: string | null;
  edits: TextEdit[];
}

function ofDecision(module: PyModule, decision: Decision): Boundary | null {
  if (!decision.isAsked) return { condition: decision.condition, name: null, negated: decision.negated, edits: [] };
  const name = module.names(module.root).names.fresh('is_boundary');
  return { condition: decision.condition, name, negated: null, edits: [replaced(module, decision.asked, name)] };
}

function lastOf(module: PyModule, loop: SgNode): Boundary | null {
  const last = lastPart(module, loop);
  return last === null ? null : { condition: last.condition, name: null, negated: null, edits: last.edits };
}

/** The loop itself, where an optimizer steps behind it for all of its parts together. */
function innerLoop({ module, loop }: TrainingLoop): SgNode | null {
  if (loop === null) return null;
  const siblings = parts(loop.parent() ?? loop);
  const after = siblings.slice(siblings.findIndex((node) => same(node, loop)) + 1);
  const isStep = (call: SgNode): boolean => methodOf(call)?.method === 'step' && optimizerName.test(methodOf(call)?.receiver.text() ?? '');
  const isOwnStep = owned(module, loop, 'call').some(isStep);
  return !isOwnStep && after.some((statement) => all(statement, 'call').some(isStep)) ? loop : null;
}

/** Why parts may not go without each other's gradients. */
function whyNot(loop: TrainingLoop, { first, step, decision, inner }: { first: SgNode; step: SgNode; decision: Decision | null; inner: SgNode | null }): string | null {
  const { module, region } = loop;
  const isOutside = (node: SgNode): boolean => (inner === null ? !decision?.taken.some((one) => within(node, one)) : within(node, inner));
  if (inner === null) {
    const stray = owned(module, module.scopeOf(region), 'call').find((call) => methodOf(call)?.method === 'step' && optimizerName.test(methodOf(call)?.receiver.text() ?? '') && isOutside(call));
    if (stray !== undefined) return `The optimizer also steps in line ${lineOf(stray)}, with gradients that would not have been sent.`;
  } else if (all(inner, 'break_statement', 'continue_statement', 'return_statement').length > 0) return 'The loop over the parts of a step may end early.';
  const reader = all(region, 'call').find((call) => /clip_grad|\.unscale_$|\.zero_grad$/.test(call.field('function')?.text() ?? '') && isOutside(call)) ?? all(region, 'attribute').find((node) => node.field('attribute')?.text() === 'grad' && isOutside(node));
  if (reader !== undefined) return `Line ${lineOf(reader)} reads gradients outside of the part that the optimizer steps in.`;
  if (decision === null) return null;
  const changed = decision.changes.find((node) => startOf(node) >= startOf(first) && startOf(node) < startOf(step));
  return changed === undefined ? decision.reason : `Line ${lineOf(changed)} changes what the condition of the step is made of.`;
}
