import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../source/tree.js';
import { unwrapped } from './call.js';
import type { PyModule } from './module.js';
import { originsOf } from './origins.js';
import type { Located, TorchProgram } from './program.js';

/** The class of the repository that a value is an instance of, where all of its origins agree. */
export function classOf(program: TorchProgram, value: Located): Located | null {
  const classes = originsOf(program, value).map(({ module, node }) => (node.kind() === 'call' ? program.definitionOf(module, node.field('function')) : null));
  const [first] = classes;
  if (first === null || first === undefined || first.node.kind() !== 'class_definition') return null;
  return classes.every((found) => found?.node.id() === first.node.id() && found.module === first.module) ? first : null;
}

/** The method of a class by its name, of the class itself and not of its bases. */
export function methodIn(classDefinition: SgNode, name: string): SgNode | null {
  const statements = parts(classDefinition.field('body') ?? classDefinition).map((node) => (node.kind() === 'decorated_definition' ? (node.field('definition') ?? node) : node));
  return statements.find((node) => node.kind() === 'function_definition' && node.field('name')?.text() === name) ?? null;
}

/** Whether a class is a model: a `torch.nn.Module` by its bases, those of the repository followed. */
export function isModule(program: TorchProgram, { module, node }: Located, depth = 0): boolean {
  const bases = node.field('superclasses');
  if (bases === null || depth > 5) return false;
  return parts(bases).some((base) => {
    if (module.pathOf(base) === 'torch.nn.Module' || module.pathOf(base) === 'torch.nn.modules.module.Module') return true;
    const found = program.definitionOf(module, base);
    return found !== null && isModule(program, found, depth + 1);
  });
}

/** The models of a file: classes that are a `torch.nn.Module`. */
export function modelClasses(program: TorchProgram, module: PyModule): SgNode[] {
  return all(module.root, 'class_definition').filter((node) => isModule(program, { module, node }));
}

/** The expression in `__init__` that a class assigns to `self.name`; null unless there is exactly one. */
export function attributeValue(classDefinition: SgNode, name: string): SgNode | null {
  const values = all(classDefinition, 'assignment').filter((node) => node.field('left')?.text() === `self.${name}`);
  const value = values.length === 1 ? (values[0]?.field('right') ?? null) : null;
  return value === null ? null : unwrapped(value);
}
