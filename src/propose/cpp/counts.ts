import type { SgNode } from '@ast-grep/napi';
import { all, parts, startOf } from '../source/tree.js';
import type { CppFunction } from './function.js';
import { isHarmless } from './effects.js';
import { methodCall, nameCall } from './syntax.js';
import { isWholeNumber, ownsItsParts } from './types.js';

const sureMethods = new Set(['size', 'length', 'empty', 'front', 'back', 'count', 'contains', 'push_back', 'emplace_back']);
const sureFunctions = /^(?:(?:std::)?(?:min|max|abs|fabs|sqrt|floor|ceil|round|to_string|string|move|make_pair|size_t)|int|double|long|char|float|bool|unsigned|static_cast<[^&*]+>)$/;

/** How often a loop goes round, as expressions that can be read before it: `count`, and a `guard` where the count may be negative. */
export interface Count {
  count: string;
  guard: string | null;
}

/** Of a loop that runs to its end; null where it may be left early, or the count is not known. */
export function countOf(fn: CppFunction, loop: SgNode): Count | null {
  if (all(loop, 'break_statement', 'continue_statement', 'return_statement', 'throw_statement').some((node) => !fn.isDeferred(node))) return null;
  if (loop.kind() === 'for_range_loop') {
    const over = loop.field('right');
    const type = over?.kind() === 'identifier' ? fn.typeOf(over.text()) : null;
    return type !== null && /^(?:vector|string|map|set|unordered_map|unordered_set|deque|array)\b/.test(type) ? { count: `${over?.text() ?? ''}.size()`, guard: null } : null;
  }
  return loop.kind() === 'for_statement' ? countedLoop(fn, loop) : null;
}

/** `for (int i = 0; i < n; ++i)` with an `i` that only its head changes. */
function countedLoop(fn: CppFunction, loop: SgNode): Count | null {
  const head = loop.field('initializer');
  const condition = loop.field('condition');
  const update = loop.field('update');
  const [declarator] = head?.kind() === 'declaration' ? parts(head).filter((child) => child.kind() === 'init_declarator') : [];
  const counter = declarator?.field('declarator')?.text();
  const bound = condition?.kind() === 'binary_expression' && ['<', '!='].includes(condition.field('operator')?.text() ?? '') && condition.field('left')?.text() === counter ? condition.field('right') : null;
  if (counter === undefined || declarator?.field('value')?.text() !== '0' || bound === null || update?.kind() !== 'update_expression' || !update.text().includes('++') || update.field('argument')?.text() !== counter) return null;
  const id = declarator.field('declarator');
  if (id === null || !fn.isOnlyDeclaration(id, loop) || fn.usesIn(counter, loop).some((use) => ['assignment_expression', 'update_expression'].includes(String(use.parent()?.kind())) && use.parent()?.text() !== update.text())) return null;
  // `for (int i = 0, n = count(); i < n; ++i)`: what the head declares is not known before the loop.
  const first = all(bound, 'identifier')[0];
  const known = first === undefined ? null : fn.binding(first.text());
  if (known === null || startOf(known.id) > startOf(loop)) return null;
  // A number may come from the input, and be far too large.
  if (bound.kind() === 'identifier' && !runsThrough(fn, loop.field('body') ?? loop)) return null;
  if (bound.kind() === 'identifier' && isWholeNumber(fn.typeOf(bound.text()) ?? '')) return { count: `static_cast<std::size_t>(${bound.text()})`, guard: /^(?:size_t|unsigned|uint)/.test(fn.typeOf(bound.text()) ?? '') ? null : `${bound.text()} > 0` };
  const size = /^(\w+)\.(?:size|length)\(\)$/.exec(bound.text());
  return size !== null && /^(?:vector|string|map|set|unordered_map|unordered_set|deque|array)\b/.test(fn.typeOf(size[1] ?? '') ?? '') ? { count: bound.text(), guard: null } : null;
}

/** Whether nothing in the body of a loop throws, memory that ends left out: no code but that of the standard library that always succeeds. */
function runsThrough(fn: CppFunction, body: SgNode): boolean {
  if (!isHarmless(fn, body)) return false;
  // Only of `std::cin` it is known that it does not throw.
  const reads = all(body, 'binary_expression').filter((node) => node.field('operator')?.text() === '>>');
  if (reads.length > 0 && (/\bexceptions\b/.test(fn.source) || !reads.every((node) => /^(?:std::)?cin\b/.test(node.text())))) return false;
  return all(body, 'call_expression').every((call) => {
    const method = methodCall(call);
    if (method === null) return sureFunctions.test(nameCall(call)?.name ?? '');
    // An element of a type of the program is made by code of the program.
    return sureMethods.has(method.method) && ownsItsParts(fn.typeOf(method.receiver.text()) ?? '');
  });
}
