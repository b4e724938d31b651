import type { ScanLanguage } from '../language.js';

/** How something was found: the grammar of the language knows, or patterns of text suggest. */
export type By = 'syntax tree' | 'text';

export type SymbolKind = 'function' | 'method' | 'class' | 'struct' | 'enum' | 'interface' | 'trait' | 'type' | 'macro' | 'namespace';

/** A definition. Declarations without a body are none. Lines and columns are 1-based, offsets in UTF-16 code units. */
export interface SourceSymbol {
  name: string;
  kind: SymbolKind;
  /** What it stands in, joined with `.`: classes, functions, namespaces; the type of an `impl` or a receiver. */
  container: string | null;
  /** Whether what it stands in directly is a function. */
  isLocal: boolean;
  line: number;
  column: number;
  endLine: number;
  start: number;
  end: number;
  /** Names that it binds as parameters, as far as the grammar tells them. */
  parameters: readonly string[];
}

export interface SourceCall {
  name: string;
  /** What stands before the name: `self`, `np.linalg`, `crate::util`; null for a bare name. */
  receiver: string | null;
  line: number;
  column: number;
  start: number;
  /** Index of the innermost function or method around it; -1 is the file outside of all. */
  caller: number;
}

export interface SourceImport {
  /** As written: `./util.js`, `..models`, `crate::io`, `<vector>`. */
  module: string;
  line: number;
  /** The names that it brings: `name` there, `as` here. `*` there is the module itself; `*` here is all of its names. */
  names: readonly { name: string; as: string }[];
}

/** What a file defines, calls and imports. */
export interface Outline {
  language: ScanLanguage;
  by: By;
  symbols: readonly SourceSymbol[];
  calls: readonly SourceCall[];
  imports: readonly SourceImport[];
}

/** `Class.method`, for people. */
export const fullName = ({ container, name }: Pick<SourceSymbol, 'container' | 'name'>): string => (container === null ? name : `${container}.${name}`);

/** The name of the code of a file outside of any function. */
export const moduleName = '<module>';

/** Whether it is code that runs when it is called. */
export const isCallable = ({ kind }: Pick<SourceSymbol, 'kind'>): boolean => kind === 'function' || kind === 'method' || kind === 'macro';
