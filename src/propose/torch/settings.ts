import type { SgNode } from '@ast-grep/napi';
import type { TextEdit } from '../recipes/recipe.js';
import { all, lineOf } from '../source/tree.js';
import type { PyModule } from './module.js';
import { spelled } from './names-in-scope.js';
import type { TorchProgram } from './program.js';
import { linesAfter } from './statements.js';

/** The script that is run: it has a `__main__` part, or nothing of the repository imports it. Null where several could be it. */
export function entryScript(program: TorchProgram): PyModule | null {
  const scripts = program.modules.filter((module) => /^if\s+__name__\s*==/m.test(module.source));
  if (scripts.includes(program.module) || (scripts.length === 0 && program.users.length === 0)) return program.module;
  const users = scripts.length > 0 ? scripts : program.users.filter((module) => !/(?:^|\/)(?:test_|conftest)|\/tests?\//.test(module.file));
  return users.length === 1 ? (users[0] ?? null) : null;
}

/** A setting of PyTorch for the whole program, behind the imports at the top of a script. Null where it has none. */
export function settingEdits(module: PyModule, path: string, rest: string): TextEdit[] | null {
  const statements = module.root.namedChildren();
  const last = statements.findLast((node) => node.kind() === 'import_statement' || node.kind() === 'import_from_statement');
  if (last === undefined) return null;
  const { text, edits } = spelled(module, path);
  return [linesAfter(module, last, ['', `${text}${rest}`]), ...edits];
}

/** The first place in the files around the finding whose name or attribute matches. */
export function mention(program: TorchProgram, pattern: RegExp): { module: PyModule; line: number; text: string } | null {
  for (const module of program.modules) {
    const node = all(module.root, 'identifier').find((id) => pattern.test(id.text()) || pattern.test(attributeOf(id).text()));
    if (node !== undefined) return { module, line: lineOf(node), text: pattern.exec(attributeOf(node).text())?.[0] ?? node.text() };
  }
  return null;
}

/** `torch.backends.cudnn` around its last identifier. */
function attributeOf(id: SgNode): SgNode {
  const parent = id.parent();
  return parent?.kind() === 'attribute' ? parent : id;
}

/** `line 3 of train.py`. */
export function placeText({ module, line }: { module: PyModule; line: number }): string {
  return `line ${line} of ${module.file}`;
}
