import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';
import { initialNumber } from './numbers.js';
import { owned, withAround } from './statements.js';

const modes = new Set(['torch.no_grad', 'torch.inference_mode', 'torch.autograd.no_grad', 'torch.autograd.inference_mode', 'torch.set_grad_enabled']);

/** Whether the node runs without gradients by a `with` around it, or the decorator of its function. */
export function isWithoutGradients(module: PyModule, node: SgNode): boolean {
  const scope = module.scopeOf(node);
  return withAround(module, node).some((statement) => all(statement, 'with_item').some((item) => isGradMode(module, item))) || isDecorated(module, scope);
}

const evaluationName = /^_?(?:eval|evaluat|valid|test|predict|infer|generat|sampl|embed|encod|extract|estimate_loss|score|benchmark|serve|classif|detect|segment|transcrib|translat|recogni|caption|rerank)/i;

/** Whether a function evaluates or predicts: by `.eval()` in it, or its name. One that also trains, or makes an optimizer, does not. */
export function isEvaluation(module: PyModule, scope: SgNode): boolean {
  if (scope.kind() !== 'function_definition' || gradientsUsed(module, scope) !== null || owned(module, scope, 'call').some((call) => module.pathOf(call.field('function'))?.startsWith('torch.optim.') === true)) return false;
  return evaluationName.test(scope.field('name')?.text() ?? '') || callsEval(module, scope);
}

/** Whether a function sets a model to evaluate: `model.eval()`. */
export function callsEval(module: PyModule, scope: SgNode): boolean {
  return owned(module, scope, 'call').some((call) => methodOf(call)?.method === 'eval');
}

/** `@torch.no_grad()` on the function. */
export function isDecorated(module: PyModule, scope: SgNode): boolean {
  const parent = scope.parent();
  return parent?.kind() === 'decorated_definition' && parts(parent).some((child) => child.kind() === 'decorator' && isGradMode(module, child));
}

/** Whether the code asks for gradients or switches them by itself. */
export function gradientsUsed(module: PyModule, region: SgNode): SgNode | null {
  return (
    owned(module, region, 'call').find((call) => {
      const path = module.pathOf(call.field('function')) ?? '';
      return ['backward', 'requires_grad_', 'retain_grad'].includes(methodOf(call)?.method ?? '') || /^torch\.(?:autograd\.grad|func\.|enable_grad|set_grad_enabled)/.test(path) || (methodOf(call)?.method === 'step' && /^(?:optimizer|opt|optim|scaler)$/.test(methodOf(call)?.receiver.text() ?? ''));
    }) ?? null
  );
}

/** Whether the code switches gradients off or on at some place in the region. */
export function switchesGradients(module: PyModule, region: SgNode): SgNode | null {
  return owned(module, region, 'call', 'attribute').find((node) => modes.has(module.pathOf(node.kind() === 'call' ? node.field('function') : node) ?? '')) ?? null;
}

function isGradMode(module: PyModule, node: SgNode): boolean {
  return all(node, 'attribute', 'identifier').some((name) => modes.has(module.pathOf(name) ?? '')) && !/set_grad_enabled\(\s*True/.test(node.text());
}

/** Whether tensors that the region makes may be used outside of it: returned, stored, or kept in names that are no numbers. */
export function keepsTensors(module: PyModule, region: SgNode): boolean {
  const isFunction = region.kind() === 'function_definition';
  if (owned(module, region, 'yield').length > 0) return true;
  const isNumber = (node: SgNode): boolean => all(node, 'identifier').concat(node.kind() === 'identifier' ? [node] : []).every((id) => initialNumber(module, id) !== null || ['len', 'max', 'min', 'float', 'int'].includes(id.text()) || /^(?:\w+_)?(?:loader|dataset|dataloader|n|num\w*|count|total)$/.test(id.text()));
  if (owned(module, region, 'return_statement').some((node) => parts(node)[0] !== undefined && !isNumber(parts(node)[0] as SgNode))) return true;
  const assignments = owned(module, region, 'assignment', 'augmented_assignment');
  const written = assignments.map((node) => node.field('left'));
  if (assignments.some((node) => ['attribute', 'subscript'].includes(String(node.field('left')?.kind())) && !/\.(?:item|tolist|numpy)\(\)/.test(node.field('right')?.text() ?? ''))) return true;
  const given = owned(module, region, 'call').filter((call) => ['append', 'extend', 'add', 'update', 'put'].includes(methodOf(call)?.method ?? ''));
  if (given.some((call) => !/\.(?:item|tolist|numpy)\(\)/.test(call.text()))) return !isFunction || given.some((call) => !isLocal(module, call));
  if (isFunction) return false;
  const scope = module.scopeOf(region);
  return written.some((left) => left !== null && left !== undefined && left.kind() === 'identifier' && initialNumber(module, left) === null && module.uses(scope, left.text()).some((use) => use.node.range().start.index > region.range().end.index));
}

/** A list that is made in the function and goes nowhere else than where its values are returned. */
function isLocal(module: PyModule, call: SgNode): boolean {
  const receiver = methodOf(call)?.receiver;
  return receiver?.kind() === 'identifier' && module.uses(module.scopeOf(call), receiver.text()).every((use) => use.role !== 'declare' && use.role !== 'foreign');
}
