import type { SgNode } from '@ast-grep/napi';
import { NativeFunction, type NativeKinds } from '../native/function.js';
import type { SourceFile } from '../source/file.js';
import { all, parts, same, within } from '../source/tree.js';
import { typeOfValue } from './types.js';

const kinds: NativeKinds = {
  functions: ['function_declaration', 'method_declaration'],
  closures: ['func_literal'],
  loops: ['for_statement'],
  blocks: ['statement_list'],
  variables: ['identifier'],
};

/** Where a variable of the function comes from. */
export interface GoBinding {
  kind: 'parameter' | 'result' | 'var' | 'short' | 'range';
  id: SgNode;
  /** The declaration. */
  node: SgNode;
  /** As written, without white space; null where the function does not say it. */
  type: string | null;
  /** What it is first set to, where that is one expression. */
  value: SgNode | null;
}

/** A hot function of Go. */
export class GoFunction extends NativeFunction<GoBinding> {
  readonly family = 'go';
  readonly #file: SourceFile;
  constructor(file: SourceFile, hot: SgNode) {
    super(file, hot, kinds);
    this.#file = file;
  }

  protected bindingAt(use: SgNode): GoBinding | null {
    return bindingAt(this, use);
  }

  typeOf(name: string): string | null {
    return this.binding(name)?.type ?? null;
  }

  /** Whether the function declares the name, or the file does at its top level, so that it is not a package or built in. */
  declares(name: string): boolean {
    return topLevelNames(this.#file).has(name) || this.uses(name).some((use) => bindingAt(this, use) !== null);
  }

  /** Whether a value may be given to the variable in the region, or it may be written through an address of it. */
  isWritten(name: string, region: SgNode): boolean {
    const uses = this.uses(name);
    // A closure, or whoever has the address, may write at any time.
    if (uses.some((use) => isAddressed(use) || (this.isDeferred(use) && isTarget(use)))) return true;
    return uses.some((use) => within(use, region) && isTarget(use));
  }
}

const known = new WeakMap<SourceFile, ReadonlySet<string>>();

/** What a file declares at its top level; found once. */
function topLevelNames(file: SourceFile): ReadonlySet<string> {
  const found = known.get(file) ?? new Set(file.root.namedChildren().filter((node) => ['function_declaration', 'var_declaration', 'const_declaration', 'type_declaration'].includes(String(node.kind()))).flatMap(declared));
  known.set(file, found);
  return found;
}

function declared(node: SgNode): string[] {
  const own = node.field('name');
  return own !== null ? [own.text()] : all(node, 'var_spec', 'const_spec', 'type_spec', 'type_alias').flatMap((spec) => spec.namedChildren().filter((child) => ['identifier', 'type_identifier'].includes(String(child.kind()))).map((child) => child.text()));
}

function bindingAt(fn: GoFunction, use: SgNode): GoBinding | null {
  const parent = use.parent();
  if (parent === null) return null;
  const kind = String(parent.kind());
  if (kind === 'parameter_declaration' || kind === 'variadic_parameter_declaration') {
    if (within(use, parent.field('type') ?? use) && same(parent.field('type'), use)) return null;
    const type = plain(parent.field('type'));
    const inResult = same(fn.hot.field('result'), parent.parent());
    return { kind: inResult ? 'result' : 'parameter', id: use, node: parent, type: type === null ? null : kind.startsWith('variadic') ? `[]${type}` : type, value: null };
  }
  if (kind === 'var_spec') {
    const values = parts(parent.field('value') ?? parent).filter(() => parent.field('value') !== null);
    const names = parent.namedChildren().filter((child) => child.kind() === 'identifier');
    const value = names.length === 1 && values.length === 1 ? (values[0] ?? null) : null;
    return { kind: 'var', id: use, node: parent, type: plain(parent.field('type')) ?? (value === null ? null : typeOfValue(fn, value)), value };
  }
  const owner = kind === 'expression_list' ? parent.parent() : null;
  if (owner === null || !same(owner.field('left'), parent)) return null;
  if (owner.kind() === 'range_clause' && owner.children().some((child) => child.text() === ':=')) return { kind: 'range', id: use, node: owner, type: rangeType(fn, owner, use), value: null };
  if (owner.kind() !== 'short_var_declaration') return null;
  const names = parts(parent);
  const values = parts(owner.field('right') ?? owner);
  const value = names.length === values.length ? (values[names.findIndex((name) => same(name, use))] ?? null) : null;
  return { kind: 'short', id: use, node: owner, type: value === null ? null : typeOfValue(fn, value), value };
}

/** Of the key or the value of a range loop. */
function rangeType(fn: GoFunction, clause: SgNode, use: SgNode): string | null {
  const over = clause.field('right');
  const type = over === null ? null : typeOfValue(fn, over);
  const isFirst = same(parts(clause.field('left') ?? clause)[0] ?? null, use);
  if (type === null) return null;
  if (type === 'string') return isFirst ? 'int' : 'rune';
  if (type.startsWith('[]')) return isFirst ? 'int' : type.slice(2);
  const map = /^map\[(\w+)\](.+)$/.exec(type);
  return map === null ? null : ((isFirst ? map[1] : map[2]) ?? null);
}

function plain(type: SgNode | null): string | null {
  return type?.text().replace(/\s+/g, ' ') ?? null;
}

/** The expression that the place is the beginning of: `m[k].x` of `m`. */
function placeOf(use: SgNode): SgNode {
  let at = use;
  for (let parent = at.parent(); parent !== null && ['index_expression', 'selector_expression', 'slice_expression', 'parenthesized_expression'].includes(String(parent.kind())) && (same(parent.field('operand'), at) || parent.kind() === 'parenthesized_expression'); parent = at.parent()) at = parent;
  return at;
}

/** Whether the variable, or an element or field of it, is assigned to. */
export function isTarget(use: SgNode): boolean {
  const place = placeOf(use);
  const parent = place.parent();
  if (parent?.kind() === 'inc_statement' || parent?.kind() === 'dec_statement') return true;
  const owner = parent?.kind() === 'expression_list' ? parent.parent() : null;
  if (owner === null || !same(owner.field('left'), parent)) return false;
  return owner.kind() === 'assignment_statement' || (['range_clause', 'receive_statement'].includes(String(owner.kind())) && !owner.children().some((child) => child.text() === ':='));
}

/** Whether the address of the variable, or of a part of it, is taken. */
export function isAddressed(use: SgNode): boolean {
  const parent = placeOf(use).parent();
  return parent?.kind() === 'unary_expression' && parent.field('operator')?.text() === '&';
}
