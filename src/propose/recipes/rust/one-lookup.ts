import type { SgNode } from '@ast-grep/napi';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import { statements } from '../../native/function.js';
import type { RustFunction } from '../../rust/function.js';
import { expressionOf, methodCall } from '../../rust/syntax.js';
import { all, lineOf, within } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { RustRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const rustOneLookup: RustRecipe = {
  family: 'rust',
  name: 'rust-one-lookup',
  languages: ['rust'],
  category: 'repeated-work',
  title: 'Look a key up once: by `entry` before an insertion, by `get` before reading',
  evidence: { findings: hostWork, text: '`hashbrown`, `make_hash`, `BTreeMap::search` or `SipHash` below the function.' },
  condition: 'The map is a `HashMap` or `BTreeMap` by its declaration, the key a variable. The branch does nothing but insert what was missing, or uses the map only to read this key. The value to insert is made only where it is missing, as before, and has no `?`, `return` or `await`.',
  risk: 'None known: what the borrow of the found value forbids does not compile.',
  expected: 'A third to a half of the time spent in the map.',
  references: ['https://doc.rust-lang.org/std/collections/struct.HashMap.html#method.entry', 'https://rust-lang.github.io/rust-clippy/master/index.html#map_entry'],
  apply(fn) {
    return fn.owned('if_expression').flatMap((node) => inserted(fn, node) ?? read(fn, node) ?? []);
  },
};

function tested(fn: RustFunction, test: SgNode | null): { map: string; key: string } | null {
  const call = methodCall(test);
  const [key] = call?.args ?? [];
  if (call?.method !== 'contains_key' || call.receiver.kind() !== 'identifier' || key === undefined || !/^&?\w+$/.test(key.text())) return null;
  const type = fn.typeOf(call.receiver.text()) ?? '';
  return /^(?:&(?:'\w+)?(?:mut)?)?(?:std::collections::)?(?:HashMap|BTreeMap)</.test(type) ? { map: call.receiver.text(), key: key.text() } : null;
}

/** `if !m.contains_key(&k) { m.insert(k, v); }` */
function inserted(fn: RustFunction, node: SgNode): Answer | null {
  const condition = node.field('condition');
  const found = condition?.kind() === 'unary_expression' && condition.text().startsWith('!') ? tested(fn, condition.namedChildren()[0] ?? null) : null;
  const [only, ...more] = statements(node.field('consequence') ?? node);
  const call = methodCall(expressionOf(only));
  const [key, value] = call?.args ?? [];
  if (found === null || node.field('alternative') !== null || more.length > 0 || only?.kind() !== 'expression_statement' || node.parent()?.kind() !== 'expression_statement') return null;
  if (call?.method !== 'insert' || call.receiver.text() !== found.map || key?.kind() !== 'identifier' || found.key !== `&${key.text()}` || value === undefined) return null;
  if (all(value, 'try_expression', 'return_expression', 'await_expression', 'break_expression', 'continue_expression').length > 0 || new RegExp(`\\b(?:${found.map}|${key.text()})\\b`).test(value.text())) return refusal(node, 'the value may leave the function, or names the map or the key.');
  return { title: `look \`${key.text()}\` up in \`${found.map}\` once`, line: lineOf(node), edits: [replaced(node, `${found.map}.entry(${key.text()}).or_insert_with(|| ${value.text()});`)] };
}

/** `if m.contains_key(&k) { … m[&k] … }` */
function read(fn: RustFunction, node: SgNode): Answer | null {
  const condition = node.field('condition');
  const body = node.field('consequence');
  const found = tested(fn, condition);
  if (found === null || condition === null || body === null) return null;
  const { map, key } = found;
  const again = [...all(body, 'index_expression').filter((at) => at.text() === `${map}[${key}]`), ...all(body, 'call_expression').filter((at) => at.text() === `${map}.get(${key}).unwrap()`)];
  const name = key.replace('&', '');
  // Nothing ties the found value to the key: another value in the same variable would be another key.
  if (again.length === 0) return null;
  if (fn.binding(name) === null || new RegExp(`\\b${name}\\s*(?:[-+*/%|&^]|<<|>>)?=(?!=)|&mut\\s+${name}\\b`).test(body.text()) || isOtherwiseUsed(fn, name, body, again)) return refusal(node, `\`${name}\` may be another key at the second look-up.`);
  if (again.length !== fn.usesIn(map, body).length || fn.isInText(map)) return refusal(node, `the branch does more with \`${map}\` than read this key.`);
  const value = fn.names.fresh('found');
  return { title: `look \`${key}\` up in \`${map}\` once`, line: lineOf(node), edits: [replaced(condition, `let Some(${value}) = ${map}.get(${key})`), ...again.map((at) => replaced(at, at.kind() === 'index_expression' ? `(*${value})` : value))] };
}

/** Whether a variable that may change is used for more than the look-ups: a method or macro may write to it. */
function isOtherwiseUsed(fn: RustFunction, name: string, body: SgNode, lookups: readonly SgNode[]): boolean {
  const binding = fn.binding(name);
  const mayChange = binding?.isMutable === true || /^&(?:'\w+)?mut\b/.test(binding?.type ?? '');
  return mayChange && fn.usesIn(name, body).some((use) => !lookups.some((lookup) => within(use, lookup)) && !isPlainRead(use));
}

/** Where its value is only compared, calculated with or borrowed for reading. */
function isPlainRead(use: SgNode): boolean {
  const kind = String(use.parent()?.kind());
  return kind === 'binary_expression' || (kind === 'reference_expression' && !use.parent()?.text().startsWith('&mut'));
}
