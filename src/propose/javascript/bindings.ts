import type { SgNode } from '@ast-grep/napi';
import { same } from '../source/tree.js';
import { callbackMethods, mutatingMethods, pureMethods } from './builtins.js';
import { isFunction, methodCall, parametersOf } from './syntax.js';

/** What the code does with a variable at one place. `escape`: its value may become known to code that is not seen. */
export type Role = 'declare' | 'write' | 'read' | 'test' | 'iterate' | 'return' | 'mutate' | 'escape';

const transparent = new Set(['parenthesized_expression', 'non_null_expression', 'as_expression', 'satisfies_expression']);
const patterns = new Set(['array_pattern', 'object_pattern', 'pair_pattern', 'rest_pattern', 'assignment_pattern', 'object_assignment_pattern']);
const comparisons = new Set(['===', '!==', '==', '!=', 'instanceof', '<', '>', '<=', '>=']);

/** Nodes that name a variable; names of properties have kinds of their own. */
export const identifierKinds = ['identifier', 'shorthand_property_identifier', 'shorthand_property_identifier_pattern'];

export function roleOf(id: SgNode): Role {
  if (id.kind() === 'shorthand_property_identifier') return 'escape';
  let node = id;
  let parent = id.parent();
  while (parent !== null && transparent.has(String(parent.kind())) && !isCondition(parent)) {
    node = parent;
    parent = parent.parent();
  }
  if (parent === null) return 'escape';
  const isField = (name: string): boolean => same(parent.field(name), node);
  switch (String(parent.kind())) {
    case 'variable_declarator':
      return isField('name') ? 'declare' : 'escape';
    case 'function_declaration':
    case 'function_expression':
    case 'generator_function':
    case 'generator_function_declaration':
    case 'class_declaration':
    case 'class':
    case 'enum_declaration':
    case 'internal_module':
    case 'import_require_clause':
    case 'import_specifier':
    case 'import_clause':
    case 'namespace_import':
    case 'formal_parameters':
    case 'catch_clause':
      return 'declare';
    case 'required_parameter':
    case 'optional_parameter':
      return isField('pattern') ? 'declare' : 'escape';
    case 'arrow_function':
      return isField('parameter') ? 'declare' : 'escape';
    case 'for_in_statement':
      if (isField('right')) return 'iterate';
      return parent.field('kind') === null ? 'write' : 'declare';
    case 'assignment_expression':
    case 'augmented_assignment_expression':
      return isField('left') ? 'write' : 'escape';
    case 'update_expression':
      return 'write';
    case 'member_expression':
      return isField('object') ? memberRole(parent) : 'escape';
    case 'subscript_expression':
      return isField('object') ? subscriptRole(parent) : 'read';
    case 'spread_element':
      return 'iterate';
    case 'return_statement':
      return 'return';
    case 'unary_expression':
      return 'test';
    case 'binary_expression': {
      const operator = parent.field('operator')?.text() ?? '';
      return comparisons.has(operator) || (operator === '&&' && isField('left')) ? 'test' : 'escape';
    }
    case 'if_statement':
    case 'while_statement':
    case 'do_statement':
    case 'ternary_expression':
    case 'parenthesized_expression':
      return parent.kind() !== 'ternary_expression' || isField('condition') ? 'test' : 'escape';
    case 'arguments':
      return argumentRole(parent, node);
    default:
      return patterns.has(String(parent.kind())) || id.kind() === 'shorthand_property_identifier_pattern' ? patternRole(id) : 'escape';
  }
}

function isCondition(node: SgNode): boolean {
  return node.kind() === 'parenthesized_expression' && ['if_statement', 'while_statement', 'do_statement'].includes(String(node.parent()?.kind()));
}

/** `x.p`, `x.p = 1`, `x.p()`. */
function memberRole(member: SgNode): Role {
  const parent = member.parent();
  const call = parent?.kind() === 'call_expression' && same(parent.field('function'), member) ? methodCall(parent) : null;
  if (parent === null || call === null) return isTarget(member) ? 'mutate' : 'read';
  if (pureMethods.has(call.method)) return 'read';
  if (mutatingMethods.has(call.method)) {
    const returnsReceiver = ['sort', 'reverse', 'fill', 'copyWithin', 'set', 'add'].includes(call.method);
    return returnsReceiver && parent.parent()?.kind() !== 'expression_statement' ? 'escape' : 'mutate';
  }
  const callback = call.args[0];
  if (!callbackMethods.has(call.method) || callback === undefined || !isFunction(callback)) return 'escape';
  const last = call.method.startsWith('reduce') ? 3 : 2;
  const seesArray = parametersOf(callback).length > last || callback.find({ rule: { kind: 'identifier', regex: '^arguments$' } }) !== null;
  return seesArray ? 'escape' : 'read';
}

/** `x[i]`, `x[i] = 1`, `x[i]()`: a call of an element hands it the array as `this`. */
function subscriptRole(subscript: SgNode): Role {
  const parent = subscript.parent();
  if (parent?.kind() === 'call_expression' && same(parent.field('function'), subscript)) return 'escape';
  return isTarget(subscript) ? 'mutate' : 'read';
}

/** Whether the member or subscript expression is assigned to, updated or deleted. */
export function isTarget(node: SgNode): boolean {
  const parent = node.parent();
  switch (String(parent?.kind())) {
    case 'assignment_expression':
    case 'augmented_assignment_expression':
    case 'for_in_statement':
      return same(parent?.field('left') ?? null, node);
    case 'update_expression':
      return true;
    case 'unary_expression':
      return parent?.field('operator')?.text() === 'delete';
    default:
      return patterns.has(String(parent?.kind()));
  }
}

function argumentRole(args: SgNode, node: SgNode): Role {
  const call = args.parent();
  if (call?.kind() === 'new_expression') {
    return ['Set', 'Map'].includes(call.field('constructor')?.text() ?? '') ? 'iterate' : 'escape';
  }
  const found = methodCall(call);
  if (found === null) return 'escape';
  const place = `${found.receiver.text()}.${found.method}`;
  if (['Array.isArray', 'Object.keys', 'Object.values', 'Object.entries', 'JSON.stringify'].includes(place)) return 'test';
  if (place === 'Object.assign') return same(found.args[0] ?? null, node) ? 'escape' : 'read';
  return found.method === 'concat' || found.method === 'indexOf' || found.method === 'includes' ? 'read' : 'escape';
}

/** A name in a destructuring pattern: declared by `const [a] = …` or a parameter, written by `[a] = …`. */
function patternRole(id: SgNode): Role {
  for (let node = id, parent = id.parent(); parent !== null; node = parent, parent = parent.parent()) {
    if (['assignment_pattern', 'object_assignment_pattern'].includes(String(parent.kind())) && same(parent.field('right'), node)) return 'escape';
    if (parent.kind() === 'pair_pattern' && same(parent.field('key'), node)) return 'escape';
    if (patterns.has(String(parent.kind()))) continue;
    if (parent.kind() === 'assignment_expression') return 'write';
    if (parent.kind() === 'for_in_statement') return parent.field('kind') === null ? 'write' : 'declare';
    return 'declare';
  }
  return 'escape';
}
