import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere } from '../source/tree.js';

/** An import at some level of a file: the name that it binds, and what the name stands for. */
export interface Import {
  name: string;
  /** `torch.nn.functional`; a relative one keeps its dots: `.model.GPT`. */
  path: string;
  statement: SgNode;
  /** Whether it stands in a function or class. */
  nested: boolean;
}

/** Every import of a file, in source order. `import a.b` binds `a`. */
export function importsOf(root: SgNode): Import[] {
  return all(root, 'import_statement', 'import_from_statement').flatMap((statement) => {
    const nested = ancestorWhere(statement, (at) => at.kind() === 'function_definition' || at.kind() === 'class_definition') !== null;
    const module = statement.field('module_name');
    const names = statement.namedChildren().filter((child) => child.id() !== module?.id());
    return names.flatMap((child) => {
      const found = module === null ? wholeModule(child) : partOf(module.text(), child);
      return found === null ? [] : [{ ...found, statement, nested }];
    });
  });
}

function wholeModule(child: SgNode): { name: string; path: string } | null {
  if (child.kind() === 'aliased_import') return aliased(child);
  if (child.kind() !== 'dotted_name') return null;
  const first = child.text().split('.')[0] ?? '';
  return { name: first, path: first };
}

function partOf(module: string, child: SgNode): { name: string; path: string } | null {
  const prefix = /^\.+$/.test(module) ? module : `${module}.`;
  const found = child.kind() === 'aliased_import' ? aliased(child) : child.kind() === 'dotted_name' ? { name: child.text(), path: child.text() } : null;
  return found === null ? null : { name: found.name, path: `${prefix}${found.path}` };
}

function aliased(child: SgNode): { name: string; path: string } | null {
  const path = child.field('name')?.text();
  const name = child.field('alias')?.text();
  return path === undefined || name === undefined ? null : { name, path };
}
