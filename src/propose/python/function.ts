import type { SgNode } from '@ast-grep/napi';
export class PyFunction { readonly family = 'python'; constructor(readonly source: string, readonly root: SgNode, readonly hot: SgNode) {} }
