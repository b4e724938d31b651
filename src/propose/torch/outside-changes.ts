import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../source/tree.js';
import { argument, callArguments, methodOf } from './call.js';
import { sourcesOf } from './flow.js';
import { datasetsOf } from './datasets.js';
import { isSame, loadersOf, loopsOver } from './loaders.js';
import { methodIn } from './models.js';
import type { Located, TorchProgram } from './program.js';

const setters = /^(?:set_|update|shuffle|resample|reset|next_epoch|step|advance|refresh|append|extend|add|clear|pop|insert|record|increase|grow|ramp)/;

/** Where something that gives items or their order is changed, in the loops over a loader or anywhere: workers that run ahead, or live on, would not see it. */
export function changeFromOutside(program: TorchProgram, loader: Located, where: 'in its loops' | 'anywhere'): Located | null {
  const held = heldBy(program, loader);
  const regions = where === 'anywhere' ? program.modules.map((module) => ({ module, node: module.root })) : loopsOver(program, loader).flatMap(({ module, node }) => { const body = node.field('body'); return body === null ? [] : [{ module, node: body }]; });
  for (const { module, node } of regions) {
    const found = all(node, 'assignment', 'augmented_assignment', 'call').find((one) => isChange(program, { module, node: one }, held, loader));
    if (found !== undefined) return { module, node: found };
  }
  return null;
}

/** What the dataset and the sampler are, and what they were given that may be shared. */
function heldBy(program: TorchProgram, loader: Located): Located[] {
  const own = ['dataset', 'sampler', 'batch_sampler'].flatMap((name) => argument(loader.node, name, name === 'dataset' ? 0 : undefined) ?? []).map((node) => ({ module: loader.module, node }));
  const given = datasetsOf(program, loader).made.flatMap(({ module, node }) => [...callArguments(node).positional, ...callArguments(node).keywords.values()].map((one) => ({ module, node: one })));
  return [...own, ...given.filter(({ node }) => ['identifier', 'attribute'].includes(String(node.kind())))];
}

function isChange(program: TorchProgram, { module, node }: Located, held: readonly Located[], loader: Located): boolean {
  const isHeld = (target: SgNode | null): boolean => target !== null && target.text() !== 'self' && (held.some((one) => names(program, { module, node: target }, one)) || isDatasetOf(program, { module, node: target }, loader));
  if (node.kind() === 'call') {
    const method = methodOf(node);
    if (method === null || !isHeld(method.receiver)) return false;
    return setters.test(method.method) || datasetsOf(program, loader).classes.some((owner) => writes(owner, method.method));
  }
  const left = node.field('left');
  const target = left?.kind() === 'attribute' ? left.field('object') : left?.kind() === 'subscript' ? left.field('value') : null;
  return isHeld(target);
}

/** `loader.dataset`, `loader.sampler`. */
function isDatasetOf(program: TorchProgram, { module, node }: Located, loader: Located): boolean {
  const of = node.kind() === 'attribute' && /^(?:dataset|sampler|batch_sampler)$/.test(node.field('attribute')?.text() ?? '') ? node.field('object') : null;
  return of !== null && loadersOf(program, { module, node: of }).some((found) => isSame(found, loader));
}

/** Whether two expressions stand for one object: the same call made both. */
function names(program: TorchProgram, a: Located, b: Located): boolean {
  if (!['identifier', 'attribute'].includes(String(a.node.kind()))) return false;
  const last = (node: SgNode): string => node.text().split('.').at(-1) ?? '';
  if (a.module === b.module && a.node.text() === b.node.text() && last(a.node) !== 'self') return true;
  const sources = sourcesOf(program, b);
  return sourcesOf(program, a).some((one) => ['call', 'dictionary', 'list'].includes(String(one.node.kind())) && sources.some((other) => isSame(one, other)));
}

/** Whether a method of the class sets something of the object. */
function writes({ node }: Located, name: string): boolean {
  const method = methodIn(node, name);
  return method !== null && parts(method).length > 0 && all(method, 'assignment', 'augmented_assignment').some((one) => (one.field('left')?.text() ?? '').startsWith('self.'));
}
