import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere } from '../source/tree.js';
import { trains } from './gradient-flow.js';
import { isModule, modelClasses } from './models.js';
import type { PyModule } from './module.js';
import { originsOf } from './origins.js';
import type { Located, TorchProgram } from './program.js';

/**
 * Whether a model may keep tensors of an evaluation for a later training step: a model around assigns to itself outside of
 * `__init__`, or the repository trains a model whose code it does not have. Such tensors may not be made in inference mode.
 */
export function mayCacheTensors(program: TorchProgram, module: PyModule, modelCalls: readonly SgNode[]): boolean {
  const classes = program.modules.flatMap((around) => modelClasses(program, around).map((node) => ({ module: around, node })));
  if (classes.some(({ node }) => assignsLate(node))) return true;
  if (!trains(program)) return false;
  return classes.some((owner) => holdsForeign(program, owner)) || modelCalls.some((call) => !isKnown(program, module, call));
}

function assignsLate(owner: SgNode): boolean {
  return all(owner, 'assignment', 'augmented_assignment').some((node) => {
    const method = ancestorWhere(node, (at) => at.kind() === 'function_definition', owner);
    return method !== null && method.field('name')?.text() !== '__init__' && /\bself\./.test(node.field('left')?.text() ?? '');
  });
}

/** Whether an attribute is made by a package other than PyTorch. */
function holdsForeign(program: TorchProgram, { module, node }: Located): boolean {
  return all(node, 'assignment').some((assignment) => {
    const value = assignment.field('right');
    if (value?.kind() !== 'call' || !/^self\.\w+$/.test(assignment.field('left')?.text() ?? '')) return false;
    const path = module.pathOf(value.field('function'));
    return path !== null && !/^(?:torch|math|numpy)\./.test(path) && program.definitionOf(module, value.field('function')) === null;
  });
}

/** Whether the model that is called is of `torch.nn` or of a class of the repository. */
function isKnown(program: TorchProgram, module: PyModule, call: SgNode): boolean {
  const callee = call.field('function');
  if (callee === null) return false;
  return originsOf(program, { module, node: callee }).every((origin) => {
    if (origin.node.kind() !== 'call') return false;
    const made = origin.node.field('function');
    if (origin.module.pathOf(made)?.startsWith('torch.nn.') === true) return true;
    const found = program.definitionOf(origin.module, made);
    return found !== null && isModule(program, found);
  });
}
