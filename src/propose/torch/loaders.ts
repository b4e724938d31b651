import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, lineOf, parts, same } from '../source/tree.js';
import { callArguments } from './call.js';
import { methodDefinition } from './callers.js';
import { datasetsOf } from './datasets.js';
import { isSame, methodCalls, sourcesOf } from './flow.js';
import { givenTo } from './given-options.js';
import { methodIn } from './models.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';
import { loopsAround, owned } from './statements.js';

export { isSame } from './flow.js';

const loaderPaths = new Set(['torch.utils.data.DataLoader', 'torch.utils.data.dataloader.DataLoader']);

/** What goes over an iterable and gives its items on, with others or bounded. */
const passing = new Set(['enumerate', 'tqdm', 'trange', 'track', 'islice', 'iter', 'next', 'cycle', 'zip', 'prefetch', 'progress_bar', 'log_every']);

/**
 * Where a `DataLoader` is made that the finding is about: on its line, by the loop around it, by the code of its dataset
 * or of its `collate_fn`, in its function, in what that calls, or as the only one.
 */
export function loadersAt(program: TorchProgram): Located[] {
  const { module, line, scope, finding } = program;
  const isAround = (node: SgNode): boolean => lineOf(node) <= line && node.range().end.line + 1 >= line;
  const here = module.calls(loaderPaths).map((node) => ({ module, node }));
  const onLine = here.filter(({ node }) => isAround(node));
  if (onLine.length > 0) return onLine;
  const ofLoops = loadersIn(program, { module, node: scope }, isAround);
  if (ofLoops.length > 0) return ofLoops;
  const ofData = allLoaders(program).filter((loader) => isGivenBy(program, loader, { module, node: scope }));
  if (ofData.length > 0) return ofData;
  const inScope = here.filter(({ node }) => same(module.scopeOf(node), scope));
  if (inScope.length > 0 || !finding.category.startsWith('C7')) return inScope;
  const calls = owned(module, scope, 'call');
  const onCall = calls.filter(isAround);
  const called = (onCall.length > 0 ? onCall : calls).flatMap((call) => calledBy(program, { module, node: call }) ?? []);
  const further = distinct(called.flatMap((definition) => loadersIn(program, definition, () => false)));
  const every = allLoaders(program);
  return further.length > 0 ? further : every.length === 1 ? every : [];
}

/** Those of the loops in a function; of the loop around a line alone where there is one. */
function loadersIn(program: TorchProgram, { module, node }: Located, isAround: (node: SgNode) => boolean): Located[] {
  const loops = owned(module, node, 'for_statement', 'while_statement');
  const around = loops.filter(isAround);
  const nearest = around.findLast((loop) => loadersOfLoop(program, { module, node: loop }).length > 0);
  return distinct((nearest === undefined ? loops : [nearest]).flatMap((loop) => loadersOfLoop(program, { module, node: loop })));
}

function calledBy(program: TorchProgram, { module, node }: Located): Located | null {
  const callee = node.field('function');
  const found = program.definitionOf(module, callee) ?? (callee?.kind() === 'attribute' ? methodDefinition(program, { module, node: callee }) : null);
  return found?.node.kind() === 'function_definition' ? found : null;
}

/** Every `DataLoader` that the files around the finding make. */
export function allLoaders(program: TorchProgram): Located[] {
  return program.modules.flatMap((module) => module.calls(loaderPaths).map((node) => ({ module, node })));
}

/** The loaders that a loop takes its batches from: by its head, progress bars looked through, or by `next(batches)` in it. */
export function loadersOfLoop(program: TorchProgram, { module, node }: Located): Located[] {
  const over = node.field('right');
  const nexts = owned(module, node, 'call').filter((call) => call.field('function')?.text() === 'next' && same(loopsAround(module, call)[0] ?? null, node));
  return distinct([...(over === null ? [] : [over]), ...nexts].flatMap((one) => loadersOf(program, { module, node: one })));
}

/** The calls of `DataLoader` that a value comes from. */
export function loadersOf(program: TorchProgram, value: Located, depth = 0): Located[] {
  return sourcesOf(program, value).flatMap((source) => {
    const { module, node } = source;
    if (node.kind() !== 'call') return [];
    if (loaderPaths.has(module.pathOf(node.field('function')) ?? '')) return [source];
    const name = node.field('function')?.text().split('.').at(-1) ?? '';
    const wrapped = depth > 4 ? [] : handedOnBy(program, source);
    if (wrapped.length > 0) return wrapped.flatMap((one) => loadersOf(program, one, depth + 1));
    if (depth > 4 || !passing.has(name)) return [];
    return callArguments(node).positional.flatMap((given) => loadersOf(program, { module, node: given }, depth + 1));
  });
}

