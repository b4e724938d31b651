import type { SgNode } from '@ast-grep/napi';
import { all, same } from '../source/tree.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';

/** Methods that run without being named: by calling an object, going over it, opening it, printing it. */
const unnamed = /^(?:__(?!init__|new__)\w+__|forward)$/;

/** The names of functions of the files around that code may run, directly or through others; told apart by name alone. */
export function reachedFrom(program: TorchProgram, region: SgNode): ReadonlySet<string> {
  const bodies = new Map<string, SgNode[]>();
  for (const module of program.modules) for (const fn of all(module.root, 'function_definition')) bodies.set(nameOf(fn), [...(bodies.get(nameOf(fn)) ?? []), fn]);
  const reached = new Set<string>();
  const queue = [region];
  for (const name of bodies.keys()) if (unnamed.test(name)) queue.push(...take(bodies, reached, name));
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) for (const id of all(at, 'identifier')) queue.push(...take(bodies, reached, id.text()));
  return reached;
}

/** The function around a node that is not the scope: whether the region may run it. Code of a module runs once, before. */
export function mayRun(module: PyModule, node: SgNode, reached: ReadonlySet<string>): boolean {
  for (let scope = module.scopeOf(node); !same(scope, module.root); scope = module.scopeOf(scope)) if (reached.has(nameOf(scope))) return true;
  return false;
}

function take(bodies: ReadonlyMap<string, SgNode[]>, reached: Set<string>, name: string): SgNode[] {
  if (reached.has(name)) return [];
  const found = bodies.get(name) ?? [];
  if (found.length > 0) reached.add(name);
  return found;
}

const nameOf = (fn: SgNode): string => fn.field('name')?.text() ?? '';
