import type { SgNode } from '@ast-grep/napi';
import { all, endOf, parts, same, startOf, within } from '../source/tree.js';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';
import { owned, statementOf, withAround } from './statements.js';

const modes = new Set(['torch.no_grad', 'torch.inference_mode', 'torch.autograd.no_grad', 'torch.autograd.inference_mode', 'torch.set_grad_enabled', 'torch.autograd.set_grad_enabled', 'torch.autograd.grad_mode.no_grad', 'torch.autograd.grad_mode.inference_mode', 'torch.autograd.grad_mode.set_grad_enabled']);

/** Whether the node runs without gradients by a `with` around it, or the decorator of its function. */
export function isWithoutGradients(module: PyModule, node: SgNode): boolean {
  const scope = module.scopeOf(node);
  return withAround(module, node).some((statement) => headItems(statement).some((item) => isGradMode(module, item))) || isDecorated(module, scope) || isSwitchedOff(module, scope, node);
}

/** `a` and `b` of `with a, b:`, not those of statements in its body. */
function headItems(statement: SgNode): SgNode[] {
  const body = statement.field('body');
  return all(statement, 'with_item').filter((item) => body === null || !within(item, body));
}

/** Whether gradients are off since a statement before the node: `torch.set_grad_enabled(False)`, `stack.enter_context(torch.no_grad())`. */
function isSwitchedOff(module: PyModule, scope: SgNode, node: SgNode): boolean {
  const before = owned(module, scope, 'call').filter((call) => endOf(call) <= startOf(node) && same(statementOf(call).namedChildren()[0] ?? null, call));
  const switches = before.filter((call) => /(?:^|\.)set_grad_enabled$/.test(module.pathOf(call.field('function')) ?? '') && within(node, statementOf(call).parent() ?? call));
  const last = switches.at(-1);
  if (last !== undefined && parts(last.field('arguments') ?? last)[0]?.text() === 'False') return true;
  return before.some((call) => methodOf(call)?.method === 'enter_context' && isGradMode(module, call.field('arguments') ?? call) && within(node, statementOf(call).parent() ?? call));
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

/** The call or setting with which the code asks for gradients or switches them by itself; functions in a function counted. */
export function gradientsUsed(module: PyModule, region: SgNode): SgNode | null {
  const isFunction = region.kind() === 'function_definition';
  const found = isFunction ? all(region, 'call') : owned(module, region, 'call');
  return found.find((call) => asksForGradients(module, call)) ?? (isFunction ? all(region, 'assignment') : owned(module, region, 'assignment')).find((node) => node.field('left')?.text().endsWith('.requires_grad') === true && node.field('right')?.text() === 'True') ?? null;
}

const optimizers = /(?:^|\.)_?(?:\w*optimi[sz]er\w*|\w*_?optim|\w*_opt|opt(?:_\w+|[A-Z\d]\w*)?|\w*scaler)(?:\[[^\]]*\])?$/;

function asksForGradients(module: PyModule, call: SgNode): boolean {
  const path = module.pathOf(call.field('function')) ?? '';
  const method = path === '' ? methodOf(call) : null;
  if (/^torch\.(?:autograd\.(?:grad$|backward$|functional\.|gradcheck)|func\.|enable_grad|set_grad_enabled)/.test(path)) return true;
  if (/\brequires_grad\s*=\s*True/.test(call.text()) && path.startsWith('torch.')) return true;
  if (path === 'torch.nn.Parameter' || method === null) return path === 'torch.nn.Parameter';
  if (method.method === 'requires_grad_') return !/\(\s*(?:requires_grad\s*=\s*)?False\s*\)$/.test(call.text());
  return ['backward', 'manual_backward', 'retain_grad'].includes(method.method) || (method.method === 'step' && optimizers.test(method.receiver.text()));
}

/** Whether the code switches gradients off or on at some place in the region. */
export function switchesGradients(module: PyModule, region: SgNode): SgNode | null {
  return owned(module, region, 'call', 'attribute').find((node) => modes.has(module.pathOf(node.kind() === 'call' ? node.field('function') : node) ?? '')) ?? null;
}

function isGradMode(module: PyModule, node: SgNode): boolean {
  const names = all(node, 'attribute', 'identifier');
  if (names.some((name) => modes.has(module.pathOf(name) ?? ''))) return !/set_grad_enabled\(\s*True/.test(node.text());
  return names.some((name) => isOwnMode(module, name)) || /\b\w*(?:no_?grad|inference_?mode|disable_?grad|without_?grad)\w*\b/i.test(node.text());
}

/** A decorator or context manager of the file that switches gradients off by itself. */
function isOwnMode(module: PyModule, name: SgNode): boolean {
  const found = name.kind() === 'identifier' && module.pathOf(name) === null ? module.definition(name.text()) : null;
  const isCaller = found !== null && all(found, 'yield').length > 0 || (found !== null && all(found, 'function_definition').length > 0);
  return found !== null && isCaller && all(found, 'attribute', 'identifier').some((inner) => modes.has(module.pathOf(inner) ?? '')) && !/set_grad_enabled\(\s*True/.test(found.text());
}
