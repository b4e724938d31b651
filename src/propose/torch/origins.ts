import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, parts, same } from '../source/tree.js';
import { argument, callArguments, methodOf, unwrapped } from './call.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';

/** Methods that give the object that they are called on, moved or set to a mode. */
const movers = new Set(['to', 'cuda', 'cpu', 'half', 'float', 'double', 'bfloat16', 'train', 'eval', 'requires_grad_', 'share_memory']);

/** Functions that give their first argument in a wrapper. */
const wrappers = new Set([
  'torch.compile',
  'torch.jit.script',
  'torch.nn.DataParallel',
  'torch.nn.parallel.DistributedDataParallel',
  'torch.nn.parallel.DataParallel',
]);

/**
 * The expressions that a value may come from: through names, attributes of `self`, arguments of callers, `.to(…)` and
 * wrappers such as `torch.compile`. An expression that cannot be followed is its own origin. `through` sees each step.
 */
export function originsOf(program: TorchProgram, value: Located, through: (step: Located) => void = () => {}, depth = 0): Located[] {
  const node = unwrapped(value.node);
  const here = { module: value.module, node };
  through(here);
  if (depth > 8) return [here];
  const next = nextOf(program, here);
  if (next.length === 0) return [here];
  const found = next.flatMap((step) => originsOf(program, step, through, depth + 1));
  return found.filter((origin, i) => found.findIndex((other) => other.module === origin.module && same(other.node, origin.node)) === i);
}

function nextOf(program: TorchProgram, { module, node }: Located): Located[] {
  const call = methodOf(node);
  if (call !== null && movers.has(call.method) && module.pathOf(node.field('function')) === null) return [{ module, node: call.receiver }];
  if (isWrapper(module, node)) {
    const inner = argument(node, 'module', 0) ?? argument(node, 'model', 0);
    return inner === null ? [] : [{ module, node: inner }];
  }
  if (node.kind() === 'attribute' && node.field('object')?.text() === 'self') return attributeValues(module, node).map((found) => ({ module, node: found }));
  if (node.kind() !== 'identifier') return [];
  return [...assignedValues(module, node).map((found) => ({ module, node: found })), ...argumentsGiven(program, { module, node })];
}

/** What assignments give the name where the identifier sees it: in its function, else in the module. Not those to itself (`x = x.to(d)`). */
export function assignedValues(module: PyModule, id: SgNode): SgNode[] {
  for (let scope = module.scopeOf(id); ; scope = module.scopeOf(scope)) {
    const uses = module.names(scope).uses(id.text()).filter((use) => !use.deferred && (use.role === 'write' || use.role === 'declare'));
    if (uses.length > 0 || same(scope, module.root)) {
      return uses.flatMap((use) => {
        const parent = use.node.parent();
        const right = parent?.kind() === 'assignment' ? parent.field('right') : null;
        return right === null || isOwnUpdate(module, right, id.text()) ? [] : [right];
      });
    }
  }
}

/** `x.to(device)`, `torch.compile(x)` and the like, given to `x` itself. */
function isOwnUpdate(module: PyModule, value: SgNode, name: string): boolean {
  const call = methodOf(value);
  if (call !== null && movers.has(call.method)) return call.receiver.text() === name;
  return isWrapper(module, value) && callArguments(value).positional[0]?.text() === name;
}

function isWrapper(module: PyModule, value: SgNode): boolean {
  return value.kind() === 'call' && wrappers.has(module.pathOf(value.field('function')) ?? '');
}

function attributeValues(module: PyModule, attribute: SgNode): SgNode[] {
  const owner = ancestorWhere(attribute, (at) => at.kind() === 'class_definition');
  if (owner === null) return [];
  return owner
    .findAll({ rule: { kind: 'assignment' } })
    .filter((assignment) => assignment.field('left')?.text() === attribute.text())
    .flatMap((assignment) => assignment.field('right') ?? [])
    .filter((value) => !isOwnUpdate(module, value, attribute.text()));
}

/** Where the identifier is a parameter: what callers in the files around give for it, and its default. */
function argumentsGiven(program: TorchProgram, { module, node }: Located): Located[] {
  const scope = module.scopeOf(node);
  if (scope.kind() !== 'function_definition') return [];
  const parameters = parts(scope.field('parameters') ?? scope).map((parameter) => (parameter.kind() === 'identifier' ? parameter : (parameter.field('name') ?? parameter.namedChildren()[0] ?? parameter)).text());
  const place = parameters.indexOf(node.text());
  if (place < 0) return [];
  // An object is made by a call of its class, which gives `self` by itself.
  const owner = scope.field('name')?.text() === '__init__' ? ancestorWhere(scope, (at) => at.kind() === 'class_definition') : null;
  return program.callersOf({ module, node: owner ?? scope }).flatMap((call) => {
    const given = argument(call.node, node.text(), owner === null ? place : place - 1);
    return given === null ? [] : [{ module: call.module, node: given }];
  });
}
