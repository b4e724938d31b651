import type { SgNode } from '@ast-grep/napi';
import { isHarmless } from '../../cpp/effects.js';
import type { CppFunction } from '../../cpp/function.js';
import { nameCall } from '../../cpp/syntax.js';
import { refusal } from '../../native/refusal.js';
import { linesBefore, replaced } from '../../native/lines.js';
import { all, lineOf, same } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppLengthOnce: CppRecipe = {
  family: 'cpp',
  name: 'cpp-length-once',
  languages: ['cpp'],
  category: 'quadratic',
  title: 'Ask for the length of a C string once instead of in every round of a loop',
  evidence: { findings: hostWork, text: '`strlen` below the function.' },
  condition: 'The string is a `const char*` parameter that the loop does not change. The loop runs no code but what writes to variables of the function, none of which is an array or a pointer, so nothing changes the characters.',
  risk: 'None known.',
  expected: 'From n^2 characters read to n; compilers do it where they see that nothing is written.',
  references: ['https://en.cppreference.com/w/cpp/string/byte/strlen'],
  apply(fn) {
    return fn.owned('for_statement').flatMap((loop) => rewrite(fn, loop) ?? []);
  },
};

function rewrite(fn: CppFunction, loop: SgNode): Answer | null {
  const condition = loop.field('condition');
  const [call, ...more] = condition === null ? [] : all(condition, 'call_expression').filter((node) => ['strlen', 'std::strlen'].includes(nameCall(node)?.name ?? ''));
  const [text] = nameCall(call ?? null)?.args ?? [];
  if (call === undefined || more.length > 0 || text?.kind() !== 'identifier' || !fn.isBlock(loop.parent())) return null;
  // The first round asks for it in any case.
  if (condition?.kind() !== 'binary_expression' || !['<', '!=', '<='].includes(condition.field('operator')?.text() ?? '') || !same(condition.field('right'), call)) return null;
  const binding = fn.binding(text.text());
  if (binding?.kind !== 'parameter' || binding.type !== 'char' || binding.indirection !== '*' || !binding.isConst || fn.binding('strlen') !== null) return refusal(loop, `\`${text.text()}\` is no parameter of the type \`const char*\`, so the loop may change what it holds.`);
  const changes = all(loop, 'assignment_expression', 'update_expression').map((node) => (node.field('left') ?? node.field('argument'))?.text() ?? '');
  if (changes.some((target) => target === text.text() || ['*', '[]'].some((mark) => fn.binding(/^\w*/.exec(target)?.[0] ?? '')?.indirection.includes(mark) === true)) || !isHarmless(fn, loop)) return refusal(loop, `the loop may change the text of \`${text.text()}\`: it writes through a pointer, or runs code that is not known.`);
  const length = fn.names.fresh(`${text.text()}Length`);
  return { title: `ask for the length of \`${text.text()}\` once`, line: lineOf(loop), edits: [linesBefore(fn.source, loop, `const auto ${length} = ${call.text()};`), replaced(call, length)] };
}
