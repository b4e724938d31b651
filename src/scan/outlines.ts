import type { ScanLanguage } from './language.js';
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

/** Source files in which a word stands. Only they need parsing to know where it is called. */
export function filesWith(tree: SourceTree, word: string): TreeFile[] {
  return filesWhere(tree, (text) => hasWord(text, word, () => true));
}

/** What stands before a name that is defined; elsewhere nothing as short says it. */
const beforeDefinition: Partial<Record<ScanLanguage, RegExp>> = {
  python: /\b(?:def|class)\s+$/,
  rust: /(?:\b(?:fn|struct|enum|union|trait|type|mod)|macro_rules!)\s+$/,
  go: /(?:\b(?:func|type)\s+|\)\s*|^\s*)$/m,
};

/** Source files that may define a name: the words before it say so, or in some place it follows no dot, or something is assigned to it. */
export function filesThatMayDefine(tree: SourceTree, name: string): TreeFile[] {
  return filesWhere(tree, (text, language) => {
    const before = beforeDefinition[language];
    return hasWord(text, name, (at) => {
      if (before !== undefined) return before.test(text.slice(Math.max(0, at - 40), at));
      return text[at - 1] !== '.' || /^\s*=/.test(text.slice(at + name.length, at + name.length + 20));
    });
  });
}

function filesWhere(tree: SourceTree, test: (text: string, language: ScanLanguage) => boolean): TreeFile[] {
  return tree.files.filter(({ path, language }) => {
    const text = language === null ? null : tree.text(path);
    return language !== null && text !== null && test(text, language);
  });
}

const wordCharacter = /[\p{L}\p{N}_$]/u;

function hasWord(text: string, word: string, test: (at: number) => boolean): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
    if (!wordCharacter.test(text[at - 1] ?? ' ') && !wordCharacter.test(text[at + word.length] ?? ' ') && test(at)) return true;
  }
  return false;
}

/** The end of the last line begins none. */
export function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
