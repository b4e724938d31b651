import type { SgNode } from '@ast-grep/napi';
import { isHarmless } from '../../cpp/effects.js';
import type { CppFunction } from '../../cpp/function.js';
import { withInclude } from '../../cpp/includes.js';
import { bodyOf, expressionOf, methodCall, nameCall } from '../../cpp/syntax.js';
import { argumentsOf } from '../../cpp/types.js';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { all, endOf, lineOf, parts, same, startOf, within } from '../../source/tree.js';
import { statements } from '../../native/function.js';
import { nativeNameOf } from '../../native/names.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppEraseRemove: CppRecipe = {
  family: 'cpp',
  name: 'cpp-erase-remove',
  languages: ['cpp'],
  category: 'quadratic',
  title: 'Remove elements of a vector in one pass instead of by `erase` one by one',
  evidence: { findings: hostWork, text: '`memmove` or move assignments below `erase`.' },
  condition: 'The loop does nothing but erase what a condition holds for, from the first element to the last. The condition does not name the vector, changes nothing, and knows the element only by its value. Where it may throw, nobody sees the vector afterwards.',
  risk: 'None known.',
  expected: 'From n^2 moved elements to n; large from some hundred removed ones.',
  references: ['https://en.cppreference.com/w/cpp/algorithm/remove', 'https://en.cppreference.com/w/cpp/container/vector/erase'],
  apply(fn) {
    return fn.owned('for_statement').flatMap((loop) => rewrite(fn, loop) ?? []);
  },
};

function rewrite(fn: CppFunction, loop: SgNode): Answer | null {
  const [declarator] = parts(loop.field('initializer') ?? loop).filter((child) => child.kind() === 'init_declarator');
  const iterator = declarator?.field('declarator')?.text() ?? '';
  const begin = methodCall(declarator?.field('value') ?? null);
  const list = begin?.receiver.text() ?? '';
  const [element, ...allocator] = argumentsOf(fn.typeOf(list) ?? '', 'vector', 'deque');
  const [only, ...more] = bodyOf(loop);
  if (begin?.method !== 'begin' || begin.receiver.kind() !== 'identifier' || element === undefined || allocator.length > 0 || element === 'bool' || loop.field('update') !== null || only?.kind() !== 'if_statement' || more.length > 0) return null;
  if (loop.field('condition')?.text() !== `${iterator} != ${list}.end()` || fn.binding(iterator)?.value === null) return null;
  const condition = only.field('condition')?.field('value');
  const kept = statements(only.field('alternative') ?? only)[0];
  if (condition === null || condition === undefined || only.field('alternative') === null || kept === undefined) return null;
  if (!isErase(single(only.field('consequence')), iterator, list) || !/^(?:\+\+\w+|\w+\+\+)$/.test(expressionOf(single(kept) ?? kept)?.text() ?? '') || !expressionOf(single(kept) ?? kept)?.text().includes(iterator)) return null;
  const uses = fn.usesIn(iterator, condition);
  if (uses.length === 0) return null;
  if (!uses.every(isElement) || fn.usesIn(list, condition).length > 0 || !isHarmless(fn, condition) || all(condition, 'assignment_expression', 'update_expression').some((node) => within(node, condition))) return refusal(loop, `the condition does more than read the element: it names \`${list}\`, changes something or runs code that is not known.`);
  if (mayThrow(fn, condition) && !(fn.isOwnValue(list) && all(fn.hot, 'try_statement').length === 0)) return refusal(loop, `where the condition throws, the elements of \`${list}\` would be left in the middle of being moved.`);
  const include = withInclude(fn, 'algorithm');
  if (include === null) return null;
  const value = fn.names.fresh('element');
  const test = uses.toSorted((a, b) => startOf(b) - startOf(a)).reduce((text, use) => {
    const whole = use.parent() ?? use;
    const [from, to] = whole.kind() === 'pointer_expression' ? [startOf(whole), endOf(whole)] : [startOf(use), endOf(use) + 2];
    return text.slice(0, from - startOf(condition)) + (whole.kind() === 'pointer_expression' ? value : `${value}.`) + text.slice(to - startOf(condition));
  }, condition.text());
  return {
    title: `remove elements of \`${list}\` in one pass`,
    line: lineOf(loop),
    edits: [...include, replaced(loop, `${list}.erase(std::remove_if(${list}.begin(), ${list}.end(), [&](const ${elementType(fn, list)}& ${value}) { return ${test}; }), ${list}.end());`)],
  };
}

/** By a method or function of the standard library that does for some arguments, or by one of the program. */
function mayThrow(fn: CppFunction, condition: SgNode): boolean {
  return all(condition, 'call_expression').some((call) => {
    const method = methodCall(call)?.method ?? (call.field('function')?.kind() === 'field_expression' ? call.field('function')?.field('field')?.text() : undefined);
    if (method !== undefined) return ['at', 'substr', 'compare'].includes(method);
    const name = nameCall(call)?.name ?? '';
    return /^(?:std::)?sto\w+$/.test(name) || all(fn.root, 'function_definition').some((node) => nativeNameOf(node) === name);
  });
}

/** As the declaration of the list writes it; `auto` would need C++14. */
function elementType(fn: CppFunction, list: string): string {
  return /<(.*)>/s.exec(fn.binding(list)?.written ?? '')?.[1]?.trim() ?? 'auto';
}

/** The only statement of a branch. */
function single(branch: SgNode | null): SgNode | undefined {
  if (branch === null) return undefined;
  const inside = branch.kind() === 'compound_statement' ? statements(branch) : [branch];
  return inside.length === 1 ? inside[0] : undefined;
}

/** `it = v.erase(it);` */
function isErase(statement: SgNode | undefined, iterator: string, list: string): boolean {
  const assignment = expressionOf(statement);
  const call = methodCall(assignment?.kind() === 'assignment_expression' ? assignment.field('right') : null);
  return assignment?.field('left')?.text() === iterator && call?.method === 'erase' && call.receiver.text() === list && call.args.length === 1 && call.args[0]?.text() === iterator;
}

/** `*it` or `it->field`. */
function isElement(use: SgNode): boolean {
  const parent = use.parent();
  if (parent?.kind() === 'pointer_expression') return parent.text().startsWith('*');
  return parent?.kind() === 'field_expression' && same(parent.field('argument'), use) && parent.text().startsWith(`${use.text()}->`);
}
