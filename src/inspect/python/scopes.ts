import type { SgNode } from '@ast-grep/napi';
import { isVariable, roleOf } from '../../propose/python/bindings.js';
import { all, startOf } from '../../propose/source/tree.js';
import { Nesting } from '../nesting.js';

const binding = new Set(['foreign', 'declare', 'write']);

/** The functions and classes of a file, and what each function binds itself: parameters and what it assigns without `global`. */
export class Scopes {
  readonly #functions: Nesting;
  readonly #classes: Nesting;
  readonly #own = new Map<number, Set<string>>();
  readonly #foreign = new Map<number, Set<string>>();

  constructor(root: SgNode) {
    const functions = all(root, 'function_definition', 'lambda');
    this.#functions = new Nesting(functions);
    this.#classes = new Nesting(all(root, 'class_definition'));
    for (const fn of functions) {
      this.#own.set(startOf(fn), new Set());
      this.#foreign.set(startOf(fn), new Set());
    }
    for (const id of all(root, 'identifier')) {
      if (!isVariable(id)) continue;
      const role = roleOf(id);
      if (!binding.has(role)) continue;
      // The name of a function is bound where the function stands, not within it.
      const parent = id.parent();
      const at = parent !== null && ['function_definition', 'class_definition'].includes(String(parent.kind())) ? parent : id;
      const [fn] = this.around(at);
      if (fn !== undefined) (role === 'foreign' ? this.#foreign : this.#own).get(startOf(fn))?.add(id.text());
    }
  }

  /** The functions around a node, innermost first. */
  around(node: SgNode): SgNode[] {
    return this.#functions.around(node);
  }

  classAround(node: SgNode): SgNode | null {
    return this.#classes.around(node)[0] ?? null;
  }

  binds(fn: SgNode, name: string): boolean {
    return this.#own.get(startOf(fn))?.has(name) === true && this.#foreign.get(startOf(fn))?.has(name) !== true;
  }
}
