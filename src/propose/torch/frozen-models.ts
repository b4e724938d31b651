import type { SgNode } from '@ast-grep/napi';
import { all, parts, startOf } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { kindOf } from './value-kinds.js';

/**
 * Whether gradients through the call of a model would reach nothing that is trained: the model is set to evaluate, the optimizers that
 * are seen have the parameters of others, its gradients are read nowhere, and its input is part of no graph.
 */
export function isFrozen(program: TorchProgram, module: PyModule, call: SgNode): boolean {
  const model = call.field('function');
  if (model === null || !['identifier', 'attribute'].includes(String(model.kind()))) return false;
  const name = model.text().split('.').at(-1) ?? '';
  const owned = all(model.text().startsWith('self.') ? module.root : module.scopeOf(call), 'call');
  const modes = owned.filter((node) => ['eval', 'train'].includes(methodOf(node)?.method ?? '') && methodOf(node)?.receiver.text() === model.text());
  const isEvaluated = modes.length > 0 && modes.every((node) => methodOf(node)?.method === 'eval' && (model.text().startsWith('self.') || startOf(node) < startOf(call)));
  if (!isEvaluated) return false;
  const inputs = parts(call.field('arguments') ?? call).map((node) => (node.kind() === 'keyword_argument' ? (node.field('value') ?? node) : node));
  if (!inputs.every((input) => isBatch(program, module, input))) return false;
  const optimizers = program.modules.flatMap((around) => all(around.root, 'call').filter((node) => /^torch\.optim\.[A-Z]/.test(around.pathOf(node.field('function')) ?? '')));
  const mentions = new RegExp(`\\b${name}\\b`);
  return optimizers.length > 0 && optimizers.every((node) => /\.parameters\(\)/.test(node.text()) && !mentions.test(node.text())) && !program.modules.some(({ source }) => new RegExp(`\\b${name}\\.(?:parameters|named_parameters)\\(\\)[^\\n]*\\bgrad\\b`).test(source));
}

/** A tensor that comes from the loader, moved or not. */
function isBatch(program: TorchProgram, module: PyModule, input: SgNode): boolean {
  const inner = ['to', 'cuda', 'float'].includes(methodOf(input)?.method ?? '') ? (methodOf(input)?.receiver ?? input) : input;
  return ['host', 'detached'].includes(kindOf(program, module, inner)) || (inner.kind() === 'identifier' && module.uses(module.scopeOf(inner), inner.text()).every((use) => use.role !== 'write' || use.node.parent()?.kind() !== 'augmented_assignment') && kindOf(program, module, inner) !== 'graph');
}

/** Whether the file says that the parameters of a called model take no gradients: `for p in self.teacher.parameters(): p.requires_grad = False`. */
export function isSetFrozen(module: PyModule, call: SgNode): boolean {
  const model = call.field('function')?.text() ?? '';
  if (!/^[\w.]+$/.test(model)) return false;
  const name = model.replaceAll('.', '\\.');
  return new RegExp(`for (\\w+) in ${name}\\.parameters\\(\\):\\s*\\1\\.requires_grad(?:_\\(False\\)|\\s*=\\s*False)|\\b${name}\\.requires_grad_\\(False\\)`).test(module.source);
}
