import type { SgNode } from '@ast-grep/napi';
import { same } from '../source/tree.js';
import { runsLater } from './generators.js';
import { listMethods, pureMethods, readingBuiltins } from './builtins.js';

/** What the code does with a name at one place. `escape`: its value may become known to code that is not seen. */
export type Role = 'declare' | 'write' | 'foreign' | 'read' | 'test' | 'iterate' | 'return' | 'mutate' | 'escape';

const parameterKinds = new Set(['parameters', 'lambda_parameters', 'typed_parameter', 'list_splat_pattern', 'dictionary_splat_pattern']);
const patternKinds = new Set(['pattern_list', 'tuple_pattern', 'list_pattern', 'parenthesized_expression', 'list_splat_pattern']);

/** Whether the identifier names a variable, not an attribute, a keyword argument or a part of a module's name. */
export function isVariable(id: SgNode): boolean {
  const parent = id.parent();
  if (parent === null) return false;
  if (parent.kind() === 'attribute') return same(parent.field('object'), id);
  if (parent.kind() === 'keyword_argument') return same(parent.field('value'), id);
  return true;
}

export function roleOf(id: SgNode): Role {
  const parent = id.parent();
  if (parent === null) return 'escape';
  const isField = (name: string): boolean => same(parent.field(name), id);
  switch (String(parent.kind())) {
    case 'default_parameter':
    case 'typed_default_parameter':
      return isField('name') ? 'declare' : 'escape';
    case 'global_statement':
    case 'nonlocal_statement':
      return 'foreign';
    case 'function_definition':
    case 'class_definition':
    case 'aliased_import':
    case 'as_pattern_target':
    case 'delete_statement':
      return 'write';
    case 'dotted_name':
      return isBoundByImport(parent, id) ? 'write' : 'read';
    case 'named_expression':
      return isField('name') ? 'write' : 'escape';
    case 'assignment':
      return isField('left') ? 'write' : isField('type') ? 'read' : 'escape';
    case 'augmented_assignment':
      return isField('left') ? 'write' : 'read';
    case 'for_statement':
      return isField('left') ? 'write' : 'iterate';
    case 'for_in_clause':
      return isField('left') ? 'write' : runsLater(parent.parent()) ? 'escape' : 'iterate';
    case 'attribute':
      return methodRole(parent);
    case 'subscript':
      return isField('value') ? (isTarget(parent) ? 'mutate' : 'read') : 'read';
    case 'slice':
    case 'type':
    case 'interpolation':
      return 'read';
    case 'comparison_operator':
    case 'not_operator':
      return 'test';
    case 'if_statement':
    case 'elif_clause':
    case 'while_statement':
    case 'if_clause':
      return 'test';
    case 'conditional_expression':
      return same(parent.namedChildren()[1] ?? null, id) ? 'test' : 'escape';
    case 'boolean_operator':
      return isCondition(parent) ? 'test' : 'escape';
    case 'binary_operator':
    case 'unary_operator':
      return 'read';
    case 'return_statement':
      return 'return';
    case 'list_splat':
      return 'iterate';
    case 'argument_list':
      return argumentRole(parent, id);
    default:
      if (parameterKinds.has(String(parent.kind()))) return 'declare';
      return patternKinds.has(String(parent.kind())) ? patternRole(parent) : 'escape';
  }
}

/** `a` of `import a.b` and `b` of `from a import b`, but no name of a module that something is taken from or that gets another name. */
function isBoundByImport(dotted: SgNode, id: SgNode): boolean {
  const statement = dotted.parent();
  if (statement?.kind() === 'aliased_import') return false;
  return same(statement?.field('module_name') ?? null, dotted) ? false : same(dotted.namedChildren()[0] ?? null, id);
}

function isCondition(node: SgNode): boolean {
  const parent = node.parent();
  if (parent === null) return false;
  if (['boolean_operator', 'parenthesized_expression'].includes(String(parent.kind()))) return isCondition(parent);
  if (parent.kind() === 'conditional_expression') return same(parent.namedChildren()[1] ?? null, node);
  return ['not_operator', 'if_statement', 'elif_clause', 'while_statement', 'if_clause'].includes(String(parent.kind()));
}

function patternRole(pattern: SgNode): Role {
  let node = pattern;
  let parent = node.parent();
  while (parent !== null && patternKinds.has(String(parent.kind()))) {
    node = parent;
    parent = node.parent();
  }
  if (parent === null) return 'escape';
  if (['assignment', 'for_statement', 'for_in_clause'].includes(String(parent.kind()))) return same(parent.field('left'), node) ? 'write' : 'escape';
  return parent.kind() === 'delete_statement' || parent.kind() === 'as_pattern_target' ? 'write' : 'escape';
}

function methodRole(attribute: SgNode): Role {
  const call = attribute.parent();
  if (call?.kind() !== 'call' || !same(call.field('function'), attribute)) return 'escape';
  const method = attribute.field('attribute')?.text() ?? '';
  if (pureMethods.has(method)) return 'read';
  return listMethods.has(method) ? 'mutate' : 'escape';
}

/** Whether the subscript or attribute is assigned to, augmented or deleted. */
export function isTarget(node: SgNode): boolean {
  const parent = node.parent();
  if (parent === null) return false;
  if (['assignment', 'augmented_assignment', 'for_statement', 'for_in_clause'].includes(String(parent.kind()))) return same(parent.field('left'), node);
  return patternKinds.has(String(parent.kind())) ? patternRole(parent) === 'write' : ['delete_statement', 'as_pattern_target'].includes(String(parent.kind()));
}

function argumentRole(args: SgNode, id: SgNode): Role {
  const call = args.parent();
  const callee = call?.field('function') ?? null;
  if (callee?.kind() === 'identifier') {
    if (readingBuiltins.has(callee.text())) return 'iterate';
    // These go on reading later, so they count only where a loop uses them up at once.
    const lazy = ['enumerate', 'zip', 'reversed'].includes(callee.text());
    return lazy && ['for_statement', 'for_in_clause'].includes(String(call?.parent()?.kind())) && same(call?.parent()?.field('right') ?? null, call) ? 'iterate' : 'escape';
  }
  const method = callee?.kind() === 'attribute' ? (callee.field('attribute')?.text() ?? '') : '';
  if (['join', 'extend', 'update'].includes(method) && !same(callee?.field('object') ?? null, id)) return 'iterate';
  return 'escape';
}
