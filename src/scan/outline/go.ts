import type { SgNode } from '@ast-grep/napi';
import { all } from '../../propose/source/tree.js';
import type { Extractor } from './extractor.js';

export const go: Extractor = {
  definitionKinds: ['function_declaration', 'method_declaration', 'type_spec'],
  definition(node) {
    const name = node.field('name')?.text();
    if (name === undefined) return null;
    if (node.kind() === 'type_spec') {
      const kind = String(node.field('type')?.kind());
      return { name, kind: kind === 'struct_type' ? 'struct' : kind === 'interface_type' ? 'interface' : 'type' };
    }
    const receiver = node.field('receiver');
    return { name, kind: 'function', owner: receiver === null ? null : (all(receiver, 'type_identifier')[0]?.text() ?? null), parameters: parametersOf(node) };
  },
  callKinds: ['call_expression'],
  call(node) {
    const callee = node.field('function');
    if (callee?.kind() === 'identifier') return { name: callee.text(), receiver: null, at: callee };
    const field = callee?.kind() === 'selector_expression' ? callee.field('field') : null;
    return field === null ? null : { name: field.text(), receiver: callee?.field('operand')?.text() ?? '', at: field };
  },
  importNodes: (root) => all(root, 'import_spec'),
  imports(node) {
    const module = (node.field('path')?.text() ?? '').slice(1, -1);
    const alias = node.field('name')?.text();
    // The last part that is no version names the package.
    const own = module.split('/').findLast((part) => !/^v\d+$/.test(part)) ?? module;
    return [{ module, names: alias === '_' ? [] : [{ name: '*', as: alias === '.' ? '*' : (alias ?? own) }] }];
  },
};

function parametersOf(node: SgNode): string[] {
  return ['receiver', 'parameters'].flatMap((field) => {
    const list = node.field(field);
    return list === null ? [] : all(list, 'identifier').map((id) => id.text());
  });
}
