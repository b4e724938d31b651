import type { SgNode } from '@ast-grep/napi';
import type { CppFunction } from '../../cpp/function.js';
import { withInclude } from '../../cpp/includes.js';
import { expressionOf, methodCall } from '../../cpp/syntax.js';
import { argumentsOf, isCostly } from '../../cpp/types.js';
import { isPrivate } from '../../cpp/uses.js';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { endOf, lineOf, same, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppMoveLastUse: CppRecipe = {
  family: 'cpp',
  name: 'cpp-move-last-use',
  languages: ['cpp'],
  category: 'allocation',
  title: 'Move a variable at its last use into the container that keeps it',
  evidence: { findings: hostWork, text: 'Copy constructors, `operator new` and `memcpy` below `push_back`.' },
  condition: 'The variable is a string or container of the function that nothing else refers to. It is appended to a container of the same type of elements, and no later code names it: it is declared within the innermost loop around, and no jump leads back.',
  risk: 'None known.',
  expected: 'The cost of a copy for each element.',
  references: ['https://isocpp.github.io/CppCoreGuidelines/CppCoreGuidelines#f18-for-will-move-from-parameters-pass-by-x-and-stdmove-the-parameter', 'https://en.cppreference.com/w/cpp/utility/move'],
  apply(fn) {
    return fn.owned('expression_statement').flatMap((statement) => rewrite(fn, statement) ?? []);
  },
};

function rewrite(fn: CppFunction, statement: SgNode): Answer | null {
  const call = methodCall(expressionOf(statement));
  const [value] = call?.args ?? [];
  if (call === null || !['push_back', 'push'].includes(call.method) || call.args.length !== 1 || value?.kind() !== 'identifier' || call.receiver.kind() !== 'identifier') return null;
  const name = value.text();
  const binding = fn.binding(name);
  if (binding === null || binding.isConst || !isCostly(binding.type) || !fn.isOwnValue(name) || fn.usesIn(name, statement).length !== 1) return null;
  if (argumentsOf(fn.typeOf(call.receiver.text()) ?? '', 'vector', 'deque', 'list', 'queue', 'stack')[0] !== binding.type) return null;
  if (fn.uses(name).some((use) => startOf(use) > endOf(statement))) return refusal(statement, `\`${name}\` is used again after it.`);
  if (!isPrivate(fn, name)) return refusal(statement, `something else may refer to \`${name}\` and read it later.`);
  const [loop] = fn.loopsAround(statement);
  // What is declared in the body is a new one in each round; the variable of the loop itself is, too.
  if (loop !== undefined && !within(binding.id, loop.field('body') ?? loop) && !(binding.kind === 'range' && same(binding.node, loop))) return refusal(statement, `the next round of the loop needs \`${name}\` again.`);
  const include = withInclude(fn, 'utility');
  return include === null ? null : { title: `move \`${name}\` at its last use`, line: lineOf(statement), edits: [...include, replaced(value, `std::move(${name})`)] };
}
