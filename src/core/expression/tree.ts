import type { Json } from '../json-value.js';

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

export const stepFields = ['output', 'status', 'count', 'error'] as const;
export type StepField = (typeof stepFields)[number];

/** A parsed expression. `at` is the place in the text, from 0. */
export type Expression =
  | { kind: 'literal'; value: Json; at: number }
  | { kind: 'list'; items: readonly Expression[]; at: number }
  | { kind: 'step'; name: string; field: StepField; at: number }
  | { kind: 'state'; key: Expression; at: number }
  | { kind: 'input'; at: number }
  | { kind: 'member'; of: Expression; key: Expression; at: number }
  | { kind: 'not' | 'negative' | 'defined'; of: Expression; at: number }
  | { kind: 'and' | 'or'; left: Expression; right: Expression; at: number }
  | { kind: 'comparison'; operator: ComparisonOperator; left: Expression; right: Expression; at: number }
  | { kind: 'arithmetic'; operator: ArithmeticOperator; left: Expression; right: Expression; at: number };

/** The steps that an expression asks about, each name with the first place. */
export function referencedSteps(expression: Expression): Map<string, number> {
  const found = new Map<string, number>();
  const open: Expression[] = [expression];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === 'step') found.set(next.name, Math.min(next.at, found.get(next.name) ?? Number.POSITIVE_INFINITY));
    open.push(...childrenOf(next));
  }
  return found;
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'list':
      return expression.items;
    case 'state':
      return [expression.key];
    case 'member':
      return [expression.of, expression.key];
    case 'not':
    case 'negative':
    case 'defined':
      return [expression.of];
    case 'and':
    case 'or':
    case 'comparison':
    case 'arithmetic':
      return [expression.left, expression.right];
    default:
      return [];
  }
}
