import type { SgNode } from '@ast-grep/napi';
import type { CppFunction } from '../../cpp/function.js';
import { methodCall, nameCall } from '../../cpp/syntax.js';
import { argumentsOf, isCostlyElement, plainType } from '../../cpp/types.js';
import { refusal } from '../../native/refusal.js';
import { all, endOf, lineOf, startOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer, Refusal, TextEdit } from '../recipe.js';

export const cppEmplace: CppRecipe = {
  family: 'cpp',
  name: 'cpp-emplace',
  languages: ['cpp'],
  category: 'allocation',
  title: 'Build an element in its place instead of moving a temporary there',
  evidence: { findings: hostWork, text: 'Move constructors and destructors below the function.' },
  condition: 'The temporary is of the very type of the elements, which is one of the standard library, and is made by a constructor that is named. Its arguments are no braces, null, zero, `new` or bit-fields, which would not be passed on as they are.',
  risk: 'None known.',
  expected: 'A few nanoseconds an element.',
  references: ['https://en.cppreference.com/w/cpp/container/vector/emplace_back'],
  apply(fn) {
    return fn.owned('call_expression').flatMap((node): Answer[] => {
      const edits = emplaced(fn, node);
      if (edits === null) return [];
      return 'reason' in edits ? [edits] : [{ title: `build elements of \`${methodCall(node)?.receiver.text() ?? ''}\` in place`, line: lineOf(node), edits }];
    });
  },
};

function emplaced(fn: CppFunction, node: SgNode): TextEdit[] | Refusal | null {
  const call = methodCall(node);
  const [value] = call?.args ?? [];
  const made = nameCall(value ?? null);
  if (call?.method !== 'push_back' || call.args.length !== 1 || value === undefined || made === null || call.receiver.kind() !== 'identifier') return null;
  const [element] = argumentsOf(fn.typeOf(call.receiver.text()) ?? '', 'vector', 'deque', 'list');
  const callee = value.field('function');
  if (element === undefined || !isCostlyElement(fn, element) || plainType(made.name, fn.usesStd) !== element || callee === null) return null;
  if (made.args.length === 0) return null;
  if (made.args.some((arg) => !isPassedOn(arg))) return refusal(node, 'an argument would leak, or could not be passed on as it is: a `new`, a list in braces, a null pointer or a bit field.');
  const method = node.field('function')?.field('field');
  const args = value.field('arguments');
  if (method === null || method === undefined || args === null) return null;
  return [
    { start: startOf(method), end: endOf(method), text: 'emplace_back' },
    { start: startOf(value), end: startOf(args) + 1, text: '' },
    { start: endOf(args) - 1, end: endOf(args), text: '' },
  ];
}

function isPassedOn(arg: SgNode): boolean {
  if (['initializer_list', 'new_expression', 'lambda_expression', 'null', 'field_expression', 'compound_literal_expression'].includes(String(arg.kind())) || /^(?:0|NULL|nullptr)$/.test(arg.text())) return false;
  return all(arg, 'new_expression', 'initializer_list').length === 0;
}
