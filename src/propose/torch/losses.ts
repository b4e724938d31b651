import type { SgNode } from '@ast-grep/napi';
import { methodOf } from './call.js';
import type { PyModule } from './module.js';
import { assignedValues } from './origins.js';
import { owned } from './statements.js';

/** Whether a name holds a loss on the device: `backward` is called on it, or it comes from a function or object of losses. */
export function isLossName(module: PyModule, node: SgNode | null): boolean {
  if (node?.kind() !== 'identifier') return false;
  const scope = module.scopeOf(node);
  if (owned(module, scope, 'call').some((call) => methodOf(call)?.method === 'backward' && methodOf(call)?.receiver.text() === node.text())) return true;
  return assignedValues(module, node).some((value) => isLossCall(module, value));
}

/** `F.cross_entropy(…)`, `criterion(…)`, `loss_fn(…)`, `nn.MSELoss()(…)`. */
export function isLossCall(module: PyModule, value: SgNode): boolean {
  if (value.kind() !== 'call') return false;
  const callee = value.field('function');
  const path = module.pathOf(callee);
  if (path !== null) return /^torch\.nn\.functional\.(?:\w*loss|\w*cross_entropy\w*|kl_div)$/.test(path);
  return /(?:^|[._])(?:criterion|loss_fn|loss_func|loss_function)$/.test(callee?.text() ?? '');
}
