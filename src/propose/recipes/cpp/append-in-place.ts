import type { SgNode } from '@ast-grep/napi';
import type { CppFunction } from '../../cpp/function.js';
import { methodCall, nameCall } from '../../cpp/syntax.js';
import { elementOf } from '../../cpp/types.js';
import { isPrivate } from '../../cpp/uses.js';
import { refusal } from '../../native/refusal.js';
import { all, endOf, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppAppendInPlace: CppRecipe = {
  family: 'cpp',
  name: 'cpp-append-in-place',
  languages: ['cpp'],
  category: 'quadratic',
  title: 'Append to a string in place instead of making a longer copy',
  evidence: { findings: hostWork, text: '`std::operator+`, `operator new` and `memcpy` below the function.' },
  condition: 'The string is a variable of the function that nothing else refers to and is the leftmost operand of a sum that is assigned to it. The other operands are texts or characters by their declaration, do not name it, and at most one of them calls something, so that no order of calls changes.',
  risk: 'When memory runs out in the middle, part of the operands have been added.',
  expected: 'From n^2 copied bytes to n; large for strings of some thousand characters.',
  references: ['https://en.cppreference.com/w/cpp/string/basic_string/operator%2B%3D'],
  apply(fn) {
    return fn.owned('assignment_expression').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: CppFunction, node: SgNode): Answer | null {
  const name = node.field('left')?.text() ?? '';
  const value = node.field('right');
  if (node.field('operator')?.text() !== '=' || node.field('left')?.kind() !== 'identifier' || value === null || node.parent()?.kind() !== 'expression_statement') return null;
  const operands = addedTo(name, value);
  if (fn.typeOf(name) !== 'string' || operands === null) return null;
  if (!isPrivate(fn, name) || fn.usesIn(name, value).length !== 1) return refusal(node, `something else may refer to \`${name}\`, or what is added names it.`);
  if (!operands.every((operand) => isText(fn, operand))) return refusal(node, 'an operand is not declared to be a text, so its `+` may be another than that of strings.');
  if (operands.filter((operand) => all(operand, 'call_expression', 'update_expression', 'assignment_expression').length > 0).length > 1) return refusal(node, 'more than one operand calls something, and the order of the calls would change.');
  const [first, ...more] = operands;
  if (first === undefined) return null;
  const text = more.reduce((chain, operand) => `(${chain}) += ${operand.text()}`, `${name} += ${first.text()}`);
  return { title: `append to \`${name}\` in place`, line: lineOf(node), edits: [{ start: startOf(node), end: endOf(node), text }] };
}

/** What `+=` of a string takes and means the same by as `+`: not, say, a number, for which a program may have a `+` of its own. */
function isText(fn: CppFunction, operand: SgNode): boolean {
  if (['string_literal', 'char_literal'].includes(String(operand.kind()))) return /^["']/.test(operand.text());
  if (operand.kind() === 'identifier') return ['string', 'char'].includes(fn.binding(operand.text())?.type ?? '') && ['', '&', '*'].includes(fn.binding(operand.text())?.indirection ?? '?');
  if (operand.kind() === 'subscript_expression') {
    const type = fn.typeOf(operand.field('argument')?.text() ?? '') ?? '';
    return type === 'string' || elementOf(type) === 'string';
  }
  if (['std::to_string', 'std::string'].includes(nameCall(operand)?.name ?? '')) return true;
  const call = methodCall(operand);
  return call?.method === 'substr' && fn.typeOf(call.receiver.text()) === 'string';
}

/** `b` and `c` of `name + b + c`; null for anything else. */
function addedTo(name: string, value: SgNode): SgNode[] | null {
  if (value.kind() !== 'binary_expression' || value.field('operator')?.text() !== '+') return null;
  const [left, right] = [value.field('left'), value.field('right')];
  if (left === null || right === null) return null;
  if (left.kind() === 'identifier' && left.text() === name) return [right];
  const before = addedTo(name, left);
  return before === null ? null : [...before, right];
}
