import { hasTree, treeOf } from '../outline/outline-file.js';
import { outlineIn } from '../outlines.js';
import { definitionsOf } from '../resolve/definitions.js';
import type { SourceTree } from '../source-tree.js';
import { branchVariants, switchVariants } from './branches.js';
import { registrationVariants } from './registrations.js';
import { tableVariants } from './tables.js';
import { textVariants } from './text.js';
import { kindsOf, type Variant } from './variant.js';

/** The names by which code of a file chooses at run time, in the order of its lines. */
export function variantsIn(tree: SourceTree, path: string): Variant[] {
  const text = tree.text(path);
  const outline = outlineIn(tree, path);
  if (text === null || outline === null) return [];
  const { language } = outline;
  if (!hasTree(text, language)) return textVariants(text).map((variant) => ({ ...variant, by: 'text' }));
  const root = treeOf(path, text, language);
  const kinds = kindsOf[language];
  const here = new Set([...outline.symbols.map(({ name }) => name), ...outline.imports.flatMap(({ names }) => names.map(({ as }) => as))]);
  const isCallable = (name: string): boolean => here.has(name) || isDefined(tree, name);
  const found = [...registrationVariants(root, kinds, isCallable), ...tableVariants(root, kinds, isCallable), ...branchVariants(root, kinds, outline.symbols), ...switchVariants(root, kinds)];
  return found.sort((a, b) => a.line - b.line).map((variant) => ({ ...variant, by: 'syntax tree' }));
}

const known = new WeakMap<SourceTree, Map<string, boolean>>();

function isDefined(tree: SourceTree, name: string): boolean {
  const answers = known.get(tree) ?? new Map<string, boolean>();
  known.set(tree, answers);
  const answer = answers.get(name) ?? definitionsOf(tree, name).length > 0;
  answers.set(name, answer);
  return answer;
}
