import { posix } from 'node:path';
import { linesOf, outlineIn } from '../outlines.js';
import type { SourceTree } from '../source-tree.js';
import { entriesOfManifests } from './manifests.js';

export interface EntryPoint {
  name: string;
  kind: 'main guard' | 'main function' | 'module' | 'script' | 'console script' | 'package bin' | 'package main' | 'npm script' | 'binary' | 'executable';
  /** Null where it names no file of the repository. */
  file: string | null;
  line: number;
  /** How it is started, as far as that is said. */
  command: string | null;
}

const guards: Record<string, RegExp> = {
  python: /^if\s+__name__\s*==\s*['"]__main__['"]/,
  javascript: /\brequire\.main\s*===?\s*module\b|\bimport\.meta\.main\b|\bprocess\.argv\[1\].*import\.meta|import\.meta\.url\s*===?|\bimport\.meta\.(?:url|filename)\b.*process\.argv\[1\]/,
};

/** Where programs begin: what manifests declare, then what the sources show. */
export function entryPoints(tree: SourceTree): EntryPoint[] {
  const declared = entriesOfManifests(tree);
  const shown = tree.files.flatMap(({ path, language }) => (language === null ? [] : entriesOfSource(tree, path)));
  return [...declared, ...shown];
}

const known = new WeakMap<SourceTree, ReadonlySet<string>>();

/** Whether a program begins with the code of the file. */
export function isEntryFile(tree: SourceTree, file: string): boolean {
  const files = known.get(tree) ?? new Set(entryPoints(tree).flatMap((entry) => entry.file ?? []));
  known.set(tree, files);
  return files.has(file);
}

function entriesOfSource(tree: SourceTree, path: string): EntryPoint[] {
  const text = tree.text(path);
  if (text === null) return [];
  const { language } = tree.file(path);
  const found: EntryPoint[] = [];
  const shebang = /^#![^\n]*?\b(python[\d.]*|node|tsx|deno|bun)\b/.exec(text)?.[1];
  if (shebang !== undefined) found.push({ name: posix.basename(path), kind: 'script', file: path, line: 1, command: `${shebang} ${path}` });
  if (language === 'python' && posix.basename(path) === '__main__.py') {
    const module = posix.dirname(path).replaceAll('/', '.');
    found.push({ name: module, kind: 'module', file: path, line: 1, command: `python -m ${module}` });
  }
  const guard = guards[language === 'typescript' ? 'javascript' : (language ?? '')];
  if (guard !== undefined && (language === 'python' ? text.includes('__main__') : /require\.main|import\.meta/.test(text))) {
    const line = linesOf(text).findIndex((one) => guard.test(one));
    if (line !== -1) found.push({ name: posix.basename(path), kind: 'main guard', file: path, line: line + 1, command: language === 'python' ? `python ${path}` : `node ${path}` });
  }
  if ((language === 'go' || language === 'rust' || language === 'c++') && /\bmain\b/.test(text)) {
    const main = outlineIn(tree, path)?.symbols.find(({ name, container, kind }) => name === 'main' && container === null && kind === 'function');
    if (main !== undefined && (language !== 'go' || /^package\s+main\b/m.test(text))) found.push({ name: posix.basename(path).replace(/\.\w+$/, ''), kind: 'main function', file: path, line: main.line, command: null });
  }
  return found;
}
