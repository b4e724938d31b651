import { ExpressionError } from '../../expression/error.js';
import { evaluate } from '../../expression/evaluate.js';
import type { PlanNode } from '../graph/node.js';
import type { Text } from '../graph/text.js';
import { emptyVersion } from '../keys/version.js';
import { scopeOf } from './conditions.js';
import type { Machine } from './state.js';

/** Characters of one value: a person reads the text. */
const longestValue = 500;

/** A text of a node with its places filled in. Where a value is not there the text says why: a person is asked all the same. */
export function fill(machine: Machine, node: PlanNode, text: Text): string {
  const scope = scopeOf(machine, node, machine.nodes.versions[node.index] ?? emptyVersion, null);
  return text.map((part) => (typeof part === 'string' ? part : valueText(() => evaluate(part, scope)))).join('');
}

function valueText(value: () => unknown): string {
  try {
    const found = value();
    const text = typeof found === 'string' ? found : JSON.stringify(found);
    return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
  } catch (error) {
    if (error instanceof ExpressionError) return `(${error.message})`;
    throw error;
  }
}