/** What an object of the repository goes over to hand on each item as it is: a bar of progress around a loader. */
function handedOnBy(program: TorchProgram, { module, node }: Located): Located[] {
  const made = program.definitionOf(module, node.field('function'));
  const each = made?.node.kind() === 'class_definition' ? methodIn(made.node, '__iter__') : null;
  if (made === null || each === null) return [];
  const given = owned(made.module, each, 'yield').flatMap((one) => parts(one));
  const over = given.flatMap((item) => {
    const loop = loopsAround(made.module, item)[0];
    const [left, right] = [loop?.field('left') ?? null, loop?.field('right') ?? null];
    const isNumbered = left?.kind() === 'pattern_list' && right?.kind() === 'call' && right.field('function')?.text() === 'enumerate' && parts(left)[1]?.text() === item.text();
    return item.kind() === 'identifier' && right !== null && (left?.text() === item.text() || isNumbered) ? [{ module: made.module, node: isNumbered ? (callArguments(right).positional[0] ?? right) : right }] : [];
  });
  return over.length === given.length ? over : [];
}

/** The loops of the files around that take batches from a loader. */
export function loopsOver(program: TorchProgram, loader: Located): Located[] {
  return program.modules.flatMap((module) => all(module.root, 'for_statement', 'while_statement').map((node) => ({ module, node }))).filter((loop) => loadersOfLoop(program, loop).some((found) => isSame(found, loader)));
}

/** Whether a loop runs more than once: another one is around it, or around a call of its function. */
export function isRepeated(program: TorchProgram, { module, node }: Located, depth = 0): boolean {
  if (loopsAround(module, node).length > 0) return true;
  const scope = module.scopeOf(node);
  if (scope.kind() !== 'function_definition' || depth > 3) return false;
  return callsOf(program, { module, node: scope }).some((call) => isRepeated(program, call, depth + 1));
}

/** The calls of a function, and those of a method on objects that are known to be of its class. */
export function callsOf(program: TorchProgram, { module, node }: Located): Located[] {
  const owner = ancestorWhere(node, (at) => at.kind() === 'class_definition' || at.kind() === 'function_definition');
  if (owner?.kind() !== 'class_definition') return program.callersOf({ module, node });
  const name = node.field('name')?.text() ?? '';
  // An object is made by a call of its class.
  return name === '__init__' ? program.callersOf({ module, node: owner }) : methodCalls(program, { module, node: owner }, name);
}

/** Whether the function, or a class around it, gives the items or batches of a loader: its dataset, its `collate_fn`, or what they call. */
function isGivenBy(program: TorchProgram, loader: Located, { module, node }: Located): boolean {
  if (node.kind() !== 'function_definition') return false;
  const owner = ancestorWhere(node, (at) => at.kind() === 'class_definition');
  const classes = owner === null ? [] : datasetsOf(program, loader).classes;
  if (classes.some((found) => same(found.node, owner))) return true;
  const collate = givenTo(program, loader, 'collate_fn');
  const definition = collate === null ? null : program.definitionOf(collate.module, collate.node);
  if (definition !== null && (same(definition.node, node) || same(definition.node, owner))) return true;
  if (owner !== null && methodIn(owner, '__call__') === null) return false;
  // A function that gives a part of an item: `def augment(image): …`.
  const name = owner?.field('name')?.text() ?? node.field('name')?.text() ?? '';
  return datasetsOf(program, loader).classes.some((found) => found.module.source.includes(name) && all(found.node, 'call').some((call) => same(program.definitionOf(found.module, call.field('function'))?.node ?? null, owner ?? node) && module.file !== ''));
}

export function distinct(found: Located[]): Located[] {
  return found.filter((one, i) => found.findIndex((other) => isSame(one, other)) === i);
}

/** ` in FILE`, where the loader is not in the file of the finding. */
export function inFile(program: TorchProgram, module: PyModule): string {
  return module === program.module ? '' : ` in ${module.file}`;
}
