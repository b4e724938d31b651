import type { SgNode } from '@ast-grep/napi';
import { NativeFunction, type NativeKinds } from '../native/function.js';
import type { SourceFile } from '../source/file.js';

const kinds: NativeKinds = {
  functions: ['function_definition'],
  closures: ['lambda_expression'],
  loops: ['for_statement', 'for_range_loop', 'while_statement', 'do_statement'],
  blocks: ['compound_statement'],
  variables: ['identifier'],
};

/** A hot function of cpp. */
export class CppFunction extends NativeFunction {
  readonly family = 'cpp';

  constructor(file: SourceFile, hot: SgNode) {
    super(file, hot, kinds);
  }
}
