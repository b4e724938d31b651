import type { SgNode } from '@ast-grep/napi';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import type { RustFunction } from '../../rust/function.js';
import { methodCall } from '../../rust/syntax.js';
import { lineOf, same } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { RustRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

const shared = new Set(['is_match', 'find', 'find_iter', 'captures', 'captures_iter', 'replace', 'replace_all', 'replacen', 'split', 'splitn', 'shortest_match', 'as_str', 'captures_len']);

export const rustRegexOnce: RustRecipe = {
  family: 'rust',
  name: 'rust-regex-once',
  languages: ['rust'],
  category: 'repeated-work',
  title: 'Compile a constant regular expression once a program instead of in every call',
  evidence: { findings: hostWork, text: '`regex::Regex::new`, `regex_automata` or `regex_syntax` below the function.' },
  condition: 'The pattern is a literal, `Regex` is that of the crate `regex`, and all that is done with it are methods by shared reference, which do not change what it matches. A pattern that is not valid panics as before, at the first call.',
  risk: 'Threads that match at the same time share the memory pool of one expression. Needs Rust 1.70.',
  expected: 'Ten microseconds to milliseconds a call.',
  references: ['https://docs.rs/regex/latest/regex/#avoid-re-compiling-regexes-especially-in-a-loop', 'https://doc.rust-lang.org/std/sync/struct.OnceLock.html'],
  apply(fn) {
    if (!/\buse\s+regex::(?:Regex\b|\{[^}]*\bRegex\b)|\bregex::Regex::new\b/.test(fn.source)) return [];
    return fn.owned('call_expression').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: RustFunction, node: SgNode): Answer | null {
  const unwrapped = methodCall(node);
  if (unwrapped === null || !['unwrap', 'expect'].includes(unwrapped.method) || unwrapped.args.some((arg) => arg.kind() !== 'string_literal')) return null;
  const made = unwrapped.receiver;
  const callee = made.kind() === 'call_expression' ? (made.field('function')?.text() ?? '') : '';
  const args = made.field('arguments')?.namedChildren() ?? [];
  if (!/^(?:regex::)?Regex::new$/.test(callee) || args.length !== 1 || args[0] === undefined) return null;
  if (!['string_literal', 'raw_string_literal'].includes(String(args[0].kind()))) return refusal(node, 'the pattern is not a literal.');
  if (!isShared(fn, node)) return refusal(node, 'the expression is given to code that may keep it, and not only asked for matches.');
  const name = fn.names.fresh('REGEX');
  const type = callee.replace('::new', '');
  return { title: 'compile a constant pattern once', line: lineOf(node), edits: [replaced(node, `{ static ${name}: std::sync::OnceLock<${type}> = std::sync::OnceLock::new(); ${name}.get_or_init(|| ${node.text()}) }`)] };
}

/** Whether the expression, or the variable that it is given to, is only asked. */
function isShared(fn: RustFunction, node: SgNode): boolean {
  const parent = node.parent();
  if (parent?.kind() !== 'let_declaration') return false;
  const name = parent.field('pattern');
  if (name?.kind() !== 'identifier' || parent.field('type') !== null || fn.binding(name.text()) === null || fn.isInText(name.text())) return false;
  return fn.uses(name.text()).every((use) => same(use, name) || (use.parent()?.kind() === 'field_expression' && shared.has(use.parent()?.field('field')?.text() ?? '') && use.parent()?.parent()?.kind() === 'call_expression'));
}
