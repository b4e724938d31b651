import type { SgNode } from '@ast-grep/napi';
import { nativeNameOf } from '../native/names.js';
import { all, parts, within } from '../source/tree.js';
import type { CppFunction } from './function.js';
import { methodCall, nameCall } from './syntax.js';
import { ownsItsParts, plainType } from './types.js';
import { changingMethods } from './methods.js';

/** Functions of the standard library that change nothing, and call nothing of the program. */
const calm = /^(?:std::)?(?:min|max|abs|fabs|labs|to_string|stoi|stol|stoll|stod|stoul|sqrt|pow|floor|ceil|round|exp|log|log2|sin|cos|hypot|isalpha|isdigit|isspace|isalnum|isupper|islower|ispunct|tolower|toupper|strlen|strcmp|string|size_t|int|double|long|char|float|bool|unsigned|move|make_pair|make_tuple|get<\w+>|static_cast<[^&*]+>|numeric_limits<\w+>::\w+)$/;
const readingMethods = new Set(['size', 'length', 'empty', 'capacity', 'count', 'contains', 'substr', 'compare', 'find', 'rfind', 'find_first_of', 'find_last_of', 'find_first_not_of', 'find_last_not_of', 'at', 'front', 'back', 'top', 'begin', 'end', 'cbegin', 'cend', 'rbegin', 'rend', 'c_str', 'data', 'starts_with', 'ends_with']);
const deepest = 3;

/**
 * Whether running the region changes nothing but variables of the function itself: no code that is not known, no write
 * through a pointer, a reference or to a member. Operators of the program's own types are taken to change nothing else.
 */
export function isHarmless(fn: CppFunction, region: SgNode, depth = 0): boolean {
  if (all(region, 'lambda_expression', 'new_expression', 'delete_expression', 'co_await_expression', 'co_yield_statement', 'gnu_asm_expression', 'pointer_expression').some((node) => node.kind() !== 'pointer_expression' || node.text().startsWith('&'))) return false;
  const targets = [...all(region, 'assignment_expression').map((node) => node.field('left')), ...all(region, 'update_expression').map((node) => node.field('argument'))];
  if (!targets.every((target) => target !== null && isOwnPlace(fn, target))) return false;
  if (!all(region, 'binary_expression').every((node) => node.field('operator')?.text() !== '>>' || isOwnPlace(fn, node.field('right') ?? node))) return false;
  if (all(region, 'for_range_loop').some((loop) => loop.field('declarator')?.kind() === 'reference_declarator' && !loop.children().some((child) => child.text() === 'const'))) return false;
  return all(region, 'call_expression').every((call) => isCalmCall(fn, call, depth));
}

function isOwnPlace(fn: CppFunction, target: SgNode): boolean {
  if (target.kind() === 'identifier') return fn.isOwnValue(target.text()) || ['*', '[]'].includes(fn.binding(target.text())?.indirection ?? '');
  if (target.kind() === 'parenthesized_expression') return parts(target).every((inner) => isOwnPlace(fn, inner));
  const inner = target.kind() === 'subscript_expression' ? target.field('argument') : target.kind() === 'field_expression' && target.text().includes('.') && !target.text().includes('->') ? target.field('argument') : null;
  return inner !== null && rootIsOwnValue(fn, inner);
}

function rootIsOwnValue(fn: CppFunction, node: SgNode): boolean {
  if (node.kind() === 'identifier') return fn.isOwnValue(node.text()) && isStandardValue(fn.typeOf(node.text()) ?? '');
  const inner = ['subscript_expression', 'field_expression'].includes(String(node.kind())) && !node.text().includes('->') ? node.field('argument') : null;
  return inner !== null && rootIsOwnValue(fn, inner);
}

/** Not a pointer, a span or a view, behind which lies the memory of somebody else. */
function isStandardValue(type: string): boolean {
  return /^(?:vector|string|map|set|unordered_map|unordered_set|multimap|multiset|deque|list|queue|stack|priority_queue|array|pair|tuple)\b/.test(type) && !/[*]|span|_view|_ptr|reference_wrapper/.test(type);
}

function isCalmCall(fn: CppFunction, call: SgNode, depth: number): boolean {
  const method = methodCall(call);
  if (method !== null) {
    if (readingMethods.has(method.method)) return true;
    return changingMethods.has(method.method) && rootIsOwnValue(fn, method.receiver);
  }
  const name = nameCall(call)?.name ?? '';
  if (calm.test(name)) return true;
  if (name === nativeNameOf(fn.hot)) return !within(fn.hot, call);
  return /^\w+$/.test(name) && depth < deepest && isCalmName(fn, name, depth + 1);
}

/** Whether every function of the name writes to its own variables only: the only one of the file, or all of the repository. */
function isCalmName(fn: CppFunction, name: string, depth: number): boolean {
  if (fn.uses(name).some((use) => fn.isDeclaration(use))) return false;
  const here = all(fn.root, 'function_definition').filter((node) => nativeNameOf(node) === name).map((node) => fn.other(node));
  const known = here.length > 0 ? here : (fn.program?.definitions(name) ?? []).map(({ node, file }) => fn.other(node, file));
  return known.length > 0 && (here.length === 0 || here.length === 1) && known.every((other) => isCalmFunction(other, depth));
}

function isCalmFunction(fn: CppFunction, depth: number): boolean {
  const body = fn.hot.field('body');
  return body !== null && fn.isPlain && isHarmless(fn, body, depth);
}

/** Whether what the functions of the name are given is only read, and nothing of it is kept or given back but copies. */
export function onlyReads(fn: CppFunction, name: string): boolean {
  if (!/^\w+$/.test(name) || !isCalmName(fn, name, 1)) return false;
  const nodes = [...all(fn.root, 'function_definition').filter((node) => nativeNameOf(node) === name), ...(fn.program?.definitions(name) ?? []).map(({ node }) => node)];
  return nodes.every((node) => node.field('declarator')?.kind() === 'function_declarator' && ownsItsParts(plainType(node.field('type')?.text() ?? '', fn.usesStd)));
}
