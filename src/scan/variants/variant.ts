import type { SgNode } from '@ast-grep/napi';
import { all } from '../../propose/source/tree.js';
import { groupBy } from '../../core/group-by.js';
import type { ScanLanguage } from '../language.js';
import type { By } from '../outline/outline.js';

/** One of several things of which a name chooses at run time. */
export interface Variant {
  /** What holds or compares the names: a table, a decorator, the subject of a switch. */
  registry: string;
  key: string;
  /** What is chosen: a function, a class, or the first statement of the branch; null where nothing says it. */
  target: string | null;
  kind: 'decorator' | 'registration' | 'table' | 'branch' | 'switch';
  line: number;
  by: By;
}

export type VariantNode = Omit<Variant, 'by'>;

/** What the grammars call the parts that variants are made of. */
export interface Kinds {
  strings: readonly string[];
  comparisons: readonly string[];
  arm: string;
  /** A key with its value. */
  entries: readonly string[];
  assignment: string | null;
  call: string;
  decorator: string | null;
}

const script: Kinds = { strings: ['string'], comparisons: ['binary_expression'], arm: 'switch_case', entries: ['pair', 'array'], assignment: 'assignment_expression', call: 'call_expression', decorator: 'decorator' };

export const kindsOf: Record<ScanLanguage, Kinds> = {
  python: { strings: ['string'], comparisons: ['comparison_operator'], arm: 'case_clause', entries: ['pair'], assignment: 'assignment', call: 'call', decorator: 'decorator' },
  javascript: script,
  typescript: script,
  'c++': { strings: ['string_literal'], comparisons: ['binary_expression', 'unary_expression'], arm: 'case_statement', entries: ['initializer_list'], assignment: 'assignment_expression', call: 'call_expression', decorator: null },
  rust: { strings: ['string_literal', 'raw_string_literal'], comparisons: ['binary_expression'], arm: 'match_arm', entries: ['tuple_expression'], assignment: null, call: 'call_expression', decorator: null },
  go: { strings: ['interpreted_string_literal', 'raw_string_literal'], comparisons: ['binary_expression'], arm: 'expression_case', entries: ['keyed_element'], assignment: 'assignment_statement', call: 'call_expression', decorator: null },
};

/** The text of a string literal without its quotes; null for any other node, and for long texts. */
export function stringIn(node: SgNode | null | undefined, { strings }: Kinds): string | null {
  if (node === null || node === undefined || !strings.includes(String(node.kind()))) return null;
  const [, , text] = /^\w{0,3}#*("""|'''|["'`])([\s\S]*)\1#*$/.exec(node.text()) ?? [];
  return text === undefined || text.length > 100 || text === '' ? null : text;
}

export function stringsIn(node: SgNode, kinds: Kinds): string[] {
  const own = stringIn(node, kinds);
  return own !== null ? [own] : all(node, ...kinds.strings).flatMap((one) => stringIn(one, kinds) ?? []);
}

/** On one line, cut at 80 characters. */
export function inLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

const blocks = new Set(['block', 'statement_block', 'compound_statement', 'statement_list']);

/** The first statement of a block, or the statement itself. */
export function firstStatement(node: SgNode | null | undefined): string | null {
  if (node === null || node === undefined) return null;
  if (!blocks.has(String(node.kind()))) return inLine(node.text());
  return firstStatement(node.namedChildren().find((child) => child.kind() !== 'comment'));
}

/** Those that share a place with another key: with one only there is no choice. */
export function several(found: readonly { place: string; variant: VariantNode }[]): VariantNode[] {
  const groups = [...groupBy(found, ({ place }) => place).values()];
  return groups.filter((group) => new Set(group.map(({ variant }) => variant.key)).size > 1).flatMap((group) => group.map(({ variant }) => variant));
}
