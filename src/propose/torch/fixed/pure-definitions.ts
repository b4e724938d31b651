import type { SgNode } from '@ast-grep/napi';
import { isVariable } from '../../python/bindings.js';
import { all, parts, same } from '../../source/tree.js';
import { callArguments, methodOf } from '../call.js';
import type { Located, TorchProgram } from '../program.js';
import { constantOfModule } from './module-constants.js';
import { isPureBuiltin, makesTensor, mayCompute, mayComputeBy } from './pure-calls.js';

/** Methods that change a list or tensor of the function itself. */
const own = /^(?:append|extend|insert|sort|reverse|fill_|fill_diagonal_|masked_fill_|zero_|mul_|add_|sub_|div_|index_put_)$/;

/** Whether a call is of a function of the repository that gives the same tensor for the same numbers: a schedule, a filter bank, a table of slopes. */
export function isPureDefinition(program: TorchProgram, { module, node: call }: Located, depth = 0): boolean {
  const found = program.definitionOf(module, call.field('function'));
  if (found === null || found.node.kind() !== 'function_definition' || found.node.parent()?.kind() === 'decorated_definition' || depth > 3) return false;
  const body = found.node.field('body') ?? found.node;
  if (all(body, 'global_statement', 'nonlocal_statement', 'yield', 'await', 'with_statement', 'try_statement', 'class_definition', 'delete_statement').length > 0) return false;
  if (all(body, 'assignment', 'augmented_assignment').some((one) => (one.field('left')?.text() ?? '').includes('.'))) return false;
  // What it is given is not changed: only names that it makes itself are.
  const parameters = new Set(parts(found.node.field('parameters') ?? found.node).map((one) => (one.kind() === 'identifier' ? one : (one.field('name') ?? one.namedChildren()[0] ?? one)).text()));
  const nested = all(body, 'function_definition').map((one) => one.field('name')?.text() ?? '');
  if (all(body, 'assignment', 'augmented_assignment').some((one) => parameters.has(/^\w+(?=\[)/.exec(one.field('left')?.text() ?? '')?.[0] ?? ''))) return false;
  if (!all(body, 'identifier').every((id) => isKnownName(program, found, id))) return false;
  return all(body, 'call').every((inner) => {
    const path = found.module.pathOf(inner.field('function'));
    const { keywords } = callArguments(inner);
    if (keywords.has('generator') || keywords.has('out')) return false;
    const name = inner.field('function')?.text() ?? '';
    if (path !== null) return mayCompute(path) || isPureDefinition(program, { module: found.module, node: inner }, depth + 1);
    const method = methodOf(inner);
    if (method !== null) return (mayComputeBy(method.method) && !own.test(method.method)) || (own.test(method.method) && !parameters.has(method.receiver.text()));
    if (nested.includes(name) || isPureBuiltin(name) || /^(?:ValueError|NotImplementedError|print)$/.test(name)) return name !== 'print';
    const again = program.definitionOf(found.module, inner.field('function'));
    return again !== null && (same(again.node, found.node) || isPureDefinition(program, { module: found.module, node: inner }, depth + 1));
  });
}

/** Whether a name of a function is its own, imported, built in, another function, or a constant of the file. */
function isKnownName(program: TorchProgram, { module, node }: Located, id: SgNode): boolean {
  if (!isVariable(id) || module.pathOf(id) !== null || module.definition(id.text()) !== null) return true;
  if (module.names(node).uses(id.text()).some(({ role }) => role === 'write' || role === 'declare')) return true;
  return module.names(module.root).uses(id.text()).every(({ role }) => role !== 'write') || constantOfModule(program, { module }, id) !== null;
}

/** Whether such a function makes a tensor. */
export function givesTensor(program: TorchProgram, { module, node: call }: Located, depth = 0): boolean {
  const found = program.definitionOf(module, call.field('function'));
  if (found === null || depth > 3) return false;
  return all(found.node, 'call').some((inner) => makesTensor(found.module.pathOf(inner.field('function')) ?? '') || (!same(inner, call) && givesTensor(program, { module: found.module, node: inner }, depth + 1)));
}
