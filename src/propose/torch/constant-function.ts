import type { SgNode } from '@ast-grep/napi';
import { all, parts, same } from '../source/tree.js';
import { callArguments, methodOf } from './call.js';
import { changedState, sharedRandom, withCalled } from './item-code.js';
import type { PyModule } from './module.js';
import type { Located, TorchProgram } from './program.js';

const builtins = /^(?:range|len|min|max|sum|abs|round|int|float|bool|str|list|tuple|dict|set|sorted|enumerate|zip|reversed|map|filter|any|all|pow|isinstance|ValueError|TypeError|chr|ord)$/;
const calm = /^(?:numpy|torch|math|scipy|librosa|itertools|functools|collections)\.(?!.*(?:rand|shuffle|permutation|choice|empty|\.load|save|fromfile|seed))/;
const restless = /^(?:sample|choice|shuffle|normal|uniform|integers|random|read\w*|write\w*|time|now|pop\w*|get_state|load|save|item)$/;

/** Whether a call of a function of the repository gives the same again: of constants alone, by arithmetic, with no state, file, clock or random number. */
export function isConstantCall(program: TorchProgram, module: PyModule, call: SgNode): boolean {
  const definition = program.definitionOf(module, call.field('function'));
  if (definition?.node.kind() !== 'function_definition' || all(definition.node, 'yield', 'await', 'global_statement', 'nonlocal_statement').length > 0) return false;
  const { positional, keywords, hasSplat } = callArguments(call);
  if (hasSplat || ![...positional, ...keywords.values()].every((given) => isConstant(module, given))) return false;
  const code = withCalled(program, [definition]);
  return sharedRandom(code) === null && changedState(code) === null && code.every((one) => isCalm(program, one));
}

/** Whether the function works for its result: by a loop, or by operations on arrays. */
export function isWork({ module, node }: Located): boolean {
  return all(node, 'for_statement', 'while_statement', 'list_comprehension', 'dictionary_comprehension').length > 0 || all(node, 'call').some((call) => /^(?:numpy|torch|scipy|librosa)\./.test(module.pathOf(call.field('function')) ?? ''));
}

/** A literal, an attribute of `self`, or a name that the file gives one value, in capitals. */
function isConstant(module: PyModule, node: SgNode): boolean {
  if (['integer', 'float', 'string', 'true', 'false', 'none'].includes(String(node.kind())) || /^self\.\w+$/.test(node.text())) return true;
  if (['binary_operator', 'unary_operator', 'parenthesized_expression', 'tuple', 'list'].includes(String(node.kind()))) return parts(node).every((one) => isConstant(module, one));
  return node.kind() === 'identifier' && isModuleConstant(module, node);
}

/** `SAMPLE_RATE`, given a number or text at the top of the file, and nothing else. */
function isModuleConstant(module: PyModule, id: SgNode): boolean {
  if (!/^_?[A-Z][A-Z\d_]*$/.test(id.text())) return false;
  const writes = module.uses(module.root, id.text()).filter(({ role }) => ['write', 'declare', 'foreign', 'mutate'].includes(role));
  const value = writes.length === 1 ? writes[0]?.node.parent() : null;
  return writes.length === 0 ? module.imports.some((entry) => entry.name === id.text() && !entry.nested) : value?.kind() === 'assignment' && same(value.field('left'), writes[0]?.node ?? null);
}

function isCalm(program: TorchProgram, { module, node }: Located): boolean {
  const nested = new Set(all(node, 'function_definition').map((one) => one.field('name')?.text() ?? ''));
  const isCall = all(node, 'call').every((call) => {
    const callee = call.field('function');
    const path = module.pathOf(callee);
    if (path !== null && program.definitionOf(module, callee) === null) return calm.test(path);
    const method = methodOf(call);
    if (method !== null && path === null) return !restless.test(method.method) && !/^self\b/.test(method.receiver.text());
    return builtins.test(callee?.text() ?? '') || nested.has(callee?.text() ?? '') || program.definitionOf(module, callee)?.node.kind() === 'function_definition';
  });
  // Names of the file that are no constants may be given other values.
  const names = module.names(node);
  const isFree = (id: SgNode): boolean => !names.uses(id.text()).some(({ role }) => role === 'write' || role === 'declare') && module.pathOf(id) === null && module.uses(module.root, id.text()).some(({ role }) => role === 'write') && (id.parent()?.kind() !== 'attribute' || same(id.parent()?.field('object') ?? null, id)) && id.parent()?.kind() !== 'keyword_argument';
  return isCall && all(node, 'identifier').every((id) => !isFree(id) || isModuleConstant(module, id));
}
