import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, parts, same } from '../source/tree.js';
import { callArguments, methodOf } from './call.js';
import { isModule, methodIn } from './models.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';

/** What an object is still a part of, or the same as, when it stands in it. */
const around = new Set(['parenthesized_expression', 'list', 'tuple', 'list_comprehension', 'generator_expression', 'conditional_expression', 'dictionary', 'pair', 'keyword_argument', 'list_splat', 'dictionary_splat', 'expression_list']);
const settings = new Set(['train', 'eval', 'half', 'float', 'double', 'bfloat16', 'requires_grad_', 'apply']);
const deepest = 6;

/** Whether the files around show that an object of the class, or that a function makes, is moved to a device: itself, or as a part of a model that is. */
export function isMoved(program: TorchProgram, made: Located, depth = 0): boolean {
  return depth < deepest && program.callersOf(made).some(({ module, node }) => isMovedFrom(program, module, node, depth));
}

function isMovedFrom(program: TorchProgram, module: PyModule, value: SgNode, depth: number): boolean {
  if (depth >= deepest) return false;
  let at = value;
  for (let parent = at.parent(); parent !== null; parent = at.parent()) {
    const call = parent.kind() === 'attribute' || parent.kind() === 'argument_list' ? parent.parent() : null;
    const method = methodOf(call);
    if (call !== null && method !== null && same(method.receiver, at)) {
      if (isMove(call)) return true;
      if (!settings.has(method.method)) return false;
      at = call;
    } else if (around.has(String(parent.kind()))) at = parent;
    else if (parent.kind() === 'argument_list' && call !== null) {
      // `self.layers.append(Layer())`
      if (method?.method === 'append' && method.receiver.text().startsWith('self.')) return ownerIsMoved(program, module, at, depth);
      if (program.definitionOf(module, call.field('function')) !== null) return isMovedAsGiven(program, module, { call, at, depth });
      if (module.pathOf(call.field('function'))?.startsWith('torch.') !== true) return false;
      at = call;
    } else return isMovedAfter(program, module, { at, parent, depth });
  }
  return false;
}

/** `run(Net())`: whether the function, or the `__init__` of the class, moves what it is given. */
function isMovedAsGiven(program: TorchProgram, module: PyModule, { call, at, depth }: { call: SgNode; at: SgNode; depth: number }): boolean {
  const found = program.definitionOf(module, call.field('function'));
  const isClass = found?.node.kind() === 'class_definition';
  const fn = found === null ? null : isClass ? methodIn(found.node, '__init__') : found.node;
  const list = fn === null ? [] : parts(fn.field('parameters') ?? fn).slice(isClass ? 1 : 0);
  const place = callArguments(call).positional.findIndex((one) => same(one, at));
  const parameter = list[place];
  if (found === null || fn === null || place < 0 || parameter === undefined) return false;
  const name = (parameter.kind() === 'identifier' ? parameter : (parameter.field('name') ?? parameter.namedChildren()[0] ?? parameter)).text();
  return found.module.uses(fn, name).some(({ node, role }) => role !== 'declare' && role !== 'write' && isMovedFrom(program, found.module, node, depth + 1));
}

function isMovedAfter(program: TorchProgram, module: PyModule, { at, parent, depth }: { at: SgNode; parent: SgNode; depth: number }): boolean {
  const scope = module.scopeOf(at);
  if (parent.kind() === 'return_statement') return scope.kind() === 'function_definition' && isMoved(program, { module, node: scope }, depth + 1);
  const left = parent.kind() === 'assignment' && same(parent.field('right'), at) ? parent.field('left') : null;
  if (left === null) return false;
  if (left.text().startsWith('self.')) return ownerIsMoved(program, module, at, depth);
  if (left.kind() !== 'identifier') return false;
  return module.uses(scope, left.text()).some(({ node, role }) => role !== 'write' && isMovedFrom(program, module, node, depth + 1));
}

function ownerIsMoved(program: TorchProgram, module: PyModule, at: SgNode, depth: number): boolean {
  const node = ancestorWhere(at, (up) => up.kind() === 'class_definition');
  return node !== null && isModule(program, { module, node }) && isMoved(program, { module, node }, depth + 1);
}

/** `x.cuda()`, `x.to(device)`; not `x.to(torch.float16)`. */
function isMove(call: SgNode): boolean {
  const method = methodOf(call)?.method;
  const given = parts(call.field('arguments') ?? call).filter((node) => !/^(?:(?:dtype|memory_format|non_blocking)\s*=|torch\.(?!device\b|cuda\b)|dtype$)/.test(node.text()));
  return method === 'cuda' || (method === 'to' && given.length > 0);
}
