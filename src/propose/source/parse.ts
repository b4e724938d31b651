import { createRequire } from 'node:module';
import { Lang, parse, registerDynamicLanguage, type SgNode } from '@ast-grep/napi';
import type { Language } from '../../core/candidate.js';

export type Dialect = 'javascript' | 'typescript' | 'tsx' | 'python';

const extensions: Record<string, Dialect> = {
  js: 'javascript',
  cjs: 'javascript',
  mjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  cts: 'typescript',
  mts: 'typescript',
  tsx: 'tsx',
  py: 'python',
};

const languages: Record<Dialect, Language> = { javascript: 'javascript', typescript: 'typescript', tsx: 'typescript', python: 'python' };

/** The grammar for a file by its extension; null where perfloop has none. */
export function dialectOf(file: string): Dialect | null {
  return extensions[/\.([a-z]+)$/.exec(file)?.[1] ?? ''] ?? null;
}

export function languageOf(dialect: Dialect): Language {
  return languages[dialect];
}

let pythonRegistered = false;

/** The root node of the text. Offsets of nodes are UTF-16 code units. A broken text gives a tree with ERROR nodes. */
export function parseSource(text: string, dialect: Dialect): SgNode {
  if (dialect === 'python' && !pythonRegistered) {
    // The package is CommonJS and ships the compiled grammar; registering twice in a process is refused.
    const python: { libraryPath: string; extensions: string[]; languageSymbol: string; expandoChar: string } = createRequire(import.meta.url)('@ast-grep/lang-python');
    registerDynamicLanguage({ python });
    pythonRegistered = true;
  }
  const language = { javascript: Lang.JavaScript, typescript: Lang.TypeScript, tsx: Lang.Tsx, python: 'python' }[dialect];
  return parse(language, text).root();
}

/** Whether the parser understood all of the tree: no ERROR node, and in JavaScript no token that it had to invent. */
export function parsesCleanly(root: SgNode, dialect: Dialect): boolean {
  if (root.kind() === 'ERROR' || root.find({ rule: { kind: 'ERROR' } }) !== null) return false;
  if (dialect === 'python') return true;
  return root.find({ rule: { regex: '^$', not: { any: [{ kind: 'program' }, { kind: 'statement_block' }, { kind: 'template_string' }, { kind: 'jsx_text' }] } } }) === null;
}
