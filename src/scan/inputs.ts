import picomatch from 'picomatch';
import { z } from 'zod';
import { scanLanguages } from './language.js';
import type { SourceTree, TreeFile } from './source-tree.js';

export const limitSchema = z.int().min(1).max(10_000).default(50).describe('How many rows.');
export const withinSchema = z.string().min(1).max(500).nullable().default(null).describe('Only files that match this glob, or lie in this folder.');
export const languageSchema = z.enum(scanLanguages).nullable().default(null).describe('Only files of this language.');

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
  const left = [
    [links, 'links'],
    [tooLarge, 'files of more than 1 MiB'],
    [binary, 'binary files'],
  ].filter(([count]) => count !== 0);
  return [
    ...(left.length === 0 ? [] : [`Not read: ${left.map((pair) => pair.join(' ')).join(', ')}.`]),
    ...(tree.cut ? [`Only the first ${tree.files.length} files are looked at.`] : []),
  ];
}
