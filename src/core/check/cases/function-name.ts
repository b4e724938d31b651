import type { CaseLanguage } from './edges.js';

/** A function of the target: `src/unique.js#unique`, `pkg/mod.py:Tree.insert`. */
export interface FunctionName {
  path: string;
  /** The name, and above it those of its classes or objects. */
  names: string[];
  language: CaseLanguage;
}

const languages: Record<string, CaseLanguage> = { py: 'python', js: 'javascript', mjs: 'javascript', cjs: 'javascript', ts: 'javascript', mts: 'javascript', cts: 'javascript' };

/** Gives the problem in words where the text names no function. `name`: what counts where the text has only a file. */
export function readFunctionName(text: string, name: string | null = null): FunctionName | string {
  const [, path, given] = /^([^#:]+)(?:[#:](.*))?$/s.exec(text) ?? [];
  const dotted = given ?? name;
  if (path === undefined || dotted === null) return 'must name a function in a file: `src/unique.js#unique` or `pkg/mod.py:unique`';
  if (path.startsWith('/') || path.startsWith('~') || path.split(/[\\/]/).includes('..')) return 'must name a file of the repository, relative to its root';
  const language = languages[/\.(\w+)$/.exec(path)?.[1] ?? ''];
  if (language === undefined) return 'must name a file of JavaScript, TypeScript or Python (.js, .mjs, .cjs, .ts, .mts, .cts, .py)';
  const names = dotted.split('.');
  if (!names.every((part) => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(part))) return `has ${JSON.stringify(dotted)} in the place of a name`;
  return { path: path.replace(/^\.\//, ''), names, language };
}
