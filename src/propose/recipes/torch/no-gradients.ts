import type { SgNode } from '@ast-grep/napi';
import { lineOf, startOf } from '../../source/tree.js';
import { methodOf } from '../../torch/call.js';
import { callsEval, gradientsUsed, isDecorated, isEvaluation, isWithoutGradients, keepsTensors, switchesGradients } from '../../torch/grad-mode.js';
import { trainingCallee, trainingUser, trains } from '../../torch/gradient-flow.js';
import { mayCacheTensors } from '../../torch/inference-tensors.js';
import { classOf, isModule, methodIn } from '../../torch/models.js';
import type { PyModule } from '../../torch/module.js';
import { spelled } from '../../torch/names-in-scope.js';
import type { TorchProgram } from '../../torch/program.js';
import { indentedUnder, linesBefore, loopsAround, owned } from '../../torch/statements.js';
import type { Refusal, Rewrite, TorchRecipe } from '../recipe.js';

export const noGradients: TorchRecipe = {
  family: 'torch',
  name: 'no-gradients',
  languages: ['python'],
  category: 'device-work',
  title: 'Evaluate without recording for gradients: `torch.inference_mode()`, or `torch.no_grad()` where tensors live on',
  evidence: { findings: ['C5', 'C1', 'C2', 'C3-allocation-churn', 'H'], text: 'Time or memory in code that evaluates or predicts.' },
  condition: 'The code calls a model after `.eval()`, or the repository trains nothing and the code is named for evaluation or prediction or only predicts. It takes no gradients itself, is no method of a model, and no `forward` or code that trains is given its tensors, by other functions neither. `inference_mode` is used only where no tensor outlives the code, since such a tensor can never be used in a backward pass: no model around assigns to itself outside of `__init__`, and where the repository trains, the models are its own or those of PyTorch.',
  risk: 'A caller outside of the repository may take gradients through what is returned.',
  expected: 'Less memory, and a tenth or more of the host time of a forward pass.',
  references: ['https://pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation', 'https://pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html'],
  apply(program) {
    const { module, scope } = program;
    const isFunction = scope.kind() === 'function_definition';
    const trains = gradientsUsed(module, scope);
    if (isFunction && trains === null) return wholeFunction(program);
    return evaluationLoops(program);
  },
};

function wholeFunction(program: TorchProgram): (Rewrite | Refusal)[] {
  const { module, scope } = program;
  const name = scope.field('name')?.text() ?? '';
  const model = modelCall(program, scope);
  const line = lineOf(scope);
  if (model === null || (!isEvaluation(module, scope) && !onlyPredicts(program))) return [];
  if (isDecorated(module, scope) || switchesGradients(module, scope) !== null) return [{ line, reason: `\`${name}\` runs without gradients already.` }];
  const callers = program.callersOf({ module, node: scope });
  if (callers.length > 0 && callers.every((call) => isWithoutGradients(call.module, call.node))) return [{ line, reason: `All callers of \`${name}\` run without gradients already.` }];
  if (owned(module, scope, 'yield').length > 0) return [{ line, reason: `\`${name}\` is a generator: the mode would change for its caller between two values.` }];
  const owner = owningClass(scope);
  if (owner !== null && isModelClass(program, owner)) return [{ line, reason: `\`${name}\` is a method of a model, which training may call too.` }];
  const callee = trainingCallee(program, module, scope);
  if (callee !== null) return [{ line, reason: `\`${name}\` calls \`${callee}\`, which takes gradients.` }];
  const keeps = keepsTensors(module, scope);
  const training = keeps ? trainingUser(program, scope) : null;
  if (training !== null) return [{ line, reason: `Gradients may be taken through what \`${name}\` returns: line ${lineOf(training.node)} of ${training.module.file} uses it in a forward pass or in code that trains.` }];
  if (!callsEval(module, scope) && trains(program)) return [{ line, reason: `\`${name}\` does not call \`.eval()\`, and the repository trains: gradients may be taken through it.` }];
  const mode = spelled(module, keeps || mayCacheTensors(program, module, [model]) ? 'torch.no_grad' : 'torch.inference_mode');
  // Innermost, so that other decorators see the function as before.
  return [{ title: `run \`${name}\` without recording for gradients`, line, edits: [linesBefore(module, scope, [`@${mode.text}()`]), ...mode.edits] }];
}

