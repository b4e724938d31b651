import type { SgNode } from '@ast-grep/napi';
import type { CppFunction } from '../../cpp/function.js';
import { withInclude } from '../../cpp/includes.js';
import { methodCall, onlyDeclarator } from '../../cpp/syntax.js';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { lineOf, same } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer, TextEdit } from '../recipe.js';

const allowed = new Set(['push_back', 'emplace_back', 'pop_back', 'front', 'back', 'empty', 'size', 'clear', 'at']);

export const cppDequeForFront: CppRecipe = {
  family: 'cpp',
  name: 'cpp-deque-for-front',
  languages: ['cpp'],
  category: 'quadratic',
  title: 'Use a `std::deque` for a vector that is emptied from the front',
  evidence: { findings: hostWork, text: '`memmove` or move assignments below `erase`.' },
  condition: 'The vector is a variable of the function, its elements are no `bool`, and all that happens to it are operations that a deque has, with the same meaning: at both ends, by index, its size. Removing the first element ends references to others in a vector, and not in a deque.',
  risk: 'Reading by index is slower than in a vector.',
  expected: 'From n^2 moved elements to n; large from some thousand elements.',
  references: ['https://en.cppreference.com/w/cpp/container/deque'],
  apply(fn) {
    const names = new Set(fn.owned('call_expression').flatMap((node) => (isFrontErase(node) && fn.loopsAround(node).length > 0 ? [methodCall(node)?.receiver.text() ?? ''] : [])));
    return [...names].flatMap((name) => rewrite(fn, name) ?? []);
  },
};

/** `v.erase(v.begin())` */
function isFrontErase(node: SgNode | null): boolean {
  const call = methodCall(node);
  return call?.method === 'erase' && call.receiver.kind() === 'identifier' && call.args.length === 1 && call.args[0]?.text() === `${call.receiver.text()}.begin()`;
}

function rewrite(fn: CppFunction, name: string): Answer | null {
  const binding = fn.binding(name);
  const template = /^(std::)?vector(?=<)/.exec(binding?.written ?? '');
  if (binding === null || template === null || binding.type.startsWith('?') || binding.type === 'vector<bool>' || !fn.isOwnValue(name) || binding.kind !== 'local' || onlyDeclarator(binding.node) === null || (binding.value !== null && binding.value.kind() !== 'initializer_list')) return binding === null ? null : refusal(binding.node, `\`${name}\` is no vector of the function's own that is declared alone and by its elements.`);
  const type = binding.node.field('type');
  const include = withInclude(fn, 'deque');
  if (type === null || include === null) return null;
  const edits: TextEdit[] = [...include, replaced(type, type.text().replace('vector', 'deque'))];
  for (const use of fn.uses(name)) {
    if (same(use, binding.id)) continue;
    const parent = use.parent();
    if (fn.isDeferred(use)) return refusal(use, `a lambda knows \`${name}\`.`);
    if (parent?.kind() === 'subscript_expression' && same(parent.field('argument'), use)) {
      if (parent.parent()?.kind() === 'pointer_expression') return refusal(use, `the address of an element of \`${name}\` is taken.`);
      continue;
    }
    if (parent?.kind() === 'for_range_loop' && same(parent.field('right'), use)) continue;
    const call = parent?.parent() ?? null;
    const found = methodCall(call);
    if (call !== null && isFrontErase(call)) edits.push(replaced(call, `${name}.pop_front()`));
    else if (isFrontErase(call?.parent()?.parent() ?? null) && found?.method === 'begin') continue;
    else if (found === null || !same(found.receiver, use) || !allowed.has(found.method) || call?.parent()?.kind() === 'pointer_expression') return refusal(use, `\`${name}\` is used in a way that a deque has not, or that means something else there.`);
  }
  const first = fn.owned('call_expression').find((node) => isFrontErase(node) && methodCall(node)?.receiver.text() === name);
  // The iterator that `erase` gives is used.
  if (fn.owned('call_expression').some((node) => isFrontErase(node) && node.parent()?.kind() !== 'expression_statement')) return refusal(first ?? binding.node, 'the iterator that `erase` gives is used.');
  return { title: `make \`${name}\` a deque`, line: lineOf(first ?? binding.node), edits };
}
