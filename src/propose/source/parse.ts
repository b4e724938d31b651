import { Lang, parse, type SgNode } from '@ast-grep/napi';
import type { Language } from '../../core/candidate.js';
import { registerGrammars } from './grammars.js';

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

/** The root node of the text. Offsets of nodes are UTF-16 code units. A broken text gives a tree with ERROR nodes. */
export function parseSource(text: string, dialect: Dialect): SgNode {
  if (dialect === 'python') registerGrammars();
  const language = { javascript: Lang.JavaScript, typescript: Lang.TypeScript, tsx: Lang.Tsx, python: 'python' }[dialect];
  return parse(language, text).root();
}

/** How many things in the tree the parser did not understand, or in JavaScript had to invent. */
export function syntaxErrors(root: SgNode, dialect: Dialect): number {
  const errors = (root.kind() === 'ERROR' ? 1 : 0) + root.findAll({ rule: { kind: 'ERROR' } }).length;
  if (dialect === 'python') return errors;
  const mayBeEmpty = ['program', 'statement_block', 'template_string', 'jsx_text'].map((kind) => ({ kind }));
  return errors + root.findAll({ rule: { regex: '^$', not: { any: mayBeEmpty } } }).length;
}
