import type { SgNode } from '@ast-grep/napi';
import { identifierKinds, roleOf as roleInJavaScript } from '../javascript/bindings.js';
import { isVariable, roleOf as roleInPython } from '../python/bindings.js';
import { isNative, parseSource, syntaxErrors, type Dialect } from './parse.js';
import { all, same } from './tree.js';

/** A parsed file with what does not depend on the function that is looked at. */
export interface SourceFile {
  source: string;
  dialect: Dialect;
  root: SgNode;
  syntaxErrors: number;
  /** At how many places of the file each name is bound: declared, assigned, imported, a parameter. Empty for compiled languages. */
  timesBound: ReadonlyMap<string, number>;
}

/** Takes tens of milliseconds for a file of some thousand lines. */
export function sourceFile(source: string, dialect: Dialect): SourceFile {
  const root = parseSource(source, dialect);
  return { source, dialect, root, syntaxErrors: syntaxErrors(root, dialect), timesBound: timesBound(root, dialect) };
}

/** Compiled languages are asked about a function only. */
function timesBound(root: SgNode, dialect: Dialect): Map<string, number> {
  if (isNative(dialect)) return new Map();
  return dialect === 'python' ? boundInPython(root) : declaredInJavaScript(root, dialect);
}

function declaredInJavaScript(root: SgNode, dialect: Dialect): Map<string, number> {
  // TypeScript's grammar has a kind of its own for the name of a class.
  const classes = dialect === 'javascript' ? [] : all(root, 'type_identifier').filter((name) => /class/.test(String(name.parent()?.kind())) && same(name.parent()?.field('name') ?? null, name));
  return countNames([...all(root, ...identifierKinds).filter((node) => roleInJavaScript(node) === 'declare'), ...classes]);
}

function boundInPython(root: SgNode): Map<string, number> {
  const binds = new Set(['declare', 'write', 'foreign']);
  return countNames(all(root, 'identifier').filter((node) => isVariable(node) && binds.has(roleInPython(node))));
}

function countNames(nodes: SgNode[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(node.text(), (counts.get(node.text()) ?? 0) + 1);
  return counts;
}
