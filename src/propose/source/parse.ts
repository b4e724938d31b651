import { Lang, parse, type SgNode } from '@ast-grep/napi';
import type { Language } from '../../core/candidate.js';
import { registerGrammars } from './grammars.js';

export type ScriptDialect = 'javascript' | 'typescript' | 'tsx' | 'python';
/** Their grammars are optional packages. */
export type NativeDialect = 'cpp' | 'rust' | 'go';
export type Dialect = ScriptDialect | NativeDialect;

const scripts: Record<string, ScriptDialect> = {
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

/** A `.c` is no C++, and CUDA is no C++ that its grammar knows. */
const natives: Record<string, NativeDialect> = { cc: 'cpp', cpp: 'cpp', cxx: 'cpp', hh: 'cpp', hpp: 'cpp', hxx: 'cpp', h: 'cpp', ipp: 'cpp', rs: 'rust', go: 'go' };

const languages: Record<Dialect, Language> = { javascript: 'javascript', typescript: 'typescript', tsx: 'typescript', python: 'python', cpp: 'cpp', rust: 'rust', go: 'go' };

/** The grammar for a file by its extension; null where perfloop has none. */
export function dialectOf(file: string): Dialect | null {
  return scriptDialectOf(file) ?? natives[extensionOf(file)] ?? null;
}

/** The same for languages whose grammar is always there. */
export function scriptDialectOf(file: string): ScriptDialect | null {
  return scripts[extensionOf(file)] ?? null;
}

function extensionOf(file: string): string {
  return /\.([a-z]+)$/.exec(file)?.[1] ?? '';
}

export function isNative(dialect: Dialect): dialect is NativeDialect {
  return dialect === 'cpp' || dialect === 'rust' || dialect === 'go';
}

/** Whether the grammar is installed, and built for this machine. */
export function hasGrammar(dialect: Dialect): boolean {
  return !isNative(dialect) || registerGrammars().has(dialect);
}

export function languageOf(dialect: Dialect): Language {
  return languages[dialect];
}

/** Why files of this kind cannot be read, and what to do; null where they can, or perfloop has no recipes for them. */
export function withoutGrammar(file: string): string | null {
  const dialect = dialectOf(file);
  if (dialect === null || hasGrammar(dialect)) return null;
  return `the recipes for ${languageOf(dialect)} need the optional package @ast-grep/lang-${dialect}, which is not installed or not built for this machine; install perfloop without --omit=optional`;
}

/** The root node of the text; needs the dialect's grammar. Offsets of nodes are UTF-16 code units. A broken text gives a tree with ERROR nodes. */
export function parseSource(text: string, dialect: Dialect): SgNode {
  if (dialect === 'python' || isNative(dialect)) registerGrammars();
  const language = dialect === 'javascript' ? Lang.JavaScript : dialect === 'typescript' ? Lang.TypeScript : dialect === 'tsx' ? Lang.Tsx : dialect;
  return parse(language, text).root();
}

/** How many things in the tree the parser did not understand, or, but in Python, had to invent. */
export function syntaxErrors(root: SgNode, dialect: Dialect): number {
  const errors = (root.kind() === 'ERROR' ? 1 : 0) + root.findAll({ rule: { kind: 'ERROR' } }).length;
  if (dialect === 'python') return errors;
  // The grammar of C++ invents `::` in places where none is missing.
  if (isNative(dialect)) return errors + root.findAll({ rule: { regex: '^$' } }).filter((node) => !node.isNamed() && node.kind() !== '::').length;
  const mayBeEmpty = ['program', 'statement_block', 'template_string', 'jsx_text'].map((kind) => ({ kind }));
  return errors + root.findAll({ rule: { regex: '^$', not: { any: mayBeEmpty } } }).length;
}
