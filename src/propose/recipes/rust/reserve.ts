import type { SgNode } from '@ast-grep/napi';
import { refusal } from '../../native/refusal.js';
import { linesBefore } from '../../native/lines.js';
import type { RustFunction } from '../../rust/function.js';
import { bodyOf, expressionOf, methodCall } from '../../rust/syntax.js';
import { hasLength } from '../../rust/types.js';
import { all, lineOf, same } from '../../source/tree.js';
import { statements } from '../../native/function.js';
import { hostWork } from '../evidence.js';
import type { RustRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const rustReserve: RustRecipe = {
  family: 'rust',
  name: 'rust-reserve',
  languages: ['rust'],
  category: 'allocation',
  title: 'Reserve the memory of a vector or string that a loop of known length fills',
  evidence: { findings: hostWork, text: '`RawVec::grow_one`, `finish_grow` and `realloc` below the function.' },
  condition: 'The vector or string was just made empty by `new` or `vec![]`. The loop pushes once in each round and is not left early; it goes over a slice or collection whose type the function declares, or from 0 to a `usize` where nothing in it unwraps or panics. Nothing asks for the capacity.',
  risk: 'A string of characters that take several bytes still grows.',
  expected: 'A half to two thirds of the time spent pushing.',
  references: ['https://doc.rust-lang.org/std/vec/struct.Vec.html#capacity-and-reallocation'],
  apply(fn) {
    return fn.owned('for_expression').flatMap((loop) => rewrite(fn, loop) ?? []);
  },
};

function rewrite(fn: RustFunction, loop: SgNode): Answer | null {
  const statement = fn.statementOf(loop);
  const count = countOf(fn, loop);
  if (statement === null || !same(expressionOf(statement), loop)) return null;
  for (const name of bodyOf(loop).flatMap((node) => pushedTo(node) ?? [])) {
    const binding = fn.binding(name);
    const empty = /^(?:Vec(?:::<.*>)?::new\(\)|String::new\(\)|vec!\[\])$/.test(binding?.value?.text().replace(/\s+/g, '') ?? '');
    const before = binding === null ? null : fn.between(binding.node, statement);
    if (binding?.kind !== 'let' || !empty || before === null || before.some((node) => fn.usesIn(name, node).length > 0)) continue;
    if (count === null) return refusal(loop, 'how often the loop goes round is not known before it: it may end early, or goes over something whose length the function does not declare.');
    if (fn.usesIn(name, loop).length !== 1 || fn.isInText(name) || new RegExp(`\\b${name}\\.(?:capacity|reserve)\\b`).test(fn.hot.text())) return refusal(loop, `the loop does more with \`${name}\` than push to it once a round, or its capacity is asked for or set.`);
    return { title: `reserve \`${name}\``, line: lineOf(loop), edits: [linesBefore(fn.source, statement, `${name}.reserve(${count});`)] };
  }
  return null;
}

function pushedTo(node: SgNode): string | null {
  const call = methodCall(expressionOf(node));
  return call?.method === 'push' && call.receiver.kind() === 'identifier' ? call.receiver.text() : null;
}

/** How often the loop goes round, as an expression of `usize` that can be read before it. */
function countOf(fn: RustFunction, loop: SgNode): string | null {
  const over = loop.field('value');
  if (over === null || all(loop, 'break_expression', 'continue_expression', 'return_expression', 'try_expression', 'await_expression').length > 0) return null;
  if (over.kind() === 'range_expression') {
    const [from, to, ...more] = statements(over);
    if (from?.text() !== '0' || to === undefined || more.length > 0 || over.text().includes('..=')) return null;
    // A number may come from the input, and be far too large for a loop that panics when the input ends.
    if (to.kind() === 'identifier') return fn.typeOf(to.text()) === 'usize' && !mayPanic(loop) ? to.text() : null;
    const length = methodCall(to);
    return length?.method === 'len' && length.receiver.kind() === 'identifier' && hasLength(fn.typeOf(length.receiver.text())) ? to.text() : null;
  }
  let list: SgNode | null = over.kind() === 'reference_expression' ? over.field('value') : over;
  for (let call = methodCall(list); call !== null && ['iter', 'iter_mut', 'into_iter', 'enumerate'].includes(call.method) && call.args.length === 0; call = methodCall(list)) list = call.receiver;
  return list?.kind() === 'identifier' && hasLength(fn.typeOf(list.text())) ? `${list.text()}.len()` : null;
}

function mayPanic(loop: SgNode): boolean {
  return /\.(?:unwrap|expect)\s*\(|\b(?:panic|assert|assert_eq|assert_ne|unreachable|todo|unimplemented)!/.test(loop.field('body')?.text() ?? '');
}
