import type { SgNode } from '@ast-grep/napi';
import { nativeNameOf } from '../native/names.js';
import { all, parts, within } from '../source/tree.js';
import type { CppFunction } from './function.js';
import { methodCall, nameCall } from './syntax.js';
import { changingMethods } from './uses.js';

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
  return /^(?:vector|string|map|set|unordered_map|unordered_set|multimap|multiset|deque|array|pair|tuple)\b/.test(type) && !/[*]|span|_view|_ptr|reference_wrapper/.test(type);
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
  const defined = /^\w+$/.test(name) && depth < deepest ? all(fn.root, 'function_definition').filter((node) => nativeNameOf(node) === name) : [];
  const [only] = defined;
  return defined.length === 1 && only !== undefined && isCalmFunction(fn, only, depth + 1);
}

/** A function of the file that writes to its own variables only. */
function isCalmFunction(fn: CppFunction, node: SgNode, depth: number): boolean {
  const other = fn.other(node);
  const body = node.field('body');
  return body !== null && other.isPlain && isHarmless(other, body, depth);
}
