import type { SgNode } from '@ast-grep/napi';
import { all, lineOf } from '../../propose/source/tree.js';
import type { Scopes } from './scopes.js';

interface Giving {
  deferred: boolean;
  line: number;
}

/** The functions of a file by name, and whether what they give is a generator or a coroutine: their own, or one that they pass on. */
export function pythonDeferred(root: SgNode, scopes: Scopes): Map<string, Giving> {
  const found = new Map<string, Giving>();
  const returned = new Map<string, SgNode[]>();
  const around = (node: SgNode): number | undefined => scopes.around(node)[0]?.range().start.index;
  const yielding = new Set(all(root, 'yield').map(around));
  const returns = all(root, 'return_statement').map((statement) => ({ of: around(statement), value: statement.namedChildren()[0] }));
  for (const fn of all(root, 'function_definition')) {
    const name = [scopes.classAround(fn)?.field('name')?.text(), fn.field('name')?.text()].filter((part) => part !== undefined).join('.');
    if (found.has(name)) continue;
    const start = fn.range().start.index;
    const deferred = fn.children().some((child) => child.kind() === 'async') || yielding.has(start);
    found.set(name, { deferred, line: lineOf(fn) });
    returned.set(name, returns.filter(({ of }) => of === start).map(({ value }) => value).filter((value) => value !== undefined));
  }
  passOn(found, returned);
  return found;
}

/** A function is deferred, too, when all that it returns comes from one that is. */
function passOn(found: Map<string, Giving>, returned: ReadonlyMap<string, SgNode[]>): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, giving] of found) {
      const values = returned.get(name) ?? [];
      if (giving.deferred || values.length === 0 || !values.every((value) => isDeferred(value, name, found))) continue;
      giving.deferred = true;
      changed = true;
    }
  }
}

function isDeferred(value: SgNode, within: string, found: ReadonlyMap<string, Giving>): boolean {
  if (value.kind() === 'generator_expression') return true;
  const called = value.kind() === 'call' ? value.field('function')?.text() : undefined;
  if (called === undefined) return false;
  if (value.field('arguments')?.kind() === 'generator_expression') return called === 'iter';
  const owner = within.includes('.') ? within.slice(0, within.lastIndexOf('.') + 1) : '';
  return found.get(called.startsWith('self.') ? `${owner}${called.slice('self.'.length)}` : called)?.deferred === true;
}
