import { all, ancestorWhere, same } from '../source/tree.js';
import { classOf, methodIn } from './models.js';
import type { Located, TorchProgram } from './program.js';

/** Objects of PyTorch, whose methods have names that functions of a repository have too: `step`, `train`. */
const notOurs = /(?:optim\w*|sched\w*|scaler|model|net|module|loader|loss)$/i;

/** The functions, or modules, whose code calls a function or hands it on, in any file of the repository. */
export function usersOf(program: TorchProgram, definition: Located): Located[] {
  const name = definition.node.field('name')?.text() ?? '';
  if (definition.node.kind() !== 'function_definition' || name === '' || /^__\w+__$/.test(name)) return [];
  const files = new Set([program.module.file, ...program.modules.map(({ file }) => file), ...program.sources.pythonFiles().filter((file) => program.sources.read(file)?.includes(name) === true)]);
  const modules = [...files].flatMap((file) => program.moduleAt(file) ?? []);
  return modules.flatMap((module) =>
    all(module.root, 'identifier')
      .filter((id) => id.text() === name && names(program, { module, node: id }, definition))
      .map((id) => ({ module, node: module.scopeOf(id) }))
      .filter(({ node }) => !same(node, definition.node)),
  );
}

/** Whether an identifier may be a mention of a function, by what is known of the object in front of it. */
function names(program: TorchProgram, { module, node }: Located, definition: Located): boolean {
  const parent = node.parent();
  if (parent !== null && same(parent, definition.node)) return false;
  const attribute = parent?.kind() === 'attribute' && same(parent.field('attribute'), node) ? parent : null;
  const owner = ancestorWhere(definition.node, (at) => at.kind() === 'class_definition' || at.kind() === 'function_definition');
  if (owner?.kind() !== 'class_definition') {
    // A function in a function is known to that one alone.
    if (owner !== null) return module === definition.module && attribute === null;
    const found = program.definitionOf(module, attribute ?? node);
    return found !== null && found.module === definition.module && same(found.node, definition.node);
  }
  const receiver = attribute?.field('object') ?? null;
  if (receiver === null || notOurs.test(receiver.text())) return false;
  const ownerName = owner.field('name')?.text() ?? '';
  if (receiver.text() === 'self') {
    const around = ancestorWhere(node, (at) => at.kind() === 'class_definition');
    return same(around, owner) || around?.field('superclasses')?.text().includes(ownerName) === true;
  }
  const known = classOf(program, { module, node: receiver });
  return known === null ? module.source.includes(ownerName) : same(known.node, owner) || known.node.field('superclasses')?.text().includes(ownerName) === true;
}

/** The method of the repository that `receiver.method` names, where the class of the receiver is known. */
export function methodDefinition(program: TorchProgram, { module, node }: Located): Located | null {
  const receiver = node.field('object');
  const name = node.field('attribute')?.text() ?? '';
  if (receiver === null) return null;
  const own = receiver.text() === 'self' ? ancestorWhere(node, (at) => at.kind() === 'class_definition') : null;
  const owner = own === null ? classOf(program, { module, node: receiver }) : { module, node: own };
  const method = owner === null ? null : methodIn(owner.node, name);
  return owner === null || method === null ? null : { module: owner.module, node: method };
}
