import type { SgNode } from '@ast-grep/napi';
import type { CppFunction } from '../../cpp/function.js';
import { methodCall } from '../../cpp/syntax.js';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppCompareInPlace: CppRecipe = {
  family: 'cpp',
  name: 'cpp-compare-in-place',
  languages: ['cpp'],
  category: 'allocation',
  title: 'Compare a part of a string where it stands instead of copying it by `substr`',
  evidence: { findings: hostWork, text: '`std::string::substr`, `operator new` and `memcpy` below the function.' },
  condition: 'The string is a `std::string` by its declaration, and the other side a string literal or another such string. `compare` takes the same position and length, and throws the same exception when the position lies behind the end.',
  risk: 'The text of that exception names another function.',
  expected: 'A copy for each comparison, 10 to 50 nanoseconds.',
  references: ['https://en.cppreference.com/w/cpp/string/basic_string/compare'],
  apply(fn) {
    return fn.owned('binary_expression').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: CppFunction, node: SgNode): Answer | null {
  const operator = node.field('operator')?.text() ?? '';
  const [left, right] = [node.field('left'), node.field('right')];
  const call = methodCall(left);
  if (!['==', '!='].includes(operator) || right === null || call?.method !== 'substr' || call.receiver.kind() !== 'identifier') return null;
  if (fn.typeOf(call.receiver.text()) !== 'string') return refusal(node, `the function does not declare \`${call.receiver.text()}\` to be a \`std::string\`.`);
  const isText = right.kind() === 'string_literal' ? right.text().startsWith('"') : right.kind() === 'identifier' && fn.typeOf(right.text()) === 'string';
  const [position, length] = call.args;
  if (!isText) return refusal(node, 'the other side is no literal and no `std::string` that the function declares.');
  if (position === undefined || call.args.length > 2 || call.args.some((arg) => arg.kind() === 'initializer_list')) return null;
  const text = `${call.receiver.text()}.compare(${position.text()}, ${length?.text() ?? 'std::string::npos'}, ${right.text()}) ${operator} 0`;
  return { title: `compare a part of \`${call.receiver.text()}\` in place`, line: lineOf(node), edits: [replaced(node, text)] };
}
