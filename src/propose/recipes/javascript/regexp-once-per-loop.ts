import type { SgNode } from '@ast-grep/napi';
import type { JsFunction } from '../../javascript/function.js';
import { declareBefore, regionsOf, type Region } from '../../javascript/regions.js';
import { methodCall, stringValue } from '../../javascript/syntax.js';
import { all, ancestorWhere, endOf, lineOf, parts, same, startOf, walk } from '../../source/tree.js';
import { hostWork } from '../evidence.js';
import type { JavaScriptRecipe, Rewrite } from '../recipe.js';
import { isUnchanged } from './string-once-per-loop.js';

export const regexpOncePerLoop: JavaScriptRecipe = {
  family: 'javascript',
  name: 'regexp-once-per-loop',
  languages: ['javascript', 'typescript'],
  category: 'repeated-work',
  title: 'Make a `RegExp` from a pattern that the loop does not change once a loop',
  evidence: { findings: hostWork, text: 'Time in making regular expressions.' },
  condition:
    'The pattern is put together from literals and variables that are not assigned in the loop, and that hold strings at run time, else it is made each time as before. It is used at once, by a method that keeps no state in it. It is made at its first use, so errors come when they came before.',
  risk: 'None known.',
  expected: 'Microseconds an iteration.',
  references: ['https://developer.mozilla.org/en-US/docs/Web/JavaScript/Reference/Global_Objects/RegExp/RegExp'],
  apply(fn) {
    if (!fn.isBuiltin('RegExp')) return [];
    return fn.owned('new_expression').flatMap((node) => {
      const names = patternNames(node);
      if (names === null || !isUsedAtOnce(node) || isGuarded(node)) return [];
      const region = regionsOf(fn, node).findLast(({ statement }) => names.every((name) => fn.declaredBefore(name, statement) && isUnchanged(fn, name, statement)));
      return region === undefined ? [] : [rewrite(fn, node, names, region)];
    });
  },
};

/** The variables in the pattern, at least one; null when it holds anything but strings, variables, templates and `+`. */
function patternNames(node: SgNode): string[] | null {
  const args = parts(node.field('arguments') ?? node);
  const [pattern, flags] = args;
  if (node.field('constructor')?.text() !== 'RegExp' || pattern === undefined || args.length > 2) return null;
  if (flags !== undefined && (stringValue(flags) === null || flags.text().includes('y'))) return null;
  let known = true;
  walk(pattern, (at) => {
    const kind = String(at.kind());
    if (!['identifier', 'string', 'string_fragment', 'escape_sequence', 'template_string', 'template_substitution', 'binary_expression', 'parenthesized_expression'].includes(kind)) known = false;
    if (kind === 'binary_expression' && at.field('operator')?.text() !== '+') known = false;
  });
  const names = [...new Set(all(pattern, 'identifier').map((id) => id.text()))];
  return known && names.length > 0 ? names : null;
}

function isUsedAtOnce(node: SgNode): boolean {
  const parent = node.parent();
  const flags = stringValue(parts(node.field('arguments') ?? node)[1] ?? node) ?? '';
  if (parent?.kind() === 'member_expression' && same(parent.field('object'), node)) {
    const call = methodCall(parent.parent());
    return call !== null && same(call.receiver, node) && ['test', 'exec'].includes(call.method) && !flags.includes('g');
  }
  const call = parent?.kind() === 'arguments' ? methodCall(parent.parent()) : null;
  return call !== null && ['replace', 'replaceAll', 'match', 'search', 'split'].includes(call.method) && same(call.args[0] ?? null, node);
}

/** In a conditional that this recipe has written. */
function isGuarded(node: SgNode): boolean {
  return ancestorWhere(node, (at) => at.kind() === 'ternary_expression' && (at.field('condition')?.text().startsWith('typeof ') ?? false)) !== null;
}

function rewrite(fn: JsFunction, node: SgNode, names: string[], region: Region): Rewrite {
  const once = fn.names.fresh('loopRegExp');
  const guard = names.map((name) => `typeof ${name} === 'string'`).join(' && ');
  const text = node.text();
  return {
    title: `make the RegExp of \`${names.join('`, `')}\` once`,
    line: lineOf(node),
    edits: [
      ...declareBefore(fn, region, [`${fn.variable} ${once}${fn.typed ? ': RegExp | null' : ''} = null;`]),
      { start: startOf(node), end: endOf(node), text: `(${guard} ? (${once} || (${once} = ${text})) : ${text})` },
    ],
  };
}
