import type { SgNode } from '@ast-grep/napi';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import type { RustFunction } from '../../rust/function.js';
import { expressionOf, methodCall } from '../../rust/syntax.js';
import { endOf, lineOf, startOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { RustRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const rustMoveLastUse: RustRecipe = {
  family: 'rust',
  name: 'rust-move-last-use',
  languages: ['rust'],
  category: 'allocation',
  title: 'Move a string or vector at its last use instead of cloning it',
  evidence: { findings: hostWork, text: '`<alloc::string::String as Clone>::clone`, `to_vec`, `malloc` and `free` below the function.' },
  condition: 'The variable owns a `String` or `Vec` by its declaration, nothing names it afterwards, and it is made anew in each round of the loops around. What is still borrowed cannot be moved: that does not compile.',
  risk: 'None known.',
  expected: 'An allocation and a copy each.',
  references: ['https://rust-lang.github.io/rust-clippy/master/index.html#redundant_clone'],
  apply(fn) {
    return fn.owned('call_expression').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: RustFunction, node: SgNode): Answer | null {
  const call = methodCall(node);
  const statement = fn.statementOf(node);
  if (call?.method !== 'clone' || call.args.length > 0 || call.receiver.kind() !== 'identifier' || statement === null) return null;
  const name = call.receiver.text();
  const binding = fn.binding(name);
  if (binding === null || !['let', 'parameter'].includes(binding.kind) || !/^(?:String|Vec<.*>)$/.test(binding.type ?? '')) return null;
  const taker = methodCall(expressionOf(statement));
  if (taker === null || !['push', 'push_back', 'insert'].includes(taker.method) || !taker.args.some((arg) => startOf(arg) === startOf(node) && endOf(arg) === endOf(node))) return null;
  if (fn.usesIn(name, statement).length !== 1 || fn.isInText(name) || fn.uses(name).some((use) => startOf(use) > endOf(statement) || fn.isDeferred(use))) return refusal(node, `\`${name}\` is used again after it.`);
  const [loop] = fn.loopsAround(node);
  if (loop !== undefined && !within(binding.id, loop.field('body') ?? loop)) return refusal(node, `the next round of the loop needs \`${name}\` again.`);
  return { title: `move \`${name}\` at its last use`, line: lineOf(node), edits: [replaced(node, name)] };
}
