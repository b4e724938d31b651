import type { SgNode } from '@ast-grep/napi';
import { Names } from '../source/names.js';
import type { SourceFile } from '../source/file.js';
import { all, same, startOf, within } from '../source/tree.js';

/** What a grammar calls the parts of a function. */
export interface NativeKinds {
  functions: readonly string[];
  /** Code that may run later, or more than once. */
  closures: readonly string[];
  loops: readonly string[];
  blocks: readonly string[];
  /** Variables and functions; fields and types have kinds of their own. */
  variables: readonly string[];
}

/** A hot function of a compiled language with what a recipe asks about it. Types are known as far as the function declares them. */
export abstract class NativeFunction<Binding> {
  readonly names: Names;
  readonly source: string;
  readonly root: SgNode;
  readonly #uses = new Map<string, SgNode[]>();
  readonly #bindings = new Map<string, Binding | null>();

  constructor(
    file: SourceFile,
    readonly hot: SgNode,
    readonly kinds: NativeKinds,
  ) {
    this.source = file.source;
    this.root = file.root;
    this.names = new Names(file.source);
    for (const node of all(hot, ...kinds.variables)) {
      const list = this.#uses.get(node.text());
      if (list === undefined) this.#uses.set(node.text(), [node]);
      else list.push(node);
    }
  }

  /** What the place binds, were it to declare a name; null where it does not. */
  protected abstract bindingAt(use: SgNode): Binding | null;

  /** The only declaration of the name in the function, closures included; null where there is none, or more. */
  binding(name: string): Binding | null {
    const known = this.#bindings.get(name);
    if (known !== undefined) return known;
    // A declaration whose type is asked of one of the same name, such as `for _, x := range x`, gets no answer.
    this.#bindings.set(name, null);
    const found = this.uses(name).flatMap((use) => this.bindingAt(use) ?? []);
    const only = found.length === 1 ? (found[0] ?? null) : null;
    this.#bindings.set(name, only);
    return only;
  }

  /** Every place in the function, its head included, where the name stands. */
  uses(name: string): SgNode[] {
    return this.#uses.get(name) ?? [];
  }

  usesIn(name: string, region: SgNode): SgNode[] {
    return this.uses(name).filter((use) => within(use, region));
  }

  /** All names of variables and functions that stand in the function. */
  get mentioned(): Iterable<string> {
    return this.#uses.keys();
  }

  /** The nodes of the kinds that the function itself runs, not those of closures and functions in it. */
  owned(...kinds: string[]): SgNode[] {
    return all(this.hot, ...kinds).filter((node) => !this.isDeferred(node));
  }

  /** Whether a closure or function within this one is around the node. */
  isDeferred(node: SgNode): boolean {
    const later = [...this.kinds.closures, ...this.kinds.functions];
    for (let at = node.parent(); at !== null && !same(at, this.hot); at = at.parent()) if (later.includes(String(at.kind()))) return true;
    return false;
  }

  isLoop(node: SgNode): boolean {
    return this.kinds.loops.includes(String(node.kind()));
  }

  isBlock(node: SgNode | null): boolean {
    return node !== null && this.kinds.blocks.includes(String(node.kind()));
  }

  /** The loops of the function whose body the node is in, innermost first. */
  loopsAround(node: SgNode): SgNode[] {
    const loops: SgNode[] = [];
    for (let at = node.parent(); at !== null && !same(at, this.hot); at = at.parent()) {
      const body = this.isLoop(at) ? at.field('body') : null;
      if (body !== null && within(node, body)) loops.push(at);
    }
    return loops;
  }

  /** The node itself or the one around it that stands directly in a block; null outside of blocks. */
  statementOf(node: SgNode): SgNode | null {
    for (let at = node, parent = node.parent(); parent !== null; at = parent, parent = parent.parent()) {
      if (this.isBlock(parent)) return at;
      if (same(parent, this.hot)) return null;
    }
    return null;
  }

  /** The statements of the block that the statement stands in, without comments. */
  siblings(statement: SgNode): SgNode[] {
    const parent = statement.parent();
    return parent === null ? [] : statements(parent);
  }

  /** The statements of the same block between the two, both left out; null where they do not stand in one block in this order. */
  between(first: SgNode, second: SgNode): SgNode[] | null {
    if (!same(first.parent(), second.parent()) || startOf(first) >= startOf(second)) return null;
    return this.siblings(first).filter((node) => startOf(node) > startOf(first) && startOf(node) < startOf(second));
  }
}

/** The named children that are no comments. */
export function statements(block: SgNode): SgNode[] {
  return block.namedChildren().filter((child) => !String(child.kind()).endsWith('comment'));
}
