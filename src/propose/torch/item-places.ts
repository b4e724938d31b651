import type { SgNode } from '@ast-grep/napi';
import { ancestorWhere, same } from '../source/tree.js';
import type { Owner } from './attribute-changes.js';
import { itemCode } from './item-code.js';
import { methodIn } from './models.js';
import type { TorchProgram } from './program.js';

/** A method that runs for the items of a dataset, and the class of it. */
export interface ItemPlace extends Owner {
  scope: SgNode;
}

/** The method of the finding, where it runs for items; those that call the function of the finding, where it is one that they call. */
export function itemPlaces(program: TorchProgram): ItemPlace[] {
  const { module, scope } = program;
  if (scope.kind() !== 'function_definition') return [];
  const isMethod = ancestorWhere(scope, (at) => at.kind() === 'class_definition') !== null;
  const scopes = isMethod ? [{ module, node: scope }] : program.callersOf({ module, node: scope }).map((call) => ({ module: call.module, node: call.module.scopeOf(call.node) }));
  return scopes.flatMap(({ module: of, node }) => {
    const owner = ancestorWhere(node, (at) => at.kind() === 'class_definition');
    const init = owner === null ? null : methodIn(owner, '__init__');
    if (owner === null || init === null || node.kind() !== 'function_definition' || same(node, init)) return [];
    const isOfItems = itemCode(program, { module: of, node: owner }).some((one) => same(one.node, node));
    return isOfItems ? [{ module: of, scope: node, owner, init }] : [];
  });
}
