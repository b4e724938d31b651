import { all, same, startOf } from '../source/tree.js';
import { argument, methodOf } from './call.js';
import { originsOf } from './origins.js';
import type { Located, TorchProgram } from './program.js';

/**
 * Where a model is. `cuda`: on a CUDA device for sure. `if-available`: on one where `torch.cuda.is_available()`. `cpu`: not moved
 * to a device that could be another. `unknown`: by an option of the program.
 */
export type DeviceKind = 'cuda' | 'if-available' | 'cpu' | 'unknown';

/** A call that moves a model: `model.to(device)`, `model.cuda()`. */
export interface Move extends Located {
  device: DeviceKind;
}

/** The moves of a model that its text shows, where it is made and under the names that it goes by. */
export function movesOf(program: TorchProgram, model: Located): Move[] {
  const moves: Move[] = [];
  const add = (module: Move['module'], node: Move['node']): void => {
    if (moves.every((move) => !same(move.node, node))) moves.push({ module, node, device: deviceOfMove(program, { module, node }) });
  };
  const isMove = (node: Move['node']): boolean => ['to', 'cuda'].includes(methodOf(node)?.method ?? '');
  originsOf(program, model, ({ module, node }) => {
    if (isMove(node)) add(module, node);
    if (node.kind() !== 'identifier' && node.kind() !== 'attribute') return;
    const scope = node.kind() === 'identifier' ? module.scopeOf(node) : module.root;
    for (const call of all(scope, 'call')) if (isMove(call) && methodOf(call)?.receiver.text() === node.text()) add(module, call);
  });
  return moves.toSorted((a, b) => startOf(a.node) - startOf(b.node));
}

function deviceOfMove(program: TorchProgram, { module, node }: Located): DeviceKind {
  if (methodOf(node)?.method === 'cuda') return 'cuda';
  const given = argument(node, 'device', 0);
  return given === null ? 'unknown' : deviceKind(program, { module, node: given });
}

/** What a device is, by where its value comes from: `'cuda:0'`, `torch.device('cuda' if torch.cuda.is_available() else 'cpu')`. */
export function deviceKind(program: TorchProgram, device: Located, depth = 0): DeviceKind {
  const kinds = originsOf(program, device).map(({ module, node }): DeviceKind => {
    if (node.kind() === 'string') return /^['"]cuda/.test(node.text()) ? 'cuda' : node.text().slice(1, -1) === 'cpu' ? 'cpu' : 'unknown';
    if (node.kind() === 'call' && module.pathOf(node.field('function')) === 'torch.device') {
      const given = argument(node, 'type', 0);
      return given === null || depth > 3 ? 'unknown' : deviceKind(program, { module, node: given }, depth + 1);
    }
    const [then, condition] = node.kind() === 'conditional_expression' ? node.namedChildren() : [];
    const asks = condition?.kind() === 'call' && module.pathOf(condition.field('function')) === 'torch.cuda.is_available';
    return asks && then !== undefined && depth <= 3 && deviceKind(program, { module, node: then }, depth + 1) === 'cuda' ? 'if-available' : 'unknown';
  });
  const [first = 'unknown'] = kinds;
  return kinds.every((kind) => kind === first) ? first : 'unknown';
}
