import type { SgNode } from '@ast-grep/napi';
import { functionKinds } from '../../propose/javascript/syntax.js';
import { all, startOf } from '../../propose/source/tree.js';
import { Nesting } from '../nesting.js';

/** The functions of a file, and the names that each declares itself: parameters and variables. */
export class Scopes {
  readonly functions: readonly SgNode[];
  readonly #nesting: Nesting;
  readonly #names = new Map<number, Set<string>>();

  constructor(root: SgNode) {
    this.functions = all(root, ...functionKinds);
    this.#nesting = new Nesting(this.functions);
    for (const fn of this.functions) this.#names.set(startOf(fn), new Set());
    for (const declarator of all(root, 'variable_declarator')) this.#declare(declarator, declarator.field('name'));
    for (const list of all(root, 'formal_parameters')) this.#declare(list, list);
    for (const clause of all(root, 'catch_clause')) this.#declare(clause, clause.field('parameter'));
    for (const fn of this.functions) this.#declareIn(fn, fn.field('parameter'));
    for (const loop of all(root, 'for_in_statement')) if (loop.field('kind') !== null) this.#declare(loop, loop.field('left'));
    for (const named of all(root, 'function_declaration', 'generator_function_declaration', 'class_declaration')) this.#declare(named, named.field('name'));
  }

  /** The functions around a node, innermost first. */
  around(node: SgNode): SgNode[] {
    return this.#nesting.around(node);
  }

  /** Whether the function itself declares the name; what is within it does not count. */
  declares(fn: SgNode, name: string): boolean {
    return this.#names.get(startOf(fn))?.has(name) === true;
  }

  #declare(at: SgNode, pattern: SgNode | null): void {
    const [fn] = this.around(at);
    if (fn !== undefined) this.#declareIn(fn, pattern);
  }

  #declareIn(fn: SgNode, pattern: SgNode | null): void {
    if (pattern === null) return;
    const names = this.#names.get(startOf(fn));
    const kinds = ['identifier', 'shorthand_property_identifier_pattern'];
    for (const id of kinds.includes(String(pattern.kind())) ? [pattern] : all(pattern, ...kinds)) names?.add(id.text());
  }
}
