import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, startOf } from '../../propose/source/tree.js';
import { inLine, several, stringIn, type Kinds, type VariantNode } from './variant.js';

const named = new Set(['identifier', 'type_identifier', 'attribute', 'member_expression', 'scoped_identifier', 'qualified_identifier', 'selector_expression']);
const unnamed = new Set(['lambda', 'arrow_function', 'function_expression', 'function', 'class', 'closure_expression', 'lambda_expression', 'func_literal']);

/** Tables whose values are functions or classes, and entries that are put into one: `steps["fast"] = fast_step`. */
export function tableVariants(root: SgNode, kinds: Kinds, isCallable: (name: string) => boolean): VariantNode[] {
  const entries = all(root, ...kinds.entries).flatMap((node) => {
    const [keyNode, valueNode, ...more] = entryParts(node);
    const key = stringIn(keyNode, kinds) ?? (keyNode?.kind() === 'property_identifier' ? keyNode.text() : null);
    const target = more.length > 0 ? null : referenceIn(valueNode, isCallable);
    const table = node.parent();
    return key === null || target === null || table === null ? [] : [{ place: String(startOf(table)), variant: { registry: nameOfTable(table), key, target, kind: 'table' as const, line: lineOf(node) } }];
  });
  return [...several(entries), ...(kinds.assignment === null ? [] : all(root, kinds.assignment).flatMap((node) => assigned(node, kinds, isCallable) ?? []))];
}

function entryParts(node: SgNode): SgNode[] {
  const [key, value] = [node.field('key'), node.field('value')];
  const parts = key !== null && value !== null ? [key, value] : node.namedChildren();
  return parts.map((part) => (part.kind() === 'literal_element' ? (part.namedChildren()[0] ?? part) : part));
}

function assigned(node: SgNode, kinds: Kinds, isCallable: (name: string) => boolean): VariantNode | null {
  const [left, right] = [node.field('left'), node.field('right')].map((side) => (side?.kind() === 'expression_list' ? (side.namedChildren()[0] ?? null) : side));
  if (left === null || left === undefined || !['subscript', 'subscript_expression', 'index_expression'].includes(String(left.kind()))) return null;
  const [table, index] = left.namedChildren();
  const key = stringIn(index?.kind() === 'subscript_argument_list' ? index.namedChildren()[0] : index, kinds);
  const target = referenceIn(right ?? undefined, isCallable);
  return key === null || target === null ? null : { registry: inLine(table?.text() ?? ''), key, target, kind: 'table', line: lineOf(node) };
}

/** The function or class that a value is; null for other values. */
export function referenceIn(value: SgNode | undefined, isCallable: (name: string) => boolean): string | null {
  const node = value?.kind() === 'pointer_expression' || value?.kind() === 'unary_expression' ? value.namedChildren()[0] : value;
  if (node === undefined) return null;
  if (unnamed.has(String(node.kind()))) return inLine(node.text());
  if (!named.has(String(node.kind()))) return null;
  const text = node.text();
  return isCallable(text.split(/::|\./).at(-1) ?? '') ? inLine(text) : null;
}

/** What the table is assigned to, or is a value of. */
function nameOfTable(table: SgNode): string {
  let node: SgNode | null = table;
  for (let up = 0; node !== null && up < 6; up += 1, node = node.parent()) {
    if (['object', 'dictionary', 'pair', 'array', 'initializer_list', 'literal_value'].includes(String(node.kind())) && node.kind() !== 'pair') continue;
    const name = node.field('left') ?? node.field('declarator') ?? node.field('pattern') ?? node.field('name') ?? node.field('key');
    if (name !== null) return inLine(name.text().replace(/^[*&]+/, ''));
  }
  return '(unnamed)';
}
