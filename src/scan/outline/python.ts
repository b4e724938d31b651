import type { SgNode } from '@ast-grep/napi';
import { all, parts } from '../../propose/source/tree.js';
import type { Extractor } from './extractor.js';

export const python: Extractor = {
  definitionKinds: ['function_definition', 'class_definition'],
  definition: (node) => ({
    name: node.field('name')?.text() ?? '',
    kind: node.kind() === 'class_definition' ? 'class' : 'function',
    parameters: node.field('parameters') === null ? [] : parts(node.field('parameters') as SgNode).map(parameterName),
  }),
  callKinds: ['call', 'decorator'],
  call(node) {
    const callee = node.kind() === 'call' ? node.field('function') : (node.namedChildren()[0] ?? null);
    if (callee?.kind() === 'identifier') return { name: callee.text(), receiver: null, at: callee };
    const attribute = callee?.kind() === 'attribute' ? callee.field('attribute') : null;
    return attribute === null ? null : { name: attribute.text(), receiver: callee?.field('object')?.text() ?? '', at: attribute };
  },
  importNodes: (root) => all(root, 'import_statement', 'import_from_statement'),
  imports(node) {
    const module = node.field('module_name');
    const names = parts(node).filter((part) => module === null || part.range().start.index !== module.range().start.index);
    if (module === null) return names.map((part) => ({ module: nameIn(part), names: [{ name: '*', as: aliasIn(part) ?? nameIn(part) }] }));
    return [{ module: module.text(), names: names.map((part) => (part.kind() === 'wildcard_import' ? { name: '*', as: '*' } : { name: nameIn(part), as: aliasIn(part) ?? nameIn(part) })) }];
  },
};

/** `x`, `x: int = 3`, `*args`. */
const parameterName = (node: SgNode): string => /[\p{L}_][\p{L}\p{N}_]*/u.exec(node.text())?.[0] ?? '';
const nameIn = (part: SgNode): string => (part.kind() === 'aliased_import' ? (part.field('name')?.text() ?? '') : part.text());
const aliasIn = (part: SgNode): string | null => part.field('alias')?.text() ?? null;
