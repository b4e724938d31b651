import type { SgNode } from '@ast-grep/napi';
import type { Refusal, Rewrite } from '../recipes/recipe.js';
import { all, lineOf, parts, same, within } from '../source/tree.js';
import { argument, callArguments, methodOf } from './call.js';
import { modelsAround, varyingShapes } from './convolutions.js';
import { compiledAt } from './compiled-model.js';
import { mayBeAbout } from './finding-topics.js';
import { modelMade } from './made-model.js';
import { isModelValue } from './model-calls.js';
import { methodIn } from './models.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';
import { spelled } from './names-in-scope.js';
import { isPointedAt, pointedStatement } from './pointed.js';
import { mention, placeText } from './settings.js';
import { indentOf, linesBefore, loopsAround, owned, replaced, statementOf, withKeyword } from './statements.js';
import { isBefore } from './torch-version.js';
import { trainingLoopsAt } from './training-loop.js';

/** How to compile the model of a program, by default or in a mode; or why not. */
export function compileAnswers(program: TorchProgram, mode: 'reduce-overhead' | null): (Rewrite | Refusal)[] {
  const { line } = program;
  if (!mayBeAbout(program, 'launches', 'attention')) return [];
  const refuse = (reason: string): Refusal[] => [{ line, reason }];
  const weights = loopOverWeights(program);
  if (weights !== null) return refuse(`The loop in line ${lineOf(weights)} goes over the weights, which is no part of the model that is compiled.`);
  if (isBefore(program.versions, [2, 0])) return refuse('`torch.compile` came with PyTorch 2.0, and the repository asks for an older one.');
  if (program.modules.every(({ source }) => !source.includes('cuda'))) return refuse('The program does not use CUDA, as far as can be seen.');
  const twice = differentiatedTwice(program);
  if (twice !== null) return refuse(`Gradients are themselves differentiated in ${placeText(twice)}, which a compiled model does not support.`);
  const varying = varyingShapes(program);
  if (varying !== null) return refuse(`Inputs may differ in size, and each new size would compile again: line ${lineOf(varying.node)} of ${varying.module.file}.`);
  const shapes = mode === null ? null : (varyingReason(program) ?? keptOutput(program));
  if (shapes !== null) return refuse(shapes);
  const done = compiledCall(program);
  if (done !== null && mode !== null && !callArguments(done.node).keywords.has('mode') && !callArguments(done.node).keywords.has('options')) {
    return [{ title: `launch the compiled model as CUDA graphs${inFile(program, done.module)}`, line, edits: [withKeyword(done.module, done.node, `mode='${mode}'`)], alternative: 'compile' }];
  }
  const before = done ?? mention(program, /^(?:.*\.)?(?:compile|jit\.script|jit\.trace|make_graphed_callables|CUDAGraph)$/);
  if (before !== null) return refuse(`The program compiles already, in ${'node' in before ? placeText({ module: before.module, line: lineOf(before.node) }) : placeText(before)}.`);
  const breaks = graphBreak(program);
  if (breaks !== null) return refuse(`\`forward\` would not compile as one graph: line ${lineOf(breaks.node)} of ${breaks.module.file} says \`${breaks.node.text()}\`.`);
  const made = modelMade(program);
  if (made === null) {
    const local = mode === null ? compiledHere(program) : null;
    return local ?? refuse('It cannot be seen where the one model is made.');
  }
  const { module, name, after } = made;
  const options = mode === null ? '' : `mode='${mode}'`;
  const compiled = compiledAt(program, made, options);
  if ('reason' in compiled) return refuse(compiled.reason);
  return [{ title: `compile \`${name}\`${mode === null ? '' : ' and launch it as CUDA graphs'}${inFile(program, module)}`, line: lineOf(after), edits: compiled.edits, alternative: 'compile' }];
}

/** Where gradients of gradients are asked for: penalties, physics, meta-learning, influence. */
function differentiatedTwice(program: TorchProgram): { module: PyModule; line: number } | null {
  for (const module of program.modules) {
    const keyword = all(module.root, 'keyword_argument').find((one) => one.field('name')?.text() === 'create_graph' && one.field('value')?.text() !== 'False');
    const call = all(module.root, 'call').find((one) => {
      const path = module.pathOf(one.field('function')) ?? '';
      return /^(?:torch\.func|functorch)\.|^torch\.autograd\.(?:functional\.\w+|forward_ad\.\w+|gradgradcheck)$/.test(path) || (path === 'torch.autograd.grad' && callArguments(one).positional[4] !== undefined && callArguments(one).positional[4]?.text() !== 'False');
    });
    const found = keyword ?? call;
    if (found !== undefined) return { module, line: lineOf(found) };
  }
  return null;
}

