import { type Json, jsonCopy, NotJson } from '../../json-value.js';
import { nodeAt, nodeLabel, type PlanNode } from '../graph/node.js';
import { slotOf } from '../keys/key-table.js';
import { entryAt } from '../keys/vector.js';
import { emptyVersion, type Entry, entryAfter, type Version, withEntries } from '../keys/version.js';
import type { Write } from '../keys/view.js';
import { askForJump, isTarget, jumpTarget } from './ask-jump.js';
import type { ErrorInfo } from './errors.js';
import { at, type Machine, status } from './state.js';
import { settle, stopAround } from './stop.js';

export interface Success {
  /** Undefined: none. */
  output?: unknown;
  writes?: readonly Write[];
  /** Beats the step's own `next`. */
  jump?: { to: string; input?: unknown };
}

/** A step is done; its writes become the state that those see who need it. Returns why that cannot be, or null. */
export function succeed(machine: Machine, node: PlanNode, success: Success, now: number): ErrorInfo | null {
  const checked = plainSuccess(node, success);
  if ('message' in checked) return checked;
  const { output, writes, input } = checked;
  const { nodes, history } = machine;
  const version = written(machine, node, writes);
  const inEndingGroup = stopAround(machine, node) !== null;
  if (!inEndingGroup) {
    const problem = jump(machine, node, version, success.jump?.to, input ?? output, output);
    if (problem !== null) return problem;
  }
  history.end(node.index, 'SUCCESS', node.retain, now, null, output);
  nodes.versions[node.index] = version;
  if (inEndingGroup) nodes.status[node.index] = status.done;
  else settle(machine, node, status.done);
  return null;
}

function jump(machine: Machine, node: PlanNode, version: Version, to: string | undefined, input: Json | undefined, output: Json | undefined): ErrorInfo | null {
  if (to === undefined) return askForJump(machine, node, version, { output });
  const target = jumpTarget(machine, node, to);
  if (!isTarget(target)) return target;
  machine.jumps.push({ from: node.index, target: target.index, input });
  return null;
}

function written(machine: Machine, node: PlanNode, writes: readonly (readonly [key: string, value: Json | undefined])[]): Version {
  const before = machine.nodes.versions[node.index] ?? emptyVersion;
  if (writes.length === 0) return before;
  const count = at(machine.nodes.count, node.index);
  const entries = writes.map(([key, value]): [number, Entry] => {
    const slot = slotOf(machine.keys, key);
    return [slot, entryAfter(entryAt(before.vector, slot), node.position, node.index, count, value)];
  });
  const [only] = node.needs;
  return withEntries(before, entries, node.needs.length === 1 && only !== undefined && nodeAt(machine.plan, only).dependents.length === 1);
}

interface PlainSuccess {
  output: Json | undefined;
  writes: (readonly [key: string, value: Json | undefined])[];
  input: Json | undefined;
}

function plainSuccess(node: PlanNode, { output, writes, jump }: Success): PlainSuccess | ErrorInfo {
  let what = 'its output';
  try {
    const plain: PlainSuccess = { output: output === undefined ? undefined : jsonCopy(output), writes: [], input: undefined };
    for (const [key, value] of writes ?? []) {
      what = `the key ${JSON.stringify(key)} of the state`;
      plain.writes.push([key, value === undefined ? undefined : jsonCopy(value)]);
    }
    what = 'the input of its jump';
    if (jump?.input !== undefined) plain.input = jsonCopy(jump.input);
    return plain;
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return { code: 'PL_STEP_NOT_JSON', message: `${nodeLabel(node)}: ${what} is no JSON value: ${error.message}` };
  }
}
