import type { SgNode } from '@ast-grep/napi';
import { same } from '../source/tree.js';
import type { CppFunction } from './function.js';
import { nameCall } from './syntax.js';
import { onlyReads } from './effects.js';
import { changingMethods } from './methods.js';
import { argumentsOf, isCostly, isNumber, ownsItsParts, typeOfPlace, valuesOf } from './types.js';

/** What the code does with a variable at one place. `escape`: something else may come to refer to it, or it is not understood. */
export type Role = 'declare' | 'read' | 'write' | 'escape';

/** Methods of strings and containers that change nothing and hand out no way to change it. */
const readingMethods = new Set(['size', 'length', 'empty', 'capacity', 'count', 'contains', 'substr', 'compare', 'rfind', 'find_first_of', 'find_last_of', 'find_first_not_of', 'find_last_not_of', 'starts_with', 'ends_with', 'use_count', 'has_value', 'max_size']);
/** Methods that give a part of the object. */
const partMethods = new Set(['at', 'front', 'back', 'top']);
/** Functions that read what they are given and keep nothing of it. */
const readers = /^(?:std::)?(?:string|to_string|stoi|stol|stod|abs|fabs|sqrt|pow|floor|ceil|round|exp|log|sin|cos|strlen|strcmp|isalpha|isdigit|isspace|isalnum|isupper|islower|ispunct|tolower|toupper|printf|fprintf|size_t|int|double|long|char|float|bool|static_cast<[^&*]+>)$/;

/** Of a variable that holds a value; for one that holds a pointer or iterator it says nothing of what that points to. */
export function roleOf(fn: CppFunction, use: SgNode): Role {
  if (fn.isDeferred(use)) return 'escape';
  if (fn.isDeclaration(use)) return 'declare';
  let at = use;
  for (let parent = at.parent(); parent !== null; parent = at.parent()) {
    const kind = String(parent.kind());
    // `m[k]` inserts what is missing.
    if (kind === 'subscript_expression' && same(at, use) && same(parent.field('argument'), at) && /^(?:unordered_)?map</.test(fn.typeOf(use.text()) ?? '')) return 'write';
    if (kind === 'parenthesized_expression' || (kind === 'subscript_expression' && same(parent.field('argument'), at))) at = parent;
    else if (kind === 'field_expression' && same(parent.field('argument'), at)) {
      const call = parent.parent();
      const method = parent.field('field')?.text() ?? '';
      if (call?.kind() !== 'call_expression' || !same(call.field('function'), parent)) {
        // Behind an arrow lies another object.
        if (parent.children().some((child) => child.text() === '->')) return 'read';
        at = parent;
      } else if (partMethods.has(method)) at = call;
      else return methodRole(fn, { use, call, method, isWhole: same(at, use) });
    } else break;
  }
  return contextRole(fn, at, same(at, use));
}

function methodRole(fn: CppFunction, { use, call, method, isWhole }: { use: SgNode; call: SgNode; method: string; isWhole: boolean }): Role {
  if (readingMethods.has(method)) return 'read';
  // The method of an element or a field may be one of a type that the function does not tell.
  if (!isWhole) return 'escape';
  const type = fn.typeOf(use.text()) ?? '';
  if (method === 'find') return type === 'string' || isCompared(call) ? 'read' : 'escape';
  if (['begin', 'end', 'cbegin', 'cend'].includes(method)) return isCompared(call) ? 'read' : 'escape';
  return changingMethods.has(method) ? 'write' : 'escape';
}

function isCompared(call: SgNode): boolean {
  const parent = call.parent();
  return parent?.kind() === 'binary_expression' && ['==', '!='].includes(parent.field('operator')?.text() ?? '');
}

