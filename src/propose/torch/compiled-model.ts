import type { SgNode } from '@ast-grep/napi';
import type { Refusal, TextEdit } from '../recipes/recipe.js';
import { all, ancestorWhere, lineOf, same, startOf, within } from '../source/tree.js';
import type { MadeModel } from './made-model.js';
import type { PyModule } from './module.js';
import { spelled } from './names-in-scope.js';
import type { TorchProgram } from './program.js';
import { linesAfter, loopsAround, replaced } from './statements.js';
import { isSince } from './torch-version.js';

/**
 * How to compile a model where it is made. The wrapper of `torch.compile` is another object, of another type, whose names
 * of weights begin with `_orig_mod.`. Where somebody may see that, the model is compiled in place, which every version
 * from 2.2 can, or the wrapper has a name of its own that only the calls use.
 */
export function compiledAt(program: TorchProgram, made: MadeModel, options: string): { edits: TextEdit[] } | Pick<Refusal, 'reason'> {
  const { module, name, after } = made;
  const { text, edits } = spelled(module, 'torch.compile');
  const wrapper = `${text}(${[name, options].filter((part) => part !== '').join(', ')})`;
  if (!isSeen(program, made)) return { edits: [linesAfter(module, after, [`${name} = ${wrapper}`]), ...edits] };
  if (isSince(program.versions, [2, 2])) return { edits: [linesAfter(module, after, [`${name}.compile(${options})`])] };
  const region = regionOf(made);
  const late = all(region, 'assignment').find((assignment) => assignment.field('left')?.text() === name && startOf(assignment) > startOf(after));
  const calls = all(region, 'call').filter((call) => call.field('function')?.text() === name && isRunLater(made, call));
  const beside = 'The wrapper of `torch.compile` would change the names of the weights, which others see';
  // What derives from a model unknown here would count the wrapper as one more part of itself.
  if (region.kind() === 'class_definition' && region.field('superclasses') !== null) return { reason: `${beside}, and it cannot be seen what the class that holds the model derives from.` };
  if (late !== undefined) return { reason: `${beside}, and line ${lineOf(late)} gives \`${name}\` another value.` };
  if (!calls.some((call) => loopsAround(module, call).length > 0 || name.startsWith('self.'))) return { reason: `${beside}, and no loop beside it calls the model. With torch>=2.2 in the requirements it could be compiled in place.` };
  const compiled = freshName(module, name);
  return { edits: [linesAfter(module, after, [`${compiled} = ${wrapper}`]), ...edits, ...calls.flatMap((call) => call.field('function') ?? []).map((callee) => replaced(module, callee, compiled))] };
}

/** Whether the object, its type or the names of its weights may be seen by others than who calls it. */
function isSeen(program: TorchProgram, made: MadeModel): boolean {
  const { name } = made;
  if (program.modules.some(({ source }) => /state_dict\(|named_parameters\(|named_modules\(|torch\.(?:save|load)\(|save_pretrained|isinstance\(|DistributedDataParallel|DDP\(|deepcopy\(/.test(source))) return true;
  // An attribute is seen by whoever has the object.
  if (name.startsWith('self.')) return true;
  return all(regionOf(made), 'identifier').some((id) => id.text() === name && isHandedOut(id));
}

/** `return model`, `yield {'model': model}`, `trainer.model = model`, `models.append(model)`; not `return model(x)`. */
function isHandedOut(id: SgNode): boolean {
  const parent = id.parent();
  if (parent?.kind() === 'attribute' || (parent?.kind() === 'call' && same(parent.field('function'), id))) return false;
  const exit = ancestorWhere(id, (at) => ['return_statement', 'yield', 'lambda', 'global_statement', 'nonlocal_statement'].includes(String(at.kind())) || String(at.kind()) === 'block');
  if (exit !== null && exit.kind() !== 'block') return true;
  const method = ancestorWhere(id, (at) => at.kind() === 'call' || at.kind() === 'block')?.field('function')?.text() ?? '';
  if (/\.(?:append|add|update|setdefault)$/.test(method)) return true;
  const assignment = ancestorWhere(id, (at) => at.kind() === 'assignment' || at.kind() === 'block');
  const right = assignment?.kind() === 'assignment' ? assignment.field('right') : null;
  return right !== null && right !== undefined && within(id, right) && parent?.kind() !== 'argument_list';
}

/** Where the name can be called: the class of `self.model`, else the function or module that makes the model. */
function regionOf({ module, name, after }: MadeModel): SgNode {
  const owner = name.startsWith('self.') ? ancestorWhere(after, (at) => at.kind() === 'class_definition') : null;
  return owner ?? module.scopeOf(after);
}

/** Methods run once the object is made; what stands in the same function runs later where it stands behind. */
function isRunLater({ module, after }: MadeModel, call: SgNode): boolean {
  return !same(module.scopeOf(call), module.scopeOf(after)) || startOf(call) > startOf(after);
}

function freshName(module: PyModule, name: string): string {
  const prefix = name.startsWith('self.') ? 'self.' : '';
  const free = ['compiled', `compiled_${name.slice(prefix.length)}`, 'compiled_by_torch'].find((wanted) => !new RegExp(`\\b${wanted}\\b`).test(module.source));
  return `${prefix}${free ?? module.names(module.root).names.fresh('compiled')}`;
}
