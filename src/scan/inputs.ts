import picomatch from 'picomatch';
import { z } from 'zod';
import { scanLanguages } from './language.js';
import { hasGrammar } from './outline/outline-file.js';
import type { SourceTree, TreeFile } from './source-tree.js';

export const limitSchema = z.int().min(1).max(10_000).default(50).describe('How many rows.');
export const withinSchema = z.string().min(1).max(500).nullable().default(null).describe('Only files that match this glob, or lie in this folder.');
export const languageSchema = z.enum(scanLanguages).nullable().default(null).describe('Only files of this language.');

export const nameSchema = z.string().min(1).max(300).describe('A function, method or class: `step`, or `Trainer.step` to tell it from others of the name.');

/** How sure a call means a function. */
export const confidenceSchema = z.enum(['exact', 'name only']);
export const bySchema = z.enum(['syntax tree', 'text']);

/** The files that `within` and `language` name. */
export function filesIn(tree: SourceTree, { within, language = null }: { within: string | null; language?: TreeFile['language'] }): TreeFile[] {
  const test = within === null ? () => true : within === '.' ? () => true : matcher(within.replace(/^\.\//, '').replace(/\/+$/, ''));
  return tree.files.filter((file) => (language === null || file.language === language) && test(file.path));
}

function matcher(glob: string): (path: string) => boolean {
  const matches = picomatch(glob.includes('/') ? glob : [glob, `**/${glob}`], { dot: true });
  return (path) => path === glob || path.startsWith(`${glob}/`) || matches(path);
}

/** What every tool says of files that it could not look at. */
export function notesOn(tree: SourceTree): string[] {
  const { links, tooLarge, binary } = tree.leftOut;
  const there = new Set(tree.files.map(({ language }) => language));
  const grammars = (['c++', 'rust', 'go'] as const).filter((language) => there.has(language) && !hasGrammar(language));
  const left = [
    [links, 'links'],
    [tooLarge, 'files of more than 1 MiB'],
    [binary, 'binary files'],
  ].filter(([count]) => count !== 0);
  return [
    ...(left.length === 0 ? [] : [`Not read: ${left.map((pair) => pair.join(' ')).join(', ')}.`]),
    ...(grammars.length === 0 ? [] : [`Found by text, since no grammar is installed: ${grammars.join(', ')}.`]),
    ...(tree.cut ? [`Only the first ${tree.files.length} files are looked at.`] : []),
  ];
}
