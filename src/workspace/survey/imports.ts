import { posix } from 'node:path';
import type { Language } from '../../core/candidate.js';
import { languageOf } from '../../core/language.js';

/** What a source file imports, as written. Found by pattern: good enough to say what a benchmark reaches, never to edit code. */
export function importsOf(text: string, language: Language): string[] {
  const patterns = language === 'python' ? pythonPatterns : language === 'javascript' || language === 'typescript' ? scriptPatterns : [];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? '').filter((name) => name !== ''));
}

const scriptPatterns = [/\bfrom\s*['"]([^'"\n]+)['"]/g, /\brequire\(\s*['"]([^'"\n]+)['"]\s*\)/g, /\bimport\s*\(?\s*['"]([^'"\n]+)['"]/g];
const pythonPatterns = [/^\s*from\s+([.\w]+)\s+import\b/gm, /^\s*import\s+([\w.]+)/gm];

/** The file of the repository that an import means, or null when it comes from outside. */
export function resolveImport(name: string, from: string, files: ReadonlySet<string>): string | null {
  const language = languageOf(from);
  if (language === 'python') return resolvePython(name, from, files);
  if (!name.startsWith('.')) return null;
  const path = posix.normalize(posix.join(posix.dirname(from), name));
  const bare = path.replace(/\.[cm]?jsx?$/, '');
  const endings = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.tsx', '.jsx', '/index.js', '/index.mjs', '/index.cjs', '/index.ts'];
  return [path, bare].flatMap((start) => endings.map((ending) => start + ending)).find((file) => files.has(file)) ?? null;
}

function resolvePython(name: string, from: string, files: ReadonlySet<string>): string | null {
  const dots = /^\.*/.exec(name)?.[0].length ?? 0;
  const rest = name.slice(dots).replaceAll('.', '/');
  let folder = posix.dirname(from);
  for (let up = 1; up < dots; up++) folder = posix.dirname(folder);
  const roots = dots > 0 ? [folder] : ['.', 'src', 'lib', folder];
  return roots.flatMap((root) => [posix.normalize(posix.join(root, `${rest}.py`)), posix.normalize(posix.join(root, rest, '__init__.py'))]).find((file) => files.has(file)) ?? null;
}

/** The name of the package that an import from outside means. */
export function packageOf(name: string, language: Language): string | null {
  if (name.startsWith('.') || name.startsWith('node:') || name.startsWith('/')) return null;
  if (language === 'python') return name.split('.')[0] ?? null;
  return name.split('/').slice(0, name.startsWith('@') ? 2 : 1).join('/');
}
