import type { SgNode } from '@ast-grep/napi';
import { isVariable, roleOf } from '../python/bindings.js';
import { PyFunction, type Use } from '../python/function.js';
import type { SourceFile } from '../source/file.js';
import { all, ancestorWhere, same } from '../source/tree.js';
import { importsOf, type Import } from './imports.js';

const bindingRoles = new Set(['declare', 'write', 'foreign']);

/** A parsed Python file with what its names stand for. */
export class PyModule {
  readonly root: SgNode;
  readonly source: string;
  readonly imports: readonly Import[];
  readonly #scopes = new Map<number, PyFunction>();
  readonly #bound = new Map<number, ReadonlySet<string>>();

  constructor(
    /** Relative to the root of the repository, with `/`. */
    readonly file: string,
    readonly parsed: SourceFile,
  ) {
    this.root = parsed.root;
    this.source = parsed.source;
    this.imports = importsOf(this.root);
  }

  /** The innermost function around the node, itself excluded, or the module. */
  scopeOf(node: SgNode): SgNode {
    return ancestorWhere(node, (at) => at.kind() === 'function_definition') ?? this.root;
  }

  /** What a function, or the module outside of functions, does with its names. */
  names(scope: SgNode): PyFunction {
    const known = this.#scopes.get(scope.id());
    if (known !== undefined) return known;
    const made = new PyFunction(this.parsed, scope);
    this.#scopes.set(scope.id(), made);
    return made;
  }

  /** What is done with a variable of the scope, in it and in the functions in it that do not have one of the same name. */
  uses(scope: SgNode, name: string): Use[] {
    return this.names(scope)
      .uses(name)
      .filter(({ node, deferred }) => {
        if (!deferred) return true;
        for (let at = this.scopeOf(node); !same(at, scope) && !same(at, this.root); at = this.scopeOf(at)) if (this.#boundIn(at).has(name) && !isDeclaredForeign(at, name)) return false;
        return true;
      });
  }

  /**
   * What an expression names through the imports of the file: `torch.nn.functional.softmax` for `F.softmax`. Null for
   * names that are bound in any other way where the expression stands, and for what is no name.
   */
  pathOf(node: SgNode | null): string | null {
    if (node?.kind() === 'attribute') {
      const base = this.pathOf(node.field('object'));
      return base === null ? null : `${base}.${node.field('attribute')?.text() ?? ''}`;
    }
    if (node?.kind() !== 'identifier') return null;
    const paths = new Set(this.imports.filter((entry) => entry.name === node.text()).map((entry) => entry.path));
    const [path] = paths;
    return path === undefined || paths.size > 1 || this.#isShadowed(node) ? null : path;
  }

  /** The calls of the functions or classes with these paths in the node. */
  calls(paths: readonly string[] | ReadonlySet<string>, within: SgNode = this.root): SgNode[] {
    const wanted = new Set(paths);
    return all(within, 'call').filter((call) => wanted.has(this.pathOf(call.field('function')) ?? ''));
  }

  /** The function or class that the file defines at its top level under the name. */
  definition(name: string): SgNode | null {
    const statements = this.root.namedChildren().map((node) => (node.kind() === 'decorated_definition' ? (node.field('definition') ?? node) : node));
    const found = statements.filter((node) => (node.kind() === 'class_definition' || node.kind() === 'function_definition') && node.field('name')?.text() === name);
    return found.length === 1 ? (found[0] ?? null) : null;
  }

  /** Whether a name is bound where the node stands by anything but an import. */
  #isShadowed(node: SgNode): boolean {
    for (let scope = this.scopeOf(node); ; scope = this.scopeOf(scope)) {
      if (this.#boundIn(scope).has(node.text())) return true;
      if (same(scope, this.root)) return false;
    }
  }

  /** Names that the scope itself binds, imports left out. */
  #boundIn(scope: SgNode): ReadonlySet<string> {
    const known = this.#bound.get(scope.id());
    if (known !== undefined) return known;
    const bound = new Set<string>();
    for (const id of all(scope, 'identifier')) {
      if (!isVariable(id) || !bindingRoles.has(roleOf(id)) || isInImport(id)) continue;
      // A function's name is bound around it, its parameters in it.
      const parent = id.parent();
      const names = parent?.kind() === 'function_definition' ? this.scopeOf(parent) : this.scopeOf(id);
      if (same(names, scope)) bound.add(id.text());
    }
    this.#bound.set(scope.id(), bound);
    return bound;
  }
}

function isInImport(id: SgNode): boolean {
  return ancestorWhere(id, (at) => at.kind() === 'import_statement' || at.kind() === 'import_from_statement') !== null;
}

/** `global name` or `nonlocal name`. */
function isDeclaredForeign(scope: SgNode, name: string): boolean {
  return all(scope, 'global_statement', 'nonlocal_statement').some((node) => node.namedChildren().some((child) => child.text() === name));
}
