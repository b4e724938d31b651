import type { SgNode } from '@ast-grep/napi';
import { NativeFunction, type NativeKinds } from '../native/function.js';
import type { SourceFile } from '../source/file.js';
import { all, same } from '../source/tree.js';
import { typeOfValue } from './types.js';

const kinds: NativeKinds = {
  functions: ['function_item'],
  closures: ['closure_expression', 'async_block'],
  loops: ['for_expression', 'while_expression', 'loop_expression'],
  blocks: ['block'],
  variables: ['identifier', 'shorthand_field_identifier'],
};

export interface RustBinding {
  kind: 'let' | 'parameter' | 'other';
  id: SgNode;
  /** The `let`, parameter or pattern. */
  node: SgNode;
  isMutable: boolean;
  /** Without white space; null where the function does not say it. */
  type: string | null;
  value: SgNode | null;
}

/** A hot function of Rust. What borrowing forbids the compiler finds; recipes only have to keep what the code means. */
export class RustFunction extends NativeFunction<RustBinding> {
  readonly family = 'rust';

  constructor(file: SourceFile, hot: SgNode) {
    super(file, hot, kinds);
  }

  protected bindingAt(use: SgNode): RustBinding | null {
    return bindingAt(use);
  }

  typeOf(name: string): string | null {
    return this.binding(name)?.type ?? null;
  }

  /** Whether a text that a macro formats names the variable: `"{name}"`. */
  isInText(name: string): boolean {
    return all(this.hot, 'string_literal', 'raw_string_literal').some((node) => new RegExp(`\\{${name}[:}]`).test(node.text()));
  }
}

function bindingAt(use: SgNode): RustBinding | null {
  const parent = use.parent();
  const isMutable = parent?.children().some((child) => child.kind() === 'mutable_specifier') === true;
  if (parent !== null && same(parent.field('pattern'), use) && (parent.kind() === 'let_declaration' || parent.kind() === 'parameter')) {
    const value = parent.kind() === 'let_declaration' ? parent.field('value') : null;
    const type = parent.field('type')?.text().replace(/\s+/g, '') ?? (value === null ? null : typeOfValue(value));
    return { kind: parent.kind() === 'parameter' ? 'parameter' : 'let', id: use, node: parent, isMutable, type, value };
  }
  let at = use;
  for (let up = at.parent(); up !== null; at = up, up = at.parent()) {
    const kind = String(up.kind());
    if (kind === 'tuple_struct_pattern' && same(up.field('type'), at)) return null;
    if (!kind.endsWith('_pattern') && kind !== 'closure_parameters' && !same(up.field('pattern'), at)) return null;
    if (kind === 'closure_parameters' || same(up.field('pattern'), at)) return { kind: 'other', id: use, node: up, isMutable, type: null, value: null };
  }
  return null;
}
