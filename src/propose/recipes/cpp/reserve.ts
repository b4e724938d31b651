import type { SgNode } from '@ast-grep/napi';
import { countOf } from '../../cpp/counts.js';
import type { CppFunction } from '../../cpp/function.js';
import { bodyOf, expressionOf, methodCall, onlyDeclarator } from '../../cpp/syntax.js';
import { refusal } from '../../native/refusal.js';
import { linesBefore } from '../../native/lines.js';
import { lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppReserve: CppRecipe = {
  family: 'cpp',
  name: 'cpp-reserve',
  languages: ['cpp'],
  category: 'allocation',
  title: 'Reserve the memory of a vector, string or hash table that a loop of known length fills',
  evidence: { findings: hostWork, text: '`_M_realloc_insert`, `_M_mutate`, `_M_rehash`, `operator new` and `memmove` below the function.' },
  condition: 'The vector, string, `unordered_map` or `unordered_set` is a variable of the function that was just declared and is empty. The loop goes round a number of times that stands in its head, is not left early, and adds one element each time. A count that may be negative is tested first. A count that is a number, and so may be anything, needs a body that cannot fail before the memory is used. Nothing asks for the capacity. A hash table is only asked for keys and its size, never gone over or handed on, since the order of its elements changes.',
  risk: 'A hash table that is filled with the same few keys again and again gets more memory than it needs.',
  expected: 'A half to two thirds of the time spent appending.',
  references: ['https://en.cppreference.com/w/cpp/container/vector/reserve', 'https://en.cppreference.com/w/cpp/container/unordered_map/reserve', 'https://isocpp.github.io/CppCoreGuidelines/CppCoreGuidelines#S-performance'],
  apply(fn) {
    return fn.owned('for_statement', 'for_range_loop').flatMap((loop) => rewrite(fn, loop) ?? []);
  },
};

function rewrite(fn: CppFunction, loop: SgNode): Answer | null {
  if (!fn.isBlock(loop.parent())) return null;
  for (const { name, by } of bodyOf(loop).flatMap((statement) => grownBy(statement) ?? [])) {
    const binding = fn.binding(name);
    const type = binding?.type ?? '';
    if (binding === null || !fn.isOwnValue(name) || binding.value !== null || onlyDeclarator(binding.node) === null || !(by === 'key' ? isHashTable(type) : type === 'string' || type.startsWith('vector<'))) continue;
    const before = fn.between(binding.node, loop);
    if (before === null) continue;
    if (before.some((statement) => fn.usesIn(name, statement).length > 0) || fn.usesIn(name, loop).length !== 1) return refusal(loop, `\`${name}\` is used in front of the loop, or the loop does more with it than add to it once a round.`);
    if (isHashTable(type) && !fn.uses(name).every((use) => use.id() === binding.id.id() || isKeyed(use))) return refusal(loop, `the order of the elements of \`${name}\`, or the table as a whole, is used.`);
    if (fn.uses(name).some((use) => ['capacity', 'reserve'].includes(methodCall(use.parent()?.parent() ?? null)?.method ?? ''))) continue;
    const count = countOf(fn, loop);
    if (count === null || count.count.startsWith(`${name}.`)) return refusal(loop, 'how often the loop goes round is not known before it: it may end early or throw, or goes over something whose type the function does not declare.');
    const line = `${name}.reserve(${count.count});`;
    return { title: `reserve \`${name}\``, line: lineOf(loop), edits: [linesBefore(fn.source, loop, count.guard === null ? line : `if (${count.guard}) ${line}`)] };
  }
  return null;
}

const isHashTable = (type: string): boolean => /^unordered_(?:map|set)</.test(type);

/** `table[key]`, `table.find(key)`, `table.size()`: uses that do not see the order of the elements. */
function isKeyed(use: SgNode): boolean {
  const around = use.parent();
  if (around?.kind() === 'subscript_expression') return around.field('argument')?.id() === use.id();
  const call = methodCall(around?.parent() ?? null);
  return around?.kind() === 'field_expression' && ['find', 'count', 'contains', 'at', 'size', 'empty', 'end', 'insert', 'emplace', 'try_emplace', 'insert_or_assign', 'erase'].includes(call?.method ?? '');
}

/** What a statement adds one element to: `xs.push_back(x)` at the end, `table.emplace(key, x)` and `table[key] = x` by its key. */
function grownBy(statement: SgNode): { name: string; by: 'end' | 'key' } | null {
  const expression = expressionOf(statement);
  const call = methodCall(expression);
  if (call !== null) {
    const by = ['push_back', 'emplace_back'].includes(call.method) ? 'end' : ['emplace', 'try_emplace', 'insert', 'insert_or_assign'].includes(call.method) ? 'key' : null;
    return by === null || call.receiver.kind() !== 'identifier' ? null : { name: call.receiver.text(), by };
  }
  const left = expression?.kind() === 'assignment_expression' && expression.field('operator')?.text() === '=' ? expression.field('left') : null;
  const of = left?.kind() === 'subscript_expression' ? left.field('argument') : null;
  return of?.kind() === 'identifier' ? { name: of.text(), by: 'key' } : null;
}
