import { outlineFile } from './outline/outline-file.js';
import type { Outline } from './outline/outline.js';
import type { SourceTree, TreeFile } from './source-tree.js';

/** What a file of the tree defines, calls and imports; null for what is not source of a language that the scanner knows. */
export function outlineIn(tree: SourceTree, path: string): Outline | null {
  if (!tree.has(path)) return null;
  const { language } = tree.file(path);
  const text = language === null ? null : tree.text(path);
  return text === null || language === null ? null : outlineFile(path, text, language);
}

/** Source files in which a word stands. Only they need parsing to know where it is defined or called. */
export function filesWith(tree: SourceTree, word: string): TreeFile[] {
  return tree.files.filter(({ path, language }) => language !== null && tree.text(path)?.includes(word) === true);
}

/** The end of the last line begins none. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
