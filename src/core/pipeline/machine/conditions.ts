import { ExpressionError } from '../../expression/error.js';
import { isTrue } from '../../expression/evaluate.js';
import type { Scope } from '../../expression/scope.js';
import type { Expression, StepField } from '../../expression/tree.js';
import type { Json } from '../../json-value.js';
import { endOf, nodeLabel, type PlanNode } from '../graph/node.js';
import { entryAt } from '../keys/vector.js';
import type { Version } from '../keys/version.js';
import { inputIfAny, outputOf } from './outputs.js';
import { at, type Machine, status } from './state.js';

const words = ['waiting', 'ready', 'running', 'success', 'failed', 'skipped', 'disabled', 'cancelled'] as const;

/** A step that is not over yet in the eyes of the table, as it is asked about by its own `next`. */
export interface JustDone {
  output: Json | undefined;
}

/** Whether a condition of a node holds. An error in it is a text that says where. */
export function holds(machine: Machine, node: PlanNode, condition: Expression, version: Version, justDone: JustDone | null): boolean | { error: string } {
  try {
    return isTrue(condition, scopeOf(machine, node, version, justDone));
  } catch (error) {
    if (error instanceof ExpressionError) return { error: error.message };
    throw error;
  }
}

/** What an expression of a node is asked of. */
export function scopeOf(machine: Machine, node: PlanNode, version: Version, justDone: JustDone | null): Scope {
  const find = (name: string): PlanNode | undefined => {
    const first = machine.plan.byName.get(name);
    return first === undefined ? undefined : endOf(machine.plan, first);
  };
  return {
    step: (name, field) => {
      const asked = find(name);
      if (asked === undefined) return undefined;
      return asked === node && justDone !== null ? ownField(machine, asked, field, justDone) : fieldOf(machine, asked, field);
    },
    whyNot: (name, field) => {
      const asked = find(name);
      if (asked === undefined) return `there is no step \`${name}\``;
      const how = words[at(machine.nodes.status, asked.index)] ?? 'unknown';
      return how === 'success' ? `${nodeLabel(asked)} has no ${field}` : `${nodeLabel(asked)} ${how === 'failed' ? 'failed' : `is ${how}`}, so it has no ${field}`;
    },
    state: (key) => {
      const slot = machine.keys.slots.get(key);
      return slot === undefined ? undefined : entryAt(version.vector, slot)?.value;
    },
    input: () => inputIfAny(machine, node),
  };
}

function ownField(machine: Machine, node: PlanNode, field: StepField, { output }: JustDone): Json | undefined {
  if (field === 'output') return output;
  return field === 'status' ? 'success' : fieldOf(machine, node, field);
}

function fieldOf(machine: Machine, node: PlanNode, field: StepField): Json | undefined {
  const how = at(machine.nodes.status, node.index);
  switch (field) {
    case 'output':
      return outputOf(machine, node);
    case 'status':
      return words[how];
    case 'count':
      return at(machine.nodes.count, node.index);
    case 'error':
      return how === status.failed ? machine.errors.findLast(({ step }) => step === node.name)?.message : undefined;
  }
}
