import { evaluate } from '../../expression/evaluate.js';
import type { Json } from '../../json-value.js';
import type { PlanNode } from '../graph/node.js';
import { filled } from '../graph/settings.js';
import { emptyVersion } from '../keys/version.js';
import { scopeOf } from './conditions.js';
import type { Machine } from './state.js';

/** What a step hands to a function of the user's, with what it asks for filled in. Throws `ExpressionError` where that is not there. */
export function settingsOf(machine: Machine, node: PlanNode): Json {
  const scope = scopeOf(machine, node, machine.nodes.versions[node.index] ?? emptyVersion, null);
  return filled((node.definition['with'] ?? {}) as Json, (expression) => evaluate(expression, scope));
}
