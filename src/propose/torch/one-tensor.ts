import { all, same } from '../source/tree.js';
import { methodOf } from './call.js';
import { dataKind } from './data-kind.js';
import { sourcesOf } from './flow.js';
import { classOf, isModule, methodIn } from './models.js';
import { originsOf } from './origins.js';
import type { Located, TorchProgram } from './program.js';

/** Attributes and methods that tensors have, and lists, tuples and dicts do not. */
const ofTensors = /^(?:size|shape|dim|ndim|device|dtype|argmax|argmin|softmax|log_softmax|sigmoid|detach|float|half|long|cpu|cuda|view|reshape|flatten|squeeze|unsqueeze|mean|sum|max|min|norm|topk|sort|permute|transpose|norm|abs|exp|log|round|clamp|numel|requires_grad|data|backward)$/;

/** Whether a value is one tensor for sure, and no list or tuple of several: by what makes it, what a model's `forward` returns, or what else is done with it. */
export function isOneTensor(program: TorchProgram, value: Located, depth = 0): boolean {
  if (dataKind(program, value) === 'tensor') return true;
  const { module, node } = value;
  const used = node.kind() === 'identifier' && module.uses(module.scopeOf(node), node.text()).some((use) => { const around = use.node.parent(); return around?.kind() === 'attribute' && same(around.field('object'), use.node) && ofTensors.test(around.field('attribute')?.text() ?? ''); });
  if (used || hasTensorStep(program, value)) return true;
  const sources = sourcesOf(program, value);
  return sources.length > 0 && sources.every((source) => isTensorSource(program, source, depth));
}

/** Whether a method that only tensors have is called on the way: `model(x).float()`. */
function hasTensorStep(program: TorchProgram, value: Located): boolean {
  let found = false;
  originsOf(program, value, ({ node }) => {
    const method = methodOf(node)?.method ?? '';
    found ||= ofTensors.test(method) && !['cpu', 'cuda', 'float', 'half', 'max', 'min'].includes(method);
    // A module has `float`, too, but is called before its value is.
    found ||= ['float', 'half', 'cpu', 'cuda'].includes(method) && methodOf(node)?.receiver.kind() === 'call';
  });
  return found;
}

function isTensorSource(program: TorchProgram, source: Located, depth: number): boolean {
  const { module, node } = source;
  if (node.kind() === 'binary_operator') return true;
  if (node.kind() !== 'call' || depth > 3) return false;
  const path = module.pathOf(node.field('function')) ?? '';
  if (/^torch\.(?!load$|split$|chunk$|unbind$|utils\.)/.test(path)) return true;
  const method = methodOf(node);
  if (method !== null && path === '' && ofTensors.test(method.method) && !/^(?:max|min|sort|topk)$/.test(method.method)) return true;
  // A model: what its `forward` returns.
  const callee = node.field('function');
  const owner = callee === null ? null : classOf(program, { module, node: callee });
  const forward = owner === null || !isModule(program, owner) ? null : methodIn(owner.node, 'forward');
  if (owner === null || forward === null) return false;
  const returned = all(forward, 'return_statement').filter((one) => same(owner.module.scopeOf(one), forward)).flatMap((one) => one.namedChildren());
  return returned.length > 0 && returned.every((one) => !['tuple', 'expression_list', 'list', 'dictionary'].includes(String(one.kind())) && (['call', 'binary_operator'].includes(String(one.kind())) ? !isPlainName(one.text()) : isOneTensor(program, { module: owner.module, node: one }, depth + 1)));
}

/** A call of which nothing is known: `build(x)`. Parts of a model, `self.head(x)`, give tensors. */
const isPlainName = (text: string): boolean => /^(?!torch|F\.|self\.)\w+\(/.test(text);
