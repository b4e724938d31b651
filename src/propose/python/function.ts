import type { SgNode } from '@ast-grep/napi';
import { Names } from '../source/names.js';
import type { SourceFile } from '../source/file.js';
import { all, ancestorWhere, parts, same, startOf, within } from '../source/tree.js';
import { isVariable, roleOf, type Role } from './bindings.js';
import { isInLaterGenerator } from './generators.js';

export interface Use {
  node: SgNode;
  role: Role;
  /** In a function, lambda or class of its own, which may run later or shadow the name, or in a generator expression that may run later. */
  deferred: boolean;
}

const laterKinds = new Set(['function_definition', 'lambda', 'class_definition']);

/** A hot function, or a module, with what a recipe asks about it. */
export class PyFunction {
  readonly family = 'python';
  readonly names: Names;
  readonly #uses = new Map<string, Use[]>();
  readonly source: string;
  readonly root: SgNode;
  readonly #file: SourceFile;

  constructor(
    file: SourceFile,
    readonly hot: SgNode,
  ) {
    this.#file = file;
    this.source = file.source;
    this.root = file.root;
    this.names = new Names(file.source);
    for (const node of all(hot, 'identifier').filter(isVariable)) {
      const use = { node, role: roleOf(node), deferred: this.#isDeferred(node) || isInLaterGenerator(node, hot) };
      const list = this.#uses.get(node.text());
      if (list === undefined) this.#uses.set(node.text(), [use]);
      else list.push(use);
    }
  }

  uses(name: string): Use[] {
    return this.#uses.get(name) ?? [];
  }

  /** Whether the names are the language's own: nothing in the file binds them. */
  areBuiltin(...names: string[]): boolean {
    return names.every((name) => !this.#file.timesBound.has(name)) && this.root.find({ rule: { kind: 'wildcard_import' } }) === null;
  }

  /** At how many places of the file the name is bound: assigned, imported, a parameter. */
  timesBound(name: string): number {
    return this.#file.timesBound.get(name) ?? 0;
  }

  /** The nodes of the kinds that the hot function itself runs, not those of functions and classes in it, nor what `f"{x=}"` prints as it is written. */
  owned(...kinds: string[]): SgNode[] {
    return all(this.hot, ...kinds).filter((node) => !this.#isDeferred(node) && !isQuoted(node, this.hot));
  }

  isParameter(name: string): boolean {
    return this.uses(name).some((use) => use.role === 'declare' && !use.deferred);
  }

  /** The values that assignments give the name; null when it is bound in any other way too. */
  assignedValues(name: string): SgNode[] | null {
    const values: SgNode[] = [];
    for (const use of this.uses(name)) {
      if (use.role === 'declare' || use.role === 'foreign') return null;
      if (use.role !== 'write') continue;
      const parent = use.node.parent();
      const value = parent?.kind() === 'assignment' ? parent.field('right') : null;
      // In `a = b = []` two names share one value.
      if (value === null || use.deferred || value.kind() === 'assignment' || parent?.parent()?.kind() === 'assignment') return null;
      values.push(value);
    }
    return values;
  }

  /** Whether the name surely has a value at the statement: a parameter, or assigned earlier in a block around it. */
  isBoundBefore(name: string, statement: SgNode): boolean {
    if (this.uses(name).some((use) => use.role === 'foreign')) return false;
    if (this.isParameter(name)) return true;
    return this.uses(name).some((use) => {
      if (use.role !== 'write' || use.deferred || startOf(use.node) >= startOf(statement) || use.node.parent()?.kind() !== 'assignment') return false;
      const block = ancestorWhere(use.node, (at) => at.kind() === 'block' || at.kind() === 'module');
      return block !== null && within(statement, block);
    });
  }

  /** Whether the name is not bound again in the region, nor by a function in it. */
  isUnchanged(name: string, region: SgNode): boolean {
    return this.uses(name).every((use) => use.role !== 'foreign' && ((use.role !== 'write' && use.role !== 'declare') || (!use.deferred && !within(use.node, region))));
  }

  #isDeferred(node: SgNode): boolean {
    for (let at = node.parent(); at !== null && !same(at, this.hot); at = at.parent()) if (laterKinds.has(String(at.kind()))) return true;
    return false;
  }
}

/** In an expression whose text an f-string shows beside its value: `f"{max(a, b)=}"`. */
function isQuoted(node: SgNode, limit: SgNode): boolean {
  return ancestorWhere(node, (at) => at.kind() === 'interpolation' && at.children().some((child) => child.kind() === '='), limit) !== null;
}

/** `receiver.method(...)`: its parts; null for any other node. */
export function methodCall(node: SgNode | null): { receiver: SgNode; method: string; args: SgNode[] } | null {
  const callee = node?.kind() === 'call' ? node.field('function') : null;
  const args = node?.field('arguments') ?? null;
  if (callee?.kind() !== 'attribute' || args === null) return null;
  const receiver = callee.field('object');
  return receiver === null ? null : { receiver, method: callee.field('attribute')?.text() ?? '', args: argumentsOf(args) };
}

/** `name(...)`: its parts; null for any other node. */
export function nameCall(node: SgNode | null): { name: string; args: SgNode[] } | null {
  const callee = node?.kind() === 'call' ? node.field('function') : null;
  const args = node?.field('arguments') ?? null;
  return callee?.kind() === 'identifier' && args !== null ? { name: callee.text(), args: argumentsOf(args) } : null;
}

/** `f(x for x in xs)` has no list of arguments: the generator stands in its place. */
function argumentsOf(args: SgNode): SgNode[] {
  return args.kind() === 'argument_list' ? parts(args) : [args];
}
