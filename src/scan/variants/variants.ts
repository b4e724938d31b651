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
  // Most files have nothing that makes them necessary.
  let here: Set<string> | null = null;
  // In Python and JavaScript a file names what it uses; elsewhere packages and headers share names.
  const isShared = language === 'c++' || language === 'go' || language === 'rust';
  const isCallable = (name: string): boolean => {
    here ??= new Set([...outline.symbols.map((symbol) => symbol.name), ...outline.imports.flatMap(({ names }) => names.map(({ as }) => as))]);
    return here.has(name) || (isShared && isDefined(tree, name));
  };
  const found = [...registrationVariants(root, kinds, isCallable), ...tableVariants(root, kinds, isCallable), ...branchVariants(root, kinds, outline), ...switchVariants(root, kinds)];
  return found.sort((a, b) => a.line - b.line).map((variant) => ({ ...variant, by: 'syntax tree' }));
}

const known = new WeakMap<SourceTree, Map<string, boolean>>();

function isDefined(tree: SourceTree, name: string): boolean {
  const answers = known.get(tree) ?? new Map<string, boolean>();
  known.set(tree, answers);
  const answer = answers.get(name) ?? definitionsOf(tree, name, 1).length > 0;
  answers.set(name, answer);
  return answer;
}
