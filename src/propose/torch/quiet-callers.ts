import { all, ancestorWhere, lineOf, same } from '../source/tree.js';
import { methodOf } from './call.js';
import { methodDefinition } from './callers.js';
import { isWithoutGradients } from './grad-mode.js';
import type { Located, TorchProgram } from './program.js';

/** Whether every call of a function that the files around show runs without gradients, by itself or since its own callers do; false where none is seen. */
export function isCalledWithoutGradients(program: TorchProgram, definition: Located, depth = 0): boolean {
  const calls = callsByName(program, definition);
  return calls.length > 0 && depth < 4 && calls.every(({ module, node }) => {
    if (isWithoutGradients(module, node)) return true;
    const scope = module.scopeOf(node);
    return scope.kind() === 'function_definition' && !same(scope, definition.node) && isCalledWithoutGradients(program, { module, node: scope }, depth + 1);
  });
}

/** The calls of a function; of a method those of its name on anything that is not known to be of another class. */
function callsByName(program: TorchProgram, definition: Located): Located[] {
  const name = definition.node.field('name')?.text() ?? '';
  const owner = ancestorWhere(definition.node, (at) => at.kind() === 'class_definition' || at.kind() === 'function_definition');
  if (owner?.kind() !== 'class_definition') return program.callersOf(definition);
  // An object that is called, and what frameworks call by themselves, is not found by its name.
  if (/^(?:__\w+__|forward)$/.test(name)) return [];
  return program.modules.flatMap((module) => all(module.root, 'call').filter((call) => methodOf(call)?.method === name).map((node) => ({ module, node }))).filter(({ module, node }) => {
    const callee = node.field('function');
    const found = callee === null ? null : methodDefinition(program, { module, node: callee });
    return found === null || (found.module === definition.module && same(found.node, definition.node));
  });
}

/** Where a script switches gradients off for all that it runs; null where none does, or something switches them on. */
export function switchedOffByAll(program: TorchProgram): string | null {
  const switches = program.modules.flatMap((module) => all(module.root, 'call').filter((call) => /(?:^|\.)(?:set_grad_enabled|enable_grad)$/.test(module.pathOf(call.field('function')) ?? '')).map((node) => ({ module, node })));
  const isOff = ({ node }: Located): boolean => /\(\s*(?:mode\s*=\s*)?False\s*\)$/.test(node.text());
  const [first] = switches;
  if (first === undefined || !switches.every(isOff)) return null;
  const atTop = switches.find(({ module, node }) => same(node.parent()?.parent() ?? null, module.root));
  return atTop === undefined ? null : `line ${lineOf(atTop.node)} of ${atTop.module.file} switches them off`;
}
