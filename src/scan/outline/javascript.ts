import type { SgNode } from '@ast-grep/napi';
import { functionKinds } from '../../propose/javascript/syntax.js';
import { nameOf } from '../../propose/source/locate.js';
import { all } from '../../propose/source/tree.js';
import type { SourceImport, SymbolKind } from './outline.js';
import type { Extractor } from './extractor.js';

const classKinds: Record<string, SymbolKind> = { class_declaration: 'class', class: 'class' };
const typeKinds: Record<string, SymbolKind> = { abstract_class_declaration: 'class', interface_declaration: 'interface', enum_declaration: 'enum', type_alias_declaration: 'type' };
const elementKinds = ['jsx_opening_element', 'jsx_self_closing_element'];

export const javascript: Extractor = {
  definitionKinds: [...functionKinds, ...Object.keys(classKinds)],
  definition(node) {
    const name = nameOf(node);
    if (name === null) return null;
    const kind = classKinds[String(node.kind())] ?? typeKinds[String(node.kind())];
    return kind === undefined ? { name, kind: isMember(node) ? 'method' : 'function', parameters: parameterNames(node) } : { name, kind };
  },
  callKinds: ['call_expression', 'new_expression', ...elementKinds],
  call(node) {
    const callee = node.field('function') ?? node.field('constructor') ?? node.field('name');
    if (callee?.kind() === 'identifier') return node.field('name') !== null && /^[a-z]/.test(callee.text()) ? null : { name: callee.text(), receiver: null, at: callee };
    const property = callee?.kind() === 'member_expression' ? callee.field('property') : null;
    return property === null ? null : { name: property.text().replace(/^#/, ''), receiver: callee?.field('object')?.text() ?? '', at: property };
  },
  importNodes(root, text) {
    const statements = all(root, 'import_statement', 'export_statement');
    if (!/\b(?:require|import)\s*\(/.test(text)) return statements;
    return [...statements, ...root.findAll({ rule: { kind: 'call_expression', has: { field: 'function', regex: '^(require|import)$' } } })];
  },
  imports(node) {
    if (node.kind() === 'call_expression') return required(node);
    const module = node.field('source');
    if (module === null) return [];
    return [{ module: unquoted(module), names: namesOf(node) }];
  },
};

// A grammar refuses kinds that it does not have.
export const tsx: Extractor = { ...javascript, definitionKinds: [...javascript.definitionKinds, ...Object.keys(typeKinds)] };
export const typescript: Extractor = { ...tsx, callKinds: ['call_expression', 'new_expression'] };

/** In a class, or a value of an object. */
const isMember = (node: SgNode): boolean => node.kind() === 'method_definition' || ['pair', 'public_field_definition', 'field_definition'].includes(String(node.parent()?.kind()));

function parameterNames(node: SgNode): string[] {
  const single = node.field('parameter');
  if (single !== null) return [single.text()];
  const list = node.field('parameters');
  return list === null ? [] : all(list, 'identifier', 'shorthand_property_identifier_pattern').map((id) => id.text());
}

function namesOf(node: SgNode): SourceImport['names'] {
  const names = all(node, 'import_specifier', 'export_specifier').map((one) => {
    const name = one.field('name')?.text() ?? '';
    return { name, as: one.field('alias')?.text() ?? name };
  });
  for (const whole of all(node, 'namespace_import', 'namespace_export')) names.push({ name: '*', as: whole.namedChildren().at(-1)?.text() ?? '' });
  const clause = node.namedChildren().find((child) => child.kind() === 'import_clause');
  const first = clause?.namedChildren()[0];
  if (first?.kind() === 'identifier') names.push({ name: 'default', as: first.text() });
  if (node.kind() === 'export_statement' && names.length === 0) names.push({ name: '*', as: '*' });
  return names;
}

/** `const x = require('y')`, `const { a, b: c } = require('y')`, `import('y')`. */
function required(node: SgNode): Omit<SourceImport, 'line'>[] {
  const callee = node.field('function');
  const module = node.field('arguments')?.namedChildren()[0];
  if (module?.kind() !== 'string' || callee === null || (callee.kind() !== 'import' && callee.text() !== 'require')) return [];
  const waited = node.parent()?.kind() === 'await_expression' ? node.parent() : node;
  const target = waited?.parent()?.kind() === 'variable_declarator' ? waited.parent()?.field('name') : null;
  const names = target?.kind() === 'identifier' ? [{ name: '*', as: target.text() }] : [];
  for (const one of target?.kind() === 'object_pattern' ? target.namedChildren() : []) {
    if (one.kind() === 'shorthand_property_identifier_pattern') names.push({ name: one.text(), as: one.text() });
    if (one.kind() === 'pair_pattern') names.push({ name: one.field('key')?.text() ?? '', as: one.field('value')?.text() ?? '' });
  }
  return [{ module: unquoted(module), names }];
}

const unquoted = (node: SgNode): string => node.text().slice(1, -1);
