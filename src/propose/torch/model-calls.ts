import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, parts } from '../source/tree.js';
import { methodOf } from './call.js';
import { methodDefinition } from './callers.js';
import { isWithoutGradients } from './grad-mode.js';
import { attributeValue, isModule, methodIn } from './models.js';
import type { PyModule } from './module.js';
import { originsOf } from './origins.js';
import type { Located, TorchProgram } from './program.js';
import { owned } from './statements.js';

/** What people call their models; the last part of a name. */
const modelName = /^(?:\w*_)?(?:model|net|network|nets|encoder|decoder|autoencoder|backbone|generator|discriminator|critic|actor|policy|classifier|regressor|module|ema|teacher|student|expert|oracle|unet|vae|gpt|bert|transformer|lstm|rnn|gru|resnet|cnn|mlp|gnn|gcn|predictor|forecaster|denoiser|embedder|featurizer|probe|qnet|dqn|online|target|vgg|detector|segmenter|reranker|vocoder|vqvae|enc|dec)(?:_(?:ema|online|target|old|ref|\d+)|[A-Z\d]\w{0,4})?$|(?:Net|Model)$|^net[A-Z]$|^[GD](?:_[A-Z\d])?$/;
/** Makers of models that are no classes of `torch.nn`. */
const makers = /^(?:torchvision\.models\.(?!.*(?:Weights|weights)\b)|timm\.create_model|torch\.hub\.load$|torch\.jit\.(?:load|script|trace)$|segmentation_models_pytorch\.|transformers\.\w*Model\w*\.from_(?:pretrained|config)$|torch\.nn\.(?!functional|init|utils|parallel|parameter|Parameter|\w*Loss\b)[A-Z])/;
/** What gives a model for a model. */
const copiers = /^(?:copy\.(?:deepcopy|copy)|torch\.optim\.swa_utils\.AveragedModel|timm\.utils\.\w*ModelEma\w*)$/;
/** Methods of models of other packages that run them. */
const running = new Set(['forward', 'module', 'generate', 'encode', 'decode', 'predict', 'validation_step', 'test_step', 'predict_step', 'eval_step', 'valid_step', 'predict_proba', 'forward_features', 'sample', 'embed', 'encode_image', 'encode_text', 'get_text_features', 'get_image_features', 'reconstruct', 'act', 'get_action', 'transcribe', 'infer', 'inference']);

/** Whether an expression is a model: by where it comes from, its annotation, or, where that is not seen, its name. */
export function isModelValue(program: TorchProgram, value: Located, depth = 0): boolean {
  if (value.module.pathOf(value.node) !== null || depth > 3) return false;
  const node = value.node.kind() === 'subscript' ? (value.node.field('value') ?? value.node) : value.node;
  if (isAnnotated(value.module, node)) return true;
  const origins = originsOf(program, { module: value.module, node });
  const known = origins.filter((origin) => origin.node.kind() === 'call');
  if (known.some((origin) => isMade(program, origin, depth))) return true;
  const name = node.text().split('.').at(-1) ?? '';
  const isFunction = node.kind() === 'identifier' && value.module.definition(node.text()) !== null;
  return known.length === 0 && !isFunction && /^(?:\w+\.)*\w+$/.test(node.text()) && (modelName.test(name) || modelName.test(name.replace(/s$/, '')) || isUsedAsModel(value.module, node.text()));
}

/** Whether the file asks for its parameters, or sets it to train or evaluate. */
function isUsedAsModel(module: PyModule, name: string): boolean {
  return new RegExp(`(?:^|[^\\w.])${name.replaceAll('.', '\\.')}\\.(?:parameters|named_parameters|state_dict|load_state_dict|eval|train)\\(`, 'm').test(module.source);
}

