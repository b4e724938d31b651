import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere } from '../source/tree.js';
import { callArguments } from './call.js';
import { methodDefinition } from './callers.js';
import { changedInPlace, partsOf } from './item-paths.js';
import { classOf, methodIn } from './models.js';
import type { Located, TorchProgram } from './program.js';

/** Where a region changes a value in place, under the names that it gives the value, or in functions and models of the repository that it hands the value to. */
export function changeOfPart(program: TorchProgram, { module, node }: Located, region: SgNode): Located | null {
  const left = ancestorWhere(node, (at) => at.kind() === 'assignment', region)?.field('left') ?? null;
  const given = left === null ? [] : [left, ...all(left, 'identifier')].filter((one) => one.kind() === 'identifier').map((one) => one.text());
  const names = new Set([node.text(), ...given.flatMap((name) => [...partsOf(region, name)])]);
  const changed = changedInPlace(region, names);
  if (changed !== null) return { module, node: changed };
  for (const call of all(region, 'call')) {
    const { positional, keywords } = callArguments(call);
    if (![...positional, ...keywords.values()].some((one) => names.has(one.text()))) continue;
    const found = changeInCallee(program, { module, node: call });
    if (found !== null) return found;
  }
  return null;
}

/** Where a function, or the `forward` of a model, changes what it is given; also any `inplace=True` of the model. */
function changeInCallee(program: TorchProgram, { module, node }: Located): Located | null {
  const callee = node.field('function');
  if (callee === null) return null;
  const model = classOf(program, { module, node: callee });
  const forward = model === null ? null : methodIn(model.node, 'forward');
  const inplace = model === null ? undefined : all(model.node, 'keyword_argument').find((one) => /^inplace\s*=\s*True$/.test(one.text()));
  if (model !== null && inplace !== undefined) return { module: model.module, node: inplace };
  const found = model !== null && forward !== null ? { module: model.module, node: forward } : (program.definitionOf(module, callee) ?? methodDefinition(program, { module, node: callee }));
  if (found?.node.kind() !== 'function_definition') return null;
  const parameters = all(found.node.field('parameters') ?? found.node, 'identifier').map((one) => one.text()).filter((name) => name !== 'self');
  const changed = changedInPlace(found.node, new Set(parameters.flatMap((name) => [...partsOf(found.node, name)])));
  return changed === null ? null : { module: found.module, node: changed };
}
