import type { SgNode } from '@ast-grep/napi';
import { all, lineOf, startOf } from '../../propose/source/tree.js';
import type { Outline } from '../outline/outline.js';
import { firstStatement, inLine, several, stringIn, stringsIn, type Kinds, type VariantNode } from './variant.js';

const through = new Set(['parenthesized_expression', 'condition_clause', 'boolean_operator', 'binary_expression']);
const conditionals = new Set(['if_statement', 'elif_clause', 'if_expression']);

/** Comparisons of one thing with several texts, in the conditions of one function: `if name == "a": … elif name in ("b", "c"): …`. */
export function branchVariants(root: SgNode, kinds: Kinds, outline: Outline): VariantNode[] {
  const found = all(root, ...kinds.comparisons).flatMap((node) => {
    const compared = comparison(node, kinds);
    if (compared === null) return [];
    let condition = node.parent();
    while (condition !== null && through.has(String(condition.kind()))) condition = condition.parent();
    if (condition === null || !conditionals.has(String(condition.kind()))) return [];
    const at = startOf(node);
    const place = outline.symbols.findLast(({ start, end }) => start <= at && at < end)?.start ?? -1;
    const target = firstStatement(condition.field('consequence'));
    return compared.keys.map((key) => ({ place: `${place} ${compared.subject}`, variant: { registry: compared.subject, key, target, kind: 'branch' as const, line: lineOf(node) } }));
  });
  return several(found);
}

/** Arms of a switch or match over texts or named constants. */
export function switchVariants(root: SgNode, kinds: Kinds): VariantNode[] {
  const found = all(root, kinds.arm).flatMap((arm) => {
    const whole = arm.parent()?.field('body') === null && arm.parent()?.field('value') !== null ? arm.parent() : (arm.parent()?.parent() ?? null);
    const subject = [arm.parent(), whole, whole?.parent() ?? null].map((node) => node?.field('subject') ?? node?.field('value') ?? node?.field('condition') ?? null).find((node) => node !== null);
    const [first, ...rest] = arm.namedChildren().filter((child) => child.kind() !== 'comment');
    if (first === undefined) return [];
    const labels = kinds.arm === 'case_clause' ? [first, ...rest].filter((child) => child.kind() === 'case_pattern') : [first];
    const texts = labels.flatMap((label) => stringsIn(label, kinds));
    const keys = texts.length > 0 ? texts : labels.map((label) => label.text()).filter((text) => kinds.arm !== 'match_arm' && /^(?:[\w$]+(?:(?:\.|::)[\w$]+)+|[A-Z]\w*)$/.test(text));
    const target = firstStatement(arm.field('consequence') ?? (kinds.arm === 'match_arm' ? arm.field('value') : rest.find((child) => child.kind() !== 'case_pattern')));
    const registry = inLine((subject?.text() ?? 'switch').replace(/^\((.*)\)$/s, '$1'));
    return keys.map((key) => ({ place: String(startOf(arm.parent() ?? arm)), variant: { registry, key, target, kind: 'switch' as const, line: lineOf(arm) } }));
  });
  return several(found);
}

/** `strcmp(name, "a")` in C, where 0 means equal. */
const stringCompare = /^!?\s*(?:std::)?str(?:n?case)?n?cmp\s*\(\s*([\w.\->[\]]+)\s*,\s*"([^"]{1,100})"/;

function comparison(node: SgNode, kinds: Kinds): { subject: string; keys: string[] } | null {
  if (node.kind() === 'unary_expression') {
    const [, subject, key] = node.text().startsWith('!') ? (stringCompare.exec(node.text()) ?? []) : [];
    return subject === undefined || key === undefined ? null : { subject, keys: [key] };
  }
  const [left, right, ...more] = node.namedChildren();
  if (left === undefined || right === undefined || more.length > 0) return null;
  const operator = node.children().find((child) => !child.isNamed())?.text() ?? '';
  if (operator === 'in') {
    const keys = ['tuple', 'list', 'set'].includes(String(right.kind())) ? right.namedChildren().flatMap((one) => stringIn(one, kinds) ?? []) : [];
    return keys.length === 0 ? null : { subject: inLine(left.text()), keys };
  }
  if (operator !== '==' && operator !== '===') return null;
  const [, subject, key] = stringCompare.exec(left.text()) ?? [];
  if (subject !== undefined && key !== undefined && right.text() === '0') return { subject, keys: [key] };
  const [text, other] = stringIn(right, kinds) === null ? [stringIn(left, kinds), right] : [stringIn(right, kinds), left];
  return text === null ? null : { subject: inLine(other.text()), keys: [text] };
}
