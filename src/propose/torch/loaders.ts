import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, same } from '../source/tree.js';
import { argument, callArguments } from './call.js';
import { classOf, methodIn } from './models.js';
import type { PyModule } from './module.js';
import { originsOf } from './origins.js';
import type { Located, TorchProgram } from './program.js';
import { loopsAround, owned } from './statements.js';

const loaderPaths = ['torch.utils.data.DataLoader', 'torch.utils.data.dataloader.DataLoader'];

/** Where a `DataLoader` is made that the finding is about: on its line, by the loop around it, by the dataset whose code it is, or in its function. */
export function loadersAt(program: TorchProgram): Located[] {
  const { module, line, scope } = program;
  const isAround = (node: SgNode): boolean => lineOf(node) <= line && node.range().end.line + 1 >= line;
  const made = module.calls(loaderPaths).map((node) => ({ module, node }));
  const onLine = made.filter(({ node }) => isAround(node));
  if (onLine.length > 0) return onLine;
  const loops = owned(module, scope, 'for_statement');
  const around = loops.filter(isAround);
  const ofLoops = (around.length > 0 ? around : loops).flatMap((loop) => loadersOfLoop(program, { module, node: loop }));
  if (ofLoops.length > 0) return distinct(ofLoops);
  const owner = ancestorWhere(scope, (at) => at.kind() === 'class_definition');
  if (owner !== null && methodIn(owner, '__getitem__') !== null) return allLoaders(program).filter((loader) => isOfClass(program, loader, owner));
  return made.filter(({ node }) => same(module.scopeOf(node), scope));
}

/** Every `DataLoader` that the files around the finding make. */
export function allLoaders(program: TorchProgram): Located[] {
  return program.modules.flatMap((module) => module.calls(loaderPaths).map((node) => ({ module, node })));
}

/** The loaders that a `for` goes over, `enumerate` and progress bars looked through. */
export function loadersOfLoop(program: TorchProgram, { module, node }: Located): Located[] {
  const over = node.field('right');
  if (over === null) return [];
  return originsOf(program, { module, node: iterated(over) }).filter((origin) => origin.node.kind() === 'call' && loaderPaths.includes(origin.module.pathOf(origin.node.field('function')) ?? ''));
}

/** The `for` statements of the files around that go over a loader. */
export function loopsOver(program: TorchProgram, loader: Located): Located[] {
  return program.modules.flatMap((module) => all(module.root, 'for_statement').map((node) => ({ module, node }))).filter((loop) => loadersOfLoop(program, loop).some((found) => isSame(found, loader)));
}

/** Whether a loop runs more than once: another one is around it, or around a call of its function. */
export function isRepeated(program: TorchProgram, { module, node }: Located, depth = 0): boolean {
  if (loopsAround(module, node).length > 0) return true;
  const scope = module.scopeOf(node);
  if (scope.kind() !== 'function_definition' || depth > 3) return false;
  return callsOf(program, { module, node: scope }).some((call) => isRepeated(program, call, depth + 1));
}

/** Calls of a function, and those of a method by its name on `self`. */
function callsOf(program: TorchProgram, { module, node }: Located): Located[] {
  const owner = ancestorWhere(node, (at) => at.kind() === 'class_definition');
  if (owner === null) return program.callersOf({ module, node });
  const wanted = `self.${node.field('name')?.text() ?? ''}`;
  return all(owner, 'call').filter((call) => call.field('function')?.text() === wanted).map((call) => ({ module, node: call }));
}

export function isSame(a: Located, b: Located): boolean {
  return a.module === b.module && same(a.node, b.node);
}

/** `loader` of `enumerate(tqdm(loader), 1)`. */
function iterated(node: SgNode): SgNode {
  const name = node.kind() === 'call' ? (node.field('function')?.text().split('.').at(-1) ?? '') : '';
  const inner = ['enumerate', 'tqdm', 'trange', 'track', 'islice', 'iter'].includes(name) ? callArguments(node).positional[0] : undefined;
  return inner === undefined ? node : iterated(inner);
}

function isOfClass(program: TorchProgram, { module, node }: Located, owner: SgNode): boolean {
  const dataset = argument(node, 'dataset', 0);
  return dataset !== null && same(classOf(program, { module, node: dataset })?.node ?? null, owner);
}

function distinct(found: Located[]): Located[] {
  return found.filter((one, i) => found.findIndex((other) => isSame(one, other)) === i);
}

/** ` in FILE`, where the loader is not in the file of the finding. */
export function inFile(program: TorchProgram, module: PyModule): string {
  return module === program.module ? '' : ` in ${module.file}`;
}
