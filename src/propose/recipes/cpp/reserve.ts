import type { SgNode } from '@ast-grep/napi';
import { countOf } from '../../cpp/counts.js';
import type { CppFunction } from '../../cpp/function.js';
import { bodyOf, expressionOf, methodCall, onlyDeclarator } from '../../cpp/syntax.js';
import { linesBefore } from '../../native/lines.js';
import { lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Rewrite } from '../recipe.js';

export const cppReserve: CppRecipe = {
  family: 'cpp',
  name: 'cpp-reserve',
  languages: ['cpp'],
  category: 'allocation',
  title: 'Reserve the memory of a vector or string that a loop of known length fills',
  evidence: { findings: hostWork, text: '`_M_realloc_insert`, `_M_mutate`, `operator new` and `memmove` below the function.' },
  condition: 'The vector or string is a variable of the function that was just declared and is empty. The loop goes round a number of times that stands in its head, is not left early, and adds one element each time. A count that may be negative is tested first. A count that is a number, and so may be anything, needs a body that cannot fail before the memory is used. Nothing asks for the capacity.',
  risk: 'None known.',
  expected: 'A half to two thirds of the time spent appending.',
  references: ['https://en.cppreference.com/w/cpp/container/vector/reserve', 'https://isocpp.github.io/CppCoreGuidelines/CppCoreGuidelines#S-performance'],
  apply(fn) {
    return fn.owned('for_statement', 'for_range_loop').flatMap((loop) => rewrite(fn, loop) ?? []);
  },
};

function rewrite(fn: CppFunction, loop: SgNode): Rewrite | null {
  if (!fn.isBlock(loop.parent())) return null;
  for (const name of bodyOf(loop).flatMap((statement) => grownBy(statement) ?? [])) {
    const binding = fn.binding(name);
    const type = binding?.type ?? '';
    if (binding === null || !fn.isOwnValue(name) || binding.value !== null || onlyDeclarator(binding.node) === null || !(type === 'string' || type.startsWith('vector<'))) continue;
    const before = fn.between(binding.node, loop);
    if (before === null || before.some((statement) => fn.usesIn(name, statement).length > 0) || fn.usesIn(name, loop).length !== 1) continue;
    if (fn.uses(name).some((use) => ['capacity', 'reserve'].includes(methodCall(use.parent()?.parent() ?? null)?.method ?? ''))) continue;
    const count = countOf(fn, loop);
    if (count === null || count.count.startsWith(`${name}.`)) continue;
    const line = `${name}.reserve(${count.count});`;
    return { title: `reserve \`${name}\``, line: lineOf(loop), edits: [linesBefore(fn.source, loop, count.guard === null ? line : `if (${count.guard}) ${line}`)] };
  }
  return null;
}

/** The name of what a statement adds one element to. */
function grownBy(statement: SgNode): string | null {
  const call = methodCall(expressionOf(statement));
  return call !== null && ['push_back', 'emplace_back'].includes(call.method) && call.receiver.kind() === 'identifier' ? call.receiver.text() : null;
}
