import type { SgNode } from '@ast-grep/napi';
import { functionKinds } from '../javascript/syntax.js';
import { locateNative, nativeFunctionKinds, nativeNameOf } from '../native/names.js';
import { isNative, type Dialect } from './parse.js';
import { all, lineOf, startOf } from './tree.js';

/** Profilers give the line of the parameters, of the keyword, or of a decorator. */
const tolerance = 2;

/** Names that profilers give to the code of a file outside of any function. */
const moduleNames = new Set(['', '(anonymous)', '<anonymous>', '<module>']);
/** The name that findings give to it, with the line of what they are about. */
const moduleOfFinding = '(module)';

/**
 * The function that a profile names by its name and first line (1-based): the nearest with that name up to two lines
 * off, else the innermost that begins exactly there and may be what the profiler has no name for. Line 1 without a name
 * is the module when no function begins there. Null when nothing fits.
 */
export function locateFunction(root: SgNode, dialect: Dialect, name: string, line: number): SgNode | null {
  if (isNative(dialect)) return locateNative(root, dialect, name, line);
  if (name === moduleOfFinding) return root;
  const wanted = name.split('.').at(-1)?.replace(/^(async |get |set )/, '') ?? '';
  const kinds = kindsOf(dialect);
  const near = all(root, ...kinds)
    .map((node) => ({ node, distance: Math.min(...startLines(node).map((start) => Math.abs(start - line))), named: nameOf(node) === wanted && wanted !== '' }))
    .filter(({ distance }) => distance <= tolerance)
    .toSorted((a, b) => Number(b.named) - Number(a.named) || a.distance - b.distance || startOf(b.node) - startOf(a.node));
  const best = near[0];
  if (best?.named === true) return best.node;
  if (wanted.startsWith('<') && wanted !== '<module>' && wanted !== '<anonymous>') return innermostAround(root, kinds, line);
  const isModule = moduleNames.has(wanted);
  // The recipes' idea of a name may differ from the profiler's, which has none for `module.exports = function`.
  if (best?.distance === 0 && (isModule || nameOf(best.node) === null)) return best.node;
  return isModule && line <= 1 ? root : null;
}

function kindsOf(dialect: Dialect): string[] {
  if (isNative(dialect)) return nativeFunctionKinds[dialect];
  return dialect === 'python' ? ['function_definition'] : functionKinds;
}

/** The functions of a file as a profiler would name them, and its code outside of them, by name and first line (1-based). */
export function functionsOf(root: SgNode, dialect: Dialect): { name: string; line: number }[] {
  const named = (node: SgNode): string => (isNative(dialect) ? nativeNameOf(node) : nameOf(node)) ?? '';
  const functions = all(root, ...kindsOf(dialect)).map((node) => ({ name: named(node), line: lineOf(node) }));
  return isNative(dialect) ? functions : [...functions, { name: '<module>', line: 1 }];
}

/** Lines where a profiler may see the function begin. */
function startLines(node: SgNode): number[] {
  const lines = [lineOf(node)];
  const parameters = node.field('parameters') ?? node.field('parameter');
  if (parameters !== null) lines.push(lineOf(parameters));
  const parent = node.parent();
  if (parent?.kind() === 'decorated_definition') lines.push(lineOf(parent));
  return lines;
}

/** A comprehension, lambda or generator expression belongs to the function around it. */
function innermostAround(root: SgNode, kinds: string[], line: number): SgNode {
  const around = all(root, ...kinds).filter((node) => lineOf(node) <= line && node.range().end.line + 1 >= line);
  return around.at(-1) ?? root;
}

/** What a profiler calls the function: its own name, or the variable, property or key that it is given to. */
export function nameOf(node: SgNode): string | null {
  const own = node.field('name');
  if (own !== null) return own.text().replace(/^#/, '');
  const parent = node.parent();
  switch (String(parent?.kind())) {
    case 'variable_declarator':
      return parent?.field('name')?.text() ?? null;
    case 'assignment_expression':
      return parent?.field('left')?.text().split('.').at(-1) ?? null;
    case 'pair':
      return parent?.field('key')?.text().replace(/^['"]|['"]$/g, '') ?? null;
    case 'public_field_definition':
    case 'field_definition':
      return (parent?.field('name') ?? parent?.field('property'))?.text().replace(/^#/, '') ?? null;
    default:
      return null;
  }
}