/** The loop over parameters that the finding's line stands in. */
function loopOverWeights(program: TorchProgram): SgNode | null {
  const statement = pointedStatement(program);
  return statement === null ? null : ([...(statement.kind() === 'for_statement' ? [statement] : []), ...loopsAround(program.module, statement)].find((loop) => /\.(?:named_)?parameters\(|state_dict\(/.test(loop.field('right')?.text() ?? '')) ?? null);
}

/** The model that the finding's line calls in a loop of its function, under a name that is given to the function: compiled there, only for these calls. */
function compiledHere(program: TorchProgram): Rewrite[] | null {
  const { module, scope } = program;
  const call = owned(module, scope, 'call').find((one) => one.field('function')?.kind() === 'identifier' && isPointedAt(program, statementOf(one)) && isModelValue(program, { module, node: one.field('function') ?? one }));
  const callee = call?.field('function') ?? null;
  const loop = call === undefined ? undefined : loopsAround(module, call).at(-1);
  if (callee === null || loop === undefined || scope.kind() !== 'function_definition' || indentOf(module, loop) === null) return null;
  const uses = module.uses(scope, callee.text());
  if (uses.some(({ role, deferred }) => role === 'write' || role === 'foreign' || deferred) || !uses.some(({ role }) => role === 'declare')) return null;
  const calls = uses.map(({ node }) => node).filter((node) => within(node, loop) && node.parent()?.kind() === 'call' && same(node.parent()?.field('function') ?? null, node));
  const { text, edits } = spelled(module, 'torch.compile');
  const compiled = module.names(module.root).names.fresh(`compiled_${callee.text()}`);
  return [{ title: `compile \`${callee.text()}\` for the loop`, line: lineOf(loop), edits: [linesBefore(module, loop, [`${compiled} = ${text}(${callee.text()})`]), ...calls.map((node) => replaced(module, node, compiled)), ...edits], alternative: 'compile' }];
}

const inFile = (program: TorchProgram, module: PyModule): string => (module === program.module ? '' : ` in ${module.file}`);

function compiledCall(program: TorchProgram): Located | null {
  for (const module of program.modules) {
    const call = module.calls(['torch.compile'])[0] ?? all(module.root, 'call').find((node) => methodOf(node)?.method === 'compile' && module.pathOf(node.field('function')) === null);
    if (call !== undefined) return { module, node: call };
  }
  return null;
}

/** What `forward` of a model of the program does that ends a graph. */
function graphBreak(program: TorchProgram): Located | null {
  for (const { module, node } of modelsAround(program)) {
    const forward = methodIn(node, 'forward');
    const found = forward === null ? undefined : all(forward, 'call').find((call) => ['item', 'tolist', 'numpy', 'cpu', 'nonzero'].includes(methodOf(call)?.method ?? '') || call.field('function')?.text() === 'print');
    if (found !== undefined) return { module, node: found };
  }
  return null;
}

/** Why inputs may have several shapes. */
function varyingReason(program: TorchProgram): string | null {
  for (const module of program.modules) {
    const loader = module.calls(['torch.utils.data.DataLoader', 'torch.utils.data.dataloader.DataLoader']).find((call) => argument(call, 'drop_last')?.text() !== 'True' && !/test|val|eval/.test(statementOf(call).text().split('=')[0] ?? ''));
    if (loader !== undefined) return `The last batch may be smaller: the loader in line ${lineOf(loader)} of ${module.file} does not drop it.`;
    const generation = all(module.root, 'call').find((call) => call.text().startsWith('torch.cat') && /\b(?:idx|tokens|ids|input_ids|generated)\b/.test(call.text()) && loopsAround(module, call).length > 0);
    if (generation !== undefined && module.scopeOf(generation).id() === program.scope.id()) return `The input grows in line ${lineOf(generation)}.`;
  }
  const hasLoader = program.modules.some((module) => module.calls(['torch.utils.data.DataLoader', 'torch.utils.data.dataloader.DataLoader']).length > 0);
  const unknown = trainingLoopsAt(program).find(({ loop }) => loop?.kind() === 'for_statement' && !/\brange\(|\bcount\(/.test(loop.field('right')?.text() ?? ''));
  return unknown === undefined || hasLoader ? null : `It cannot be seen that all batches of the loop in line ${lineOf(unknown.region)} of ${unknown.module.file} have one shape.`;
}

/** A list in a loop of training that outputs go to as they are. */
function keptOutput(program: TorchProgram): string | null {
  for (const module of program.modules) {
    const kept = all(module.root, 'call').find((call) => methodOf(call)?.method === 'append' && loopsAround(module, call).length > 0 && /^(?:out|outputs?|logits|loss|preds?|features?)(?:\.detach\(\))?$/.test(parts(call.field('arguments') ?? call)[0]?.text() ?? ''));
    if (kept !== undefined) return `Line ${lineOf(kept)} of ${module.file} keeps an output, which the next step would write over.`;
  }
  return null;
}

