import type { SgNode } from '@ast-grep/napi';
import { refusal } from '../../native/refusal.js';
import { linesBefore, replaced } from '../../native/lines.js';
import type { RustFunction } from '../../rust/function.js';
import { methodCall } from '../../rust/syntax.js';
import { elementOf, isPlain } from '../../rust/types.js';
import { lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { RustRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

/** Below this a scan is faster than a hash. */
const smallest = 16;

export const rustMembershipSet: RustRecipe = {
  family: 'rust',
  name: 'rust-membership-set',
  languages: ['rust'],
  category: 'quadratic',
  title: 'Look up in a set what a loop searches for in the same slice again and again',
  evidence: { findings: hostWork, text: '`contains`, `SliceContains` or `memcmp` below the function.' },
  condition: 'The slice is a parameter by shared reference, which nobody can change while the function has it, of integers, characters or strings, whose equality and hash go by their content. A short slice is searched as before.',
  risk: 'Building the set costs more than it saves when the loop has few rounds.',
  expected: 'From n * m comparisons to n + m; large from some hundred elements.',
  references: ['https://doc.rust-lang.org/std/collections/struct.HashSet.html'],
  apply(fn) {
    return fn.owned('call_expression').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: RustFunction, node: SgNode): Answer | null {
  const call = methodCall(node);
  const [value] = call?.args ?? [];
  if (call?.method !== 'contains' || call.receiver.kind() !== 'identifier' || value === undefined || !/^&?\w+$/.test(value.text())) return null;
  const name = call.receiver.text();
  const binding = fn.binding(name);
  const loop = fn.loopsAround(node).at(-1);
  const statement = loop === undefined ? null : fn.statementOf(loop);
  if (binding === null || elementOf(binding.type) === null || statement === null) return null;
  if (binding.kind !== 'parameter' || binding.isMutable || !/^&(?!mut)/.test(binding.type ?? '') || !isPlain(elementOf(binding.type))) return refusal(node, `\`${name}\` is no parameter by shared reference with texts or whole numbers in it, so it may change, or its elements have no hash.`);
  if (!fn.isBlock(statement.parent())) return null;
  const set = fn.names.fresh(`${name}_set`);
  return {
    title: `look up elements of \`${name}\` in a set`,
    line: lineOf(node),
    edits: [
      linesBefore(fn.source, statement, `let ${set} = (${name}.len() > ${smallest}).then(|| ${name}.iter().collect::<std::collections::HashSet<_>>());`),
      replaced(node, `${set}.as_ref().map_or_else(|| ${name}.contains(${value.text()}), |set| set.contains(${value.text()}))`),
    ],
  };
}