/** Whether a call makes a model: of a class, of a package, or by a function that returns one. */
export function isMade(program: TorchProgram, { module, node }: Located, depth = 0): boolean {
  const path = module.pathOf(node.field('function'));
  if (path !== null && makers.test(path)) return true;
  const [copied] = path !== null && copiers.test(path) ? parts(node.field('arguments') ?? node) : [];
  if (copied !== undefined) return copied.kind() === 'call' ? isMade(program, { module, node: copied }, depth + 1) : isModelValue(program, { module, node: copied }, depth + 1);
  const made = program.definitionOf(module, node.field('function')) ?? (node.field('function')?.kind() === 'attribute' ? methodDefinition(program, { module, node: node.field('function') as SgNode }) : null);
  if (made === null) return path !== null && path.startsWith('transformers.') && path.includes('Model');
  if (made.node.kind() === 'class_definition') return isModule(program, made);
  const returned = owned(made.module, made.node, 'return_statement').flatMap((statement) => parts(statement)[0] ?? []);
  return returned.length > 0 && returned.every((found) => (found.kind() === 'call' ? originsOf(program, { module: made.module, node: found }).some((origin) => origin.node.kind() === 'call' && isMade(program, origin, depth + 1)) : isModelValue(program, { module: made.module, node: found }, depth + 1)));
}

/** `model: nn.Module` of a parameter. */
function isAnnotated(module: PyModule, node: SgNode): boolean {
  if (node.kind() !== 'identifier') return false;
  const scope = module.scopeOf(node);
  return scope.kind() === 'function_definition' && parts(scope.field('parameters') ?? scope).some((parameter) => (parameter.kind() === 'typed_parameter' || parameter.kind() === 'typed_default_parameter') && (parameter.field('name') ?? parameter.namedChildren()[0])?.text() === node.text() && /\bModule\b|Model\b/.test(parameter.field('type')?.text() ?? ''));
}

/**
 * The calls in a region that run a model while gradients are recorded: of the model itself, of a method that runs it, or of
 * functions of the repository that do.
 */
export function recordingModelCalls(program: TorchProgram, module: PyModule, region: SgNode, depth = 0): SgNode[] {
  const evaluated = new Set(owned(module, module.scopeOf(region), 'call').concat(owned(module, region, 'call')).filter((call) => methodOf(call)?.method === 'eval').map((call) => methodOf(call)?.receiver.text() ?? ''));
  return owned(module, region, 'call').filter((call) => runsModel(program, module, call, evaluated, depth) && !isWithoutGradients(module, call));
}

function runsModel(program: TorchProgram, module: PyModule, call: SgNode, evaluated: ReadonlySet<string>, depth: number): boolean {
  const callee = call.field('function');
  if (callee === null || module.pathOf(callee) !== null) return false;
  const text = callee.text();
  if (evaluated.has(text) || (/\.(?:forward|module)$/.test(text) && evaluated.has(text.replace(/\.\w+$/, '')))) return true;
  if (text === 'self') return ownerIsModel(program, module, callee);
  if (!/^[\w.]+(?:\[[^\]]*\])?$/.test(text)) return false;
  if (isModelValue(program, { module, node: callee })) return true;
  const definition = program.definitionOf(module, callee) ?? (callee.kind() === 'attribute' ? methodDefinition(program, { module, node: callee }) : null);
  if (definition !== null) return definition.node.kind() === 'function_definition' && depth < 2 && runsIts(program, definition, depth);
  const method = methodOf(call);
  return method !== null && running.has(method.method) && isModelValue(program, { module, node: method.receiver });
}

/** Whether a function or method runs a model, or its own layers, while gradients are recorded. */
function runsIts(program: TorchProgram, definition: Located, depth: number): boolean {
  if (recordingModelCalls(program, definition.module, definition.node, depth + 1).length > 0) return true;
  const owner = ancestorWhere(definition.node, (at) => at.kind() === 'class_definition');
  if (owner === null || !isModule(program, { module: definition.module, node: owner }) || methodIn(owner, definition.node.field('name')?.text() ?? '') === null) return false;
  return all(definition.node, 'call').some((call) => /^self\.\w+$/.test(call.field('function')?.text() ?? '') && attributeValue(owner, call.field('function')?.field('attribute')?.text() ?? '')?.kind() === 'call' && !isWithoutGradients(definition.module, call));
}

function ownerIsModel(program: TorchProgram, module: PyModule, node: SgNode): boolean {
  const owner = ancestorWhere(node, (at) => at.kind() === 'class_definition');
  return owner !== null && isModule(program, { module, node: owner });
}
