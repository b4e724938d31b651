import type { SgNode } from '@ast-grep/napi';
import { isHarmless } from '../../cpp/effects.js';
import type { CppFunction } from '../../cpp/function.js';
import { methodCall } from '../../cpp/syntax.js';
import { isPrivate, isReadOnly } from '../../cpp/uses.js';
import { refusal } from '../../native/refusal.js';
import { linesBefore, replaced } from '../../native/lines.js';
import { all, lineOf, parts, same, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { CppRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const cppOneLookup: CppRecipe = {
  family: 'cpp',
  name: 'cpp-one-lookup',
  languages: ['cpp'],
  category: 'repeated-work',
  title: 'Keep the iterator that a look-up in a map has found instead of looking up again',
  evidence: { findings: hostWork, text: '`_M_find_node`, `_M_lower_bound` or a hash function below the function.' },
  condition: 'The map is a variable of the function or a parameter, the key a variable or literal that neither the condition nor the branch changes. All that the branch does with the map is to look up that key, and nobody else changes the map meanwhile.',
  risk: 'None known.',
  expected: 'A third to two thirds of the time spent in the map.',
  references: ['https://en.cppreference.com/w/cpp/container/unordered_map/find'],
  apply(fn) {
    return fn.owned('if_statement').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: CppFunction, node: SgNode): Answer | null {
  const clause = node.field('condition');
  // What an initializer in the condition declares is not known before the statement.
  const condition = clause?.field('initializer') === null ? clause.field('value') : null;
  const body = node.field('consequence');
  if (condition === null || body === null || !fn.isBlock(node.parent())) return null;
  const test = condition.kind() === 'binary_expression' && condition.field('operator')?.text() === '&&' ? condition.field('left') : condition;
  const found = test === null ? null : lookupOf(test);
  if (found === null || test === null) return null;
  const { map, key } = found;
  const isKey = key.kind() === 'identifier' ? fn.binding(key.text()) !== null && [condition, body].every((region) => isReadOnly(fn, key.text(), region)) : ['string_literal', 'number_literal', 'char_literal'].includes(String(key.kind()));
  const again = all(body, 'subscript_expression', 'call_expression').filter((at) => within(at, body) && keyLookedUp(at, map) === key.text());
  const uses = fn.usesIn(map, body);
  if (again.length === 0) return null;
  if (!/^(?:unordered_map|map)<[^?]*>$/.test(fn.typeOf(map) ?? '')) return refusal(node, `the function does not declare \`${map}\` to be a map of the standard library.`);
  if (!isKey) return refusal(node, `\`${key.text()}\` may be another key at the second look-up.`);
  if (uses.length !== again.length || uses.some((use) => fn.isDeferred(use))) return refusal(node, `the branch does more with \`${map}\` than read this key.`);
  // The rest of the condition runs behind the look-up.
  if (!isReadOnly(fn, map, condition)) return refusal(node, `the condition changes \`${map}\`.`);
  // A write through another name could end the iterator, or the value, or make the key another.
  const isOwn = isPrivate(fn, map) && (key.kind() !== 'identifier' || isPrivate(fn, key.text()));
  if (!isOwn && ![condition, body].every((region) => isHarmless(fn, region))) return refusal(node, `code in the branch may change \`${map}\`.`);
  const iterator = fn.names.fresh('found');
  return {
    title: `look \`${key.text()}\` up in \`${map}\` once`,
    line: lineOf(node),
    edits: [linesBefore(fn.source, node, `const auto ${iterator} = ${map}.find(${key.text()});`), replaced(test, `${iterator} != ${map}.end()`), ...again.map((at) => replaced(at, `${iterator}->second`))],
  };
}

/** `m.count(k)`, `m.contains(k)` or `m.find(k) != m.end()`. */
function lookupOf(test: SgNode): { map: string; key: SgNode } | null {
  if (test.kind() === 'binary_expression') {
    const operator = test.field('operator')?.text() ?? '';
    const [left, right] = [test.field('left'), test.field('right')];
    const counted = methodCall(left);
    if (counted?.method === 'count' && [`${operator} ${right?.text() ?? ''}`].some((text) => ['> 0', '!= 0', '== 1'].includes(text))) return keyed(counted);
    return counted?.method === 'find' && operator === '!=' && right?.text() === `${counted.receiver.text()}.end()` ? keyed(counted) : null;
  }
  const call = methodCall(test);
  return call !== null && ['count', 'contains'].includes(call.method) ? keyed(call) : null;
}

function keyed(call: { receiver: SgNode; args: SgNode[] }): { map: string; key: SgNode } | null {
  const [key] = call.args;
  return call.receiver.kind() === 'identifier' && call.args.length === 1 && key !== undefined ? { map: call.receiver.text(), key } : null;
}

/** The key of `m[k]` or `m.at(k)`. */
function keyLookedUp(node: SgNode, map: string): string | null {
  if (node.kind() === 'subscript_expression') {
    const indices = parts(node.field('indices') ?? node);
    return node.field('argument')?.text() === map && indices.length === 1 ? (indices[0]?.text() ?? null) : null;
  }
  const call = methodCall(node);
  return call?.method === 'at' && call.receiver.text() === map && call.args.length === 1 && !same(call.args[0] ?? null, node) ? (call.args[0]?.text() ?? null) : null;
}
