import type { SgNode } from '@ast-grep/napi';
import { Names } from '../source/names.js';
import type { SourceFile } from '../source/file.js';
import { ancestorWhere, all, same, startOf, within } from '../source/tree.js';
import { identifierKinds, roleOf, type Role } from './bindings.js';
import { isFunction, iterationCallOf } from './syntax.js';

export interface Use {
  node: SgNode;
  role: Role;
  /** In a function that may run later, so that the order of the text says nothing about the order of execution. */
  deferred: boolean;
}

export interface Binding {
  kind: 'parameter' | 'variable' | 'other';
  id: SgNode;
  /** The variable_declarator of a variable. */
  declarator: SgNode | null;
  init: SgNode | null;
}

/** A hot function with what a recipe asks about it. The scope is the function around it when it is a callback run at once. */
export class JsFunction {
  readonly family = 'javascript';
  readonly scope: SgNode;
  /** Whether the file uses syntax newer than ES5; new code follows. */
  readonly modern: boolean;
  readonly typed: boolean;
  readonly #uses = new Map<string, Use[]>();
  readonly source: string;
  readonly root: SgNode;
  readonly names: Names;
  readonly #file: SourceFile;

  constructor(
    file: SourceFile,
    readonly hot: SgNode,
  ) {
    const { source, dialect, root } = file;
    this.#file = file;
    this.source = source;
    this.root = root;
    this.names = new Names(source);
    let scope = hot;
    while (isFunction(scope) && iterationCallOf(scope) !== null) scope = ancestorWhere(scope, isFunction) ?? root;
    this.scope = scope;
    this.typed = dialect !== 'javascript';
    this.modern = this.typed || root.find({ rule: { any: [{ kind: 'lexical_declaration' }, { kind: 'arrow_function' }, { kind: 'class_declaration' }] } }) !== null;
    for (const node of all(scope, ...identifierKinds)) {
      const list = this.#uses.get(node.text());
      const use = { node, role: this.#roleOf(node), deferred: this.#isDeferred(node) };
      if (list === undefined) this.#uses.set(node.text(), [use]);
      else list.push(use);
    }
  }

  /** `const` where the file is modern, else `var`. */
  get constant(): string {
    return this.modern ? 'const' : 'var';
  }

  get variable(): string {
    return this.modern ? 'let' : 'var';
  }

  uses(name: string): Use[] {
    return this.#uses.get(name) ?? [];
  }

  /** Whether the name is the language's own here: nothing in the file declares it. */
  isBuiltin(name: string): boolean {
    return !this.#file.timesBound.has(name);
  }

  /** The nodes of the kinds that the hot function itself runs: not those of functions with a profile line of their own. */
  owned(...kinds: string[]): SgNode[] {
    return all(this.hot, ...kinds).filter((node) => this.owns(node));
  }

  owns(node: SgNode): boolean {
    for (let at = node.parent(); at !== null && !same(at, this.hot); at = at.parent()) {
      if (isFunction(at) && iterationCallOf(at) === null) return false;
    }
    return within(node, this.hot);
  }

  /** The one declaration of a name in the scope; null when there is none or more than one. */
  binding(name: string): Binding | null {
    // Code in a string could do anything to any variable.
    if (this.uses('eval').length > 0) return null;
    const declared = this.uses(name).filter((use) => use.role === 'declare');
    const id = declared[0]?.node;
    if (id === undefined || declared.length > 1) return null;
    const parent = id.parent();
    if (parent?.kind() === 'variable_declarator') return { kind: 'variable', id, declarator: parent, init: parent.field('value') };
    const isParameter = parent?.kind() === 'formal_parameters' || parent?.kind() === 'required_parameter' || parent?.kind() === 'arrow_function';
    return { kind: isParameter ? 'parameter' : 'other', id, declarator: null, init: null };
  }

  /** Whether the variable is declared, with its first value, before the node, in a block around it. */
  declaredBefore(name: string, node: SgNode): boolean {
    const binding = this.binding(name);
    if (binding === null || startOf(binding.id) >= startOf(node)) return false;
    if (binding.kind === 'other') return false;
    const home = binding.kind === 'parameter' ? ancestorWhere(binding.id, isFunction) : ancestorWhere(binding.id, (at) => ['statement_block', 'program', 'for_statement', 'switch_body'].includes(String(at.kind())));
    return home !== null && within(node, home);
  }

  /** What a callback returns goes to the method that runs it, which may keep it. */
  #roleOf(node: SgNode): Role {
    const role = roleOf(node);
    return role === 'return' && !same(ancestorWhere(node, isFunction), this.scope) ? 'escape' : role;
  }

  #isDeferred(node: SgNode): boolean {
    for (let at = node.parent(); at !== null && !same(at, this.scope); at = at.parent()) {
      if (isFunction(at) && iterationCallOf(at) === null) return true;
    }
    return false;
  }
}
