import type { SgNode } from '@ast-grep/napi';
import { all, ancestorWhere, parts, same } from '../source/tree.js';
import type { PyModule } from './module.js';
import type { TorchProgram } from './program.js';
import { sumOf } from './read-uses.js';

/** Where a loop keeps a number, or several: a name, an attribute, or elements of one. */
export interface Cell {
  module: PyModule;
  /** The function that writes to it, or the module. */
  scope: SgNode;
  /** `total`, `self.total`, `hits[c]` at the place of the update. */
  node: SgNode;
  /** `total`, `self.total`; `hits` of `hits[c]`. */
  holder: SgNode;
  /** `one`: a name, an attribute, or the element of a key that is a text. `elements`: any elements of the holder. */
  shape: 'one' | 'elements';
  /** The text of what is put back: `total`, `sums['loss']`, `hits`. */
  text: string;
}

/** A mention of the holder of a cell. `elsewhere`: in another function. */
export interface CellUse {
  module: PyModule;
  node: SgNode;
  role: 'write' | 'update' | 'read';
  elsewhere: boolean;
}

/** Null for what is no place to keep a number in: `f().x`, `a.b.c[i][j].d`. */
export function cellOf(module: PyModule, node: SgNode): Cell | null {
  const scope = module.scopeOf(node);
  if (node.kind() === 'subscript') {
    const holder = node.field('value');
    if (holder === null || !isHolder(holder)) return null;
    const keys = parts(node).slice(1);
    const isKey = keys.length === 1 && keys[0]?.kind() === 'string' && !/^\w*f['"]/.test(keys[0].text());
    return { module, scope, node, holder, shape: isKey ? 'one' : 'elements', text: isKey ? node.text() : holder.text() };
  }
  return isHolder(node) ? { module, scope, node, holder: node, shape: 'one', text: node.text() } : null;
}

/** `x`, `self.x`. */
function isHolder(node: SgNode): boolean {
  return node.kind() === 'identifier' || (node.kind() === 'attribute' && node.field('object')?.kind() === 'identifier');
}

/** All mentions of the holder: of a name in its scope, of an attribute in the files around. */
export function usesOfCell(program: TorchProgram, { module, scope, holder }: Cell): CellUse[] {
  if (holder.kind() === 'identifier') return module.uses(scope, holder.text()).map(({ node, deferred, role }) => ({ module, node, role: role === 'declare' || role === 'foreign' ? 'write' : roleOf(node), elsewhere: deferred }));
  const name = holder.field('attribute')?.text();
  return program.modules.flatMap((other) =>
    other.source.includes(name ?? '')
      ? all(other.root, 'attribute')
          .filter((node) => node.field('attribute')?.text() === name)
          .map((node) => ({ module: other, node, role: roleOf(node), elsewhere: other !== module || !same(other.scopeOf(node), scope) || node.text() !== holder.text() }))
      : [],
  );
}

/** What a mention of a holder does with its numbers. */
function roleOf(node: SgNode): CellUse['role'] {
  const parent = node.parent();
  if (parent === null) return 'read';
  // `cell += …`, `cell = cell + …`, `cell.append(…)`; of an element too.
  const element = parent.kind() === 'subscript' && same(parent.field('value'), node) ? parent : node;
  const statement = ancestorWhere(node, (at) => ['assignment', 'augmented_assignment'].includes(String(at.kind())));
  const sum = statement === null ? null : sumOf(statement);
  if (sum?.cell.text() === element.text()) return 'update';
  const attribute = element.parent();
  const call = attribute?.kind() === 'attribute' && same(attribute.field('object'), element) ? attribute.parent() : null;
  if (call?.kind() === 'call' && ['append', 'extend'].includes(attribute?.field('attribute')?.text() ?? '') && call.parent()?.kind() === 'expression_statement') return 'update';
  return isWritten(element) ? 'write' : 'read';
}

function isWritten(node: SgNode): boolean {
  const parent = node.parent();
  if (parent?.kind() === 'assignment' || parent?.kind() === 'augmented_assignment') return same(parent.field('left'), node) && parent.field('right') !== null;
  if (parent?.kind() !== 'pattern_list' && parent?.kind() !== 'tuple_pattern') return false;
  return parent.parent()?.kind() === 'assignment' && same(parent.parent()?.field('left') ?? null, parent);
}
