import type { SgNode } from '@ast-grep/napi';
import { NativeFunction, type NativeKinds } from '../native/function.js';
import type { SourceFile } from '../source/file.js';

const kinds: NativeKinds = {
  functions: ['function_item'],
  closures: ['closure_expression', 'async_block'],
  loops: ['for_expression', 'while_expression', 'loop_expression'],
  blocks: ['block'],
  variables: ['identifier', 'shorthand_field_identifier'],
};

/** A hot function of rust. */
export class RustFunction extends NativeFunction {
  readonly family = 'rust';

  constructor(file: SourceFile, hot: SgNode) {
    super(file, hot, kinds);
  }
}
