import type { SgNode } from '@ast-grep/napi';
import { refusal } from '../../native/refusal.js';
import { replaced } from '../../native/lines.js';
import type { RustFunction } from '../../rust/function.js';
import { methodCall } from '../../rust/syntax.js';
import { all, lineOf } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { RustRecipe } from '../native-recipe.js';
import type { Answer } from '../recipe.js';

export const rustAppendInPlace: RustRecipe = {
  family: 'rust',
  name: 'rust-append-in-place',
  languages: ['rust'],
  category: 'quadratic',
  title: 'Format into a string in place instead of making another one',
  evidence: { findings: hostWork, text: '`alloc::fmt::format`, `malloc` and `memcpy` below the function.' },
  condition: 'The variable is a `String` by its declaration. What is appended is one `format!` that does not name it, or one that begins with it and names it nowhere else. Formatting panics as before when a value cannot be shown.',
  risk: 'When showing a value panics and the panic is caught, part of the text has been added.',
  expected: 'For `s = format!("{}…", s)` from n^2 copied bytes to n; for the others an allocation and a copy each.',
  references: ['https://doc.rust-lang.org/std/fmt/trait.Write.html', 'https://rust-lang.github.io/rust-clippy/master/index.html#format_push_string'],
  apply(fn) {
    return fn.owned('assignment_expression', 'compound_assignment_expr', 'call_expression').flatMap((node) => rewrite(fn, node) ?? []);
  },
};

function rewrite(fn: RustFunction, node: SgNode): Answer | null {
  if (node.parent()?.kind() !== 'expression_statement') return null;
  const found = node.kind() === 'assignment_expression' ? again(node) : added(node);
  if (found === null) return null;
  if (fn.typeOf(found.name) !== 'String' || fn.binding(found.name)?.isMutable !== true) return refusal(node, `the function does not declare \`${found.name}\` to be a \`mut\` String.`);
  const { name, args } = found;
  if (new RegExp(`\\b${name}\\b`).test(args)) return refusal(node, `what is appended names \`${name}\` itself.`);
  return { title: `append to \`${name}\` in place`, line: lineOf(node), edits: [replaced(node, `std::fmt::Write::write_fmt(&mut ${name}, format_args!(${args})).unwrap()`)] };
}

/** The text between the parentheses of `format!(…)`. */
function formatted(node: SgNode | null): string | null {
  const tree = node?.kind() === 'macro_invocation' && node.field('macro')?.text() === 'format' ? all(node, 'token_tree')[0] : undefined;
  return tree === undefined || !tree.text().startsWith('(') ? null : tree.text().slice(1, -1);
}

/** `s += &format!(…)` or `s.push_str(&format!(…))`. */
function added(node: SgNode): { name: string; args: string } | null {
  const call = methodCall(node);
  const isSum = node.kind() === 'compound_assignment_expr' && node.field('operator')?.text() === '+=';
  const target = isSum ? node.field('left') : call?.method === 'push_str' ? call.receiver : null;
  const value = isSum ? node.field('right') : (call?.args[0] ?? null);
  const args = value?.kind() === 'reference_expression' ? formatted(value.field('value')) : null;
  return target?.kind() === 'identifier' && args !== null ? { name: target.text(), args } : null;
}

/** `s = format!("{}…", s, …)` or `s = format!("{s}…", …)`: without the string itself. */
function again(node: SgNode): { name: string; args: string } | null {
  const name = node.field('left')?.kind() === 'identifier' ? (node.field('left')?.text() ?? '') : '';
  const args = name === '' ? null : formatted(node.field('right'));
  if (args === null) return null;
  const inline = new RegExp(`^\\s*"\\{${name}\\}`).exec(args);
  if (inline !== null) return { name, args: `"${args.slice(inline[0].length)}` };
  const first = new RegExp(`^\\s*"\\{\\}((?:[^"\\\\]|\\\\.)*)"\\s*,\\s*${name}\\s*(?:,\\s*(.*))?$`, 's').exec(args);
  // Numbered arguments, also those of a width (`{:>1$}`), would mean others.
  if (first === null || /\{\d|\$/.test(first[1] ?? '')) return null;
  return { name, args: `"${first[1] ?? ''}"${first[2] === undefined || first[2] === '' ? '' : `, ${first[2]}`}` };
}