/** Whether the files around call `.eval()` and the repository trains nothing. */
function onlyPredicts(program: TorchProgram): boolean {
  return !trains(program) && program.modules.some(({ source }) => /\.eval\(\)/.test(source));
}

/** A `torch.nn.Module`, or what looks like one: it has a `forward`, or a base from elsewhere is named so. */
function isModelClass(program: TorchProgram, node: SgNode): boolean {
  return isModule(program, { module: program.module, node }) || methodIn(node, 'forward') !== null || /(?:Module|Model)\b/.test(node.field('superclasses')?.text() ?? '');
}

/** The loops of a scope that also trains, or of a script, that call a model after `model.eval()`. */
function evaluationLoops(program: TorchProgram): (Rewrite | Refusal)[] {
  const { module, scope } = program;
  const calls = owned(module, scope, 'call');
  const modes = calls.filter((call) => ['eval', 'train'].includes(methodOf(call)?.method ?? '') && methodOf(call)?.receiver.kind() !== 'call');
  const loops = new Map<number, { loop: SgNode; models: SgNode[] }>();
  for (const call of calls) {
    const last = modes.findLast((mode) => startOf(mode) < startOf(call) && methodOf(mode)?.receiver.text() === call.field('function')?.text());
    if (last === undefined || methodOf(last)?.method !== 'eval') continue;
    const loop = loopsAround(module, call).filter((around) => startOf(around) > startOf(last)).at(-1);
    if (loop !== undefined) loops.set(startOf(loop), { loop, models: [...(loops.get(startOf(loop))?.models ?? []), call] });
  }
  return [...loops.values()].flatMap(({ loop, models }): (Rewrite | Refusal)[] => {
    const line = lineOf(loop);
    if (isWithoutGradients(module, loop) || switchesGradients(module, loop) !== null) return [{ line, reason: 'The loop runs without gradients already.' }];
    const trains = gradientsUsed(module, loop);
    if (trains !== null) return [{ line, reason: `Line ${lineOf(trains)} takes gradients.` }];
    const callee = trainingCallee(program, module, loop);
    if (callee !== null) return [{ line, reason: `The loop calls \`${callee}\`, which takes gradients.` }];
    const mode = spelled(module, keepsTensors(module, loop) || mayCacheTensors(program, module, models) ? 'torch.no_grad' : 'torch.inference_mode');
    const edits = indentedUnder(module, [loop], `with ${mode.text}():`);
    return edits === null ? [] : [{ title: 'evaluate without recording for gradients', line, edits: [...edits, ...mode.edits] }];
  });
}

/** A call of a model in a function: of what `.eval()` is called on, of an instance of a model's class, or of `self` in one. */
function modelCall(program: TorchProgram, scope: SgNode): SgNode | null {
  const { module } = program;
  const calls = owned(module, scope, 'call');
  const evaluated = new Set(calls.filter((call) => methodOf(call)?.method === 'eval').map((call) => methodOf(call)?.receiver.text() ?? ''));
  return calls.find((call) => isModelCall(program, module, call, evaluated)) ?? null;
}

function isModelCall(program: TorchProgram, module: PyModule, call: SgNode, evaluated: ReadonlySet<string>): boolean {
  const callee = call.field('function');
  if (callee === null || module.pathOf(callee) !== null) return false;
  const text = callee.text().replace(/\.forward$/, '');
  if (evaluated.has(text)) return true;
  if (text === 'self') {
    const owner = owningClass(callee);
    return owner !== null && isModule(program, { module, node: owner });
  }
  if (!/^(?:self\.)?\w+$/.test(text)) return false;
  const found = classOf(program, { module, node: callee });
  return found === null ? /(?:^|[._])(?:model|net|network|encoder|decoder|backbone)$/.test(text) && module.definition(text) === null : isModule(program, found);
}

function owningClass(node: SgNode): SgNode | null {
  for (let at = node.parent(); at !== null; at = at.parent()) if (at.kind() === 'class_definition') return at;
  return null;
}
