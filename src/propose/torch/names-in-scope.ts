import type { TextEdit } from '../recipes/recipe.js';
import { endOf, startOf } from '../source/tree.js';
import type { PyModule } from './module.js';

/** How a file can say `torch.nn.functional`, and the import that it needs for it, if any. */
export interface Spelling {
  text: string;
  edits: TextEdit[];
}

/** The shortest way to write a dotted path by the imports at the top of a file; adds `import …` where there is none. */
export function spelled(module: PyModule, path: string): Spelling {
  const ways = module.imports
    .filter((entry) => !entry.nested && (path === entry.path || path.startsWith(`${entry.path}.`)))
    .filter((entry) => module.names(module.root).uses(entry.name).every((use) => use.role !== 'write' || isImport(use.node)))
    .map((entry) => `${entry.name}${path.slice(entry.path.length)}`);
  const [shortest] = ways.toSorted((a, b) => a.length - b.length);
  if (shortest !== undefined) return { text: shortest, edits: [] };
  const top = path.split('.')[0] ?? path;
  return { text: path, edits: [importLine(module, `import ${top}`)] };
}

/** An import at the top of the file: in front of its first one, behind those of `__future__` and the docstring. */
export function importLine(module: PyModule, text: string): TextEdit {
  const first = module.imports.find((entry) => !entry.nested)?.statement;
  if (first !== undefined) return { file: module.file, start: startOf(first), end: startOf(first), text: `${text}\n` };
  const statements = module.root.namedChildren();
  const before = statements.findLast((node, i) => node.kind() === 'future_import_statement' || (i === 0 && node.kind() === 'expression_statement' && node.namedChildren()[0]?.kind() === 'string'));
  if (before !== undefined) return { file: module.file, start: endOf(before), end: endOf(before), text: `\n\n${text}` };
  return { file: module.file, start: 0, end: 0, text: `${text}\n\n` };
}

function isImport(node: { parent(): unknown }): boolean {
  const kind = String((node.parent() as { kind(): unknown } | null)?.kind());
  return kind === 'dotted_name' || kind === 'aliased_import';
}
