import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, endOf, parts, same } from '../source/tree.js';
import { callArguments } from './call.js';
import { hostMade, onDevice } from './host-made.js';
import type { PyModule } from './module.js';
import { asTorch } from './numpy-made.js';
import type { TorchProgram } from './program.js';
import { replaced, withKeyword } from './statements.js';

/** A call of a function of the repository that makes a tensor on the host of numbers alone: edits that give it the device. Null for any other expression. */
export function madeByFunction(program: TorchProgram, expression: SgNode, device: string): { edits: TextEdit[] } | { reason: string } | null {
  const { module } = program;
  if (expression.kind() !== 'call' || callArguments(expression).hasSplat) return null;
  const definition = program.definitionOf(module, expression.field('function'));
  if (definition === null || definition.node.kind() !== 'function_definition') return null;
  const edits = bodyEdits(definition.module, definition.node);
  const parameters = definition.node.field('parameters');
  if (edits === null || parameters === null) return null;
  const list = parts(parameters);
  if (list.some((node) => node.text().includes('device') || node.text().startsWith('*'))) return { reason: `\`${definition.node.field('name')?.text() ?? ''}\` has an argument for the device, or any number of them, already.` };
  const at = list.at(-1) === undefined ? endOf(parameters) - 1 : endOf(list.at(-1) ?? parameters);
  const parameter = { file: definition.module.file, start: at, end: at, text: `${list.length > 0 ? ', ' : ''}device=None` };
  return { edits: [...edits, parameter, withKeyword(module, expression, `device=${device}`)] };
}

/** Where the function does nothing but name values, and return a tensor that is made of numbers. */
function bodyEdits(module: PyModule, fn: SgNode): TextEdit[] | null {
  const statements = parts(fn.field('body') ?? fn);
  const values = new Map<string, SgNode>();
  const tensors = new Set<string>();
  const edits: TextEdit[] = [];
  for (const [i, statement] of statements.entries()) {
    const inner = parts(statement)[0];
    if (i === 0 && inner?.kind() === 'string') continue;
    const value = inner?.kind() === 'assignment' && inner.field('left')?.kind() === 'identifier' ? inner.field('right') : null;
    if (value !== null && statement.kind() === 'expression_statement') {
      const name = inner?.field('left')?.text() ?? '';
      const made = hostMade(module, value, { names: tensors, ofNumbers: false });
      if (made?.isRandom === true) return null;
      if (made !== null) tensors.add(name);
      values.set(name, value);
      edits.push(...(made === null ? [] : onDevice(module, made, 'device')));
      continue;
    }
    if (statement.kind() !== 'return_statement' || i !== statements.length - 1 || inner === undefined) return null;
    const returned = returnEdits(module, inner, { values, tensors });
    return returned === null ? null : [...edits, ...returned];
  }
  return null;
}

function returnEdits(module: PyModule, returned: SgNode, { values, tensors }: { values: ReadonlyMap<string, SgNode>; tensors: ReadonlySet<string> }): TextEdit[] | null {
  const direct = hostMade(module, returned, { names: tensors, ofNumbers: false });
  if (direct !== null && !direct.isRandom) return onDevice(module, direct, 'device');
  // `torch.from_numpy(…)`, of an array or of a name for one.
  const arrays = module.calls(['torch.from_numpy'], returned);
  const [call] = arrays;
  const given = call === undefined ? undefined : parts(call.field('arguments') ?? call)[0];
  if (call === undefined || given === undefined || arrays.length !== 1 || !isShapeOf(module, returned, call)) return null;
  const named = given.kind() === 'identifier' ? values.get(given.text()) : undefined;
  const text = asTorch(module, named ?? given, 'device');
  if (text === null) return null;
  if (named === undefined) return [replaced(module, call, text)];
  const isOnly = all(module.scopeOf(returned), 'identifier').filter((id) => id.text() === given.text()).length === 2;
  return isOnly ? [replaced(module, named, text), replaced(module, call, given.text())] : null;
}

/** The array itself, or compared or viewed: `torch.from_numpy(m) == 0`. */
function isShapeOf(module: PyModule, returned: SgNode, call: SgNode): boolean {
  if (same(returned, call)) return true;
  return all(returned, 'call').every((inner) => same(inner, call) || module.pathOf(inner.field('function')) === null || all(call, 'call').some((own) => same(own, inner))) && all(returned, 'identifier').every((id) => ['torch', 'np', 'numpy', 'bool', 'long', 'float', 'unsqueeze', 'view', 'from_numpy'].includes(id.text()) || all(call, 'identifier').some((own) => same(own, id)));
}