function contextRole(fn: CppFunction, at: SgNode, isWhole: boolean): Role {
  const parent = at.parent();
  const isField = (name: string): boolean => same(parent?.field(name) ?? null, at);
  switch (String(parent?.kind())) {
    case 'assignment_expression':
      if (isField('left')) return 'write';
      return /string_view|span|[*]|_ptr|reference_wrapper/.test(rootType(fn, parent?.field('left') ?? null)) ? 'escape' : 'read';
    case 'update_expression':
      return 'write';
    case 'binary_expression': {
      const operator = parent?.field('operator')?.text();
      return operator === '>>' || (operator === '<<' && isField('left')) ? 'write' : 'read';
    }
    case 'subscript_argument_list':
    case 'unary_expression':
    case 'condition_clause':
    case 'expression_statement':
    case 'throw_statement':
      return 'read';
    case 'init_declarator':
      return parent?.field('declarator')?.kind() === 'identifier' && copies(fn, parent) ? 'read' : 'escape';
    case 'return_statement':
      return fn.hot.field('declarator')?.kind() === 'function_declarator' ? 'read' : 'escape';
    case 'for_range_loop': {
      if (!isField('right')) return 'escape';
      const declarator = parent?.field('declarator');
      const isReference = declarator?.kind() === 'reference_declarator';
      return !isReference || parent?.children().some((child) => child.text() === 'const') === true ? 'read' : 'escape';
    }
    case 'initializer_list':
      // `Hit{id, distance}` of a struct that keeps copies.
      return parent?.parent()?.kind() === 'compound_literal_expression' && valuesOf(fn, parent.parent()?.field('type')?.text() ?? '') !== null ? 'read' : 'escape';
    case 'argument_list':
      return argumentRole(fn, parent?.parent() ?? null, at);
    default:
      return isWhole && parent?.kind() === 'comma_expression' ? 'read' : 'escape';
  }
}

/** The type of the variable that a place is a part of: `m` of `m[k]`; empty where it is not known. */
function rootType(fn: CppFunction, place: SgNode | null): string {
  if (place?.kind() === 'subscript_expression') return rootType(fn, place.field('argument'));
  return place?.kind() === 'identifier' ? (fn.typeOf(place.text()) ?? fn.binding(place.text())?.indirection ?? '') : '';
}

/** Whether what is declared is a value of its own and no view, iterator or object that may keep a reference. */
function copies(fn: CppFunction, declarator: SgNode): boolean {
  const type = fn.binding(declarator.field('declarator')?.text() ?? '')?.type ?? '';
  return isCostly(type) || isNumber(type) || type === 'auto';
}

/** Whether a container copies what it is given: it holds no views or pointers, or is one of just that type. */
function keepsCopy(fn: CppFunction, container: SgNode | null, given: SgNode): boolean {
  const type = typeOfPlace(fn, container);
  if (type === null) return false;
  const elements = argumentsOf(type, 'vector', 'deque', 'list', 'queue', 'stack', 'set', 'unordered_set', 'multiset');
  return ownsItsParts(type) || (isCostly(elements[0] ?? '') && elements[0] === fn.typeOf(given.text()));
}

function argumentRole(fn: CppFunction, call: SgNode | null, given: SgNode): Role {
  // `std::string t(s)` copies; another type may keep a reference.
  if (call?.kind() === 'init_declarator') {
    const type = fn.binding(call.field('declarator')?.text() ?? '')?.type ?? '';
    return ownsItsParts(type) || (isCostly(type) && type === fn.typeOf(given.text())) ? 'read' : 'escape';
  }
  const callee = call?.kind() === 'call_expression' ? call.field('function') : null;
  if (callee?.kind() === 'field_expression') {
    const method = callee.field('field')?.text() ?? '';
    if (changingMethods.has(method)) return keepsCopy(fn, callee.field('argument'), given) ? 'read' : 'escape';
    return readingMethods.has(method) || partMethods.has(method) || method === 'find' ? 'read' : 'escape';
  }
  const name = nameCall(call)?.name ?? '';
  return readers.test(name) || onlyReads(fn, name) ? 'read' : 'escape';
}

/** Whether the variable holds the same all through the region, as far as the function's own text may change it. */
export function isReadOnly(fn: CppFunction, name: string, region: SgNode): boolean {
  return fn.usesIn(name, region).every((use) => ['read', 'declare'].includes(roleOf(fn, use)));
}

/** Whether nothing but the function's own text can reach the variable: it is a value of the function and nothing else ever comes to refer to it. */
export function isPrivate(fn: CppFunction, name: string): boolean {
  return fn.isOwnValue(name) && fn.uses(name).every((use) => roleOf(fn, use) !== 'escape');
}
