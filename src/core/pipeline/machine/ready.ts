import { type Json, jsonCopy } from '../../json-value.js';
import { nodeAt, type PlanNode } from '../graph/node.js';
import { StateView } from '../keys/view.js';
import { emptyVersion } from '../keys/version.js';
import { fill } from './fill.js';
import { inputIfAny, inputOf } from './outputs.js';
import { settingsOf } from './settings.js';
import { at, type Machine, status } from './state.js';

/** An execution of a step that may begin. */
export class Work {
  readonly step: PlanNode;
  readonly name: string;
  /** Which execution of the step, from 1. */
  readonly count: number;
  /** Which attempt of the execution, from 1. */
  readonly attempt: number;
  /** Milliseconds to wait before: 0 but for a retry. */
  readonly delayMs: number;
  /** Among all executions of the round, from 1; whoever begins it says so. */
  order = 0;
  private readonly machine: Machine;
  private view: StateView | null = null;

  constructor(machine: Machine, step: PlanNode, delayMs: number) {
    const attempts = at(machine.nodes.attempts, step.index);
    this.machine = machine;
    this.step = step;
    this.name = step.name;
    this.attempt = attempts + 1;
    this.count = at(machine.nodes.count, step.index) + (attempts === 0 && !machine.interrupted.has(step.index) ? 1 : 0);
    this.delayMs = delayMs;
  }

  /** Undefined: none. A copy. Throws `PL_STEP_NO_OUTPUT` where it would be the output of a disabled step. */
  get input(): Json | undefined {
    const input = inputOf(this.machine, this.step);
    return input === undefined ? undefined : jsonCopy(input);
  }

  /** What a person is asked, with its places filled in; null where the step has no words of its own. */
  get question(): string | null {
    return this.step.question === null ? null : fill(this.machine, this.step, this.step.question);
  }

  /** The same; undefined also where it would be the output of a disabled step. */
  get inputIfAny(): Json | undefined {
    const input = inputIfAny(this.machine, this.step);
    return input === undefined ? undefined : jsonCopy(input);
  }

  /** What its `with` comes to. Throws `ExpressionError`. */
  get settings(): Json {
    return settingsOf(this.machine, this.step);
  }

  /** What the step sees of the state; one for this attempt. */
  get state(): StateView {
    this.view ??= new StateView(this.machine.keys, this.machine.nodes.versions[this.step.index] ?? emptyVersion);
    return this.view;
  }
}

/**
 * The steps that may begin, oldest first, at most `limit`; retries with the time that they have to wait come last. None
 * while a jump waits for what runs, but for what a crash interrupted. O(the steps that are given).
 */
export function ready(machine: Machine, now: number, limit = Number.POSITIVE_INFINITY): Work[] {
  if (machine.ended !== null) return [];
  const found: Work[] = [];
  for (const index of machine.interrupted) if (found.length < limit) found.push(new Work(machine, nodeAt(machine.plan, index), 0));
  if (machine.jumps.length > 0) return found;
  const { queue } = machine;
  while (machine.queueHead < queue.length && !isOffered(machine, queue[machine.queueHead] ?? 0)) machine.queueHead += 1;
  for (let place = machine.queueHead; place < queue.length && found.length < limit; place++) {
    const index = queue[place] ?? 0;
    if (isOffered(machine, index)) found.push(new Work(machine, nodeAt(machine.plan, index), 0));
  }
  for (const [index, due] of machine.delayed) if (found.length < limit || due > now) found.push(new Work(machine, nodeAt(machine.plan, index), Math.max(0, due - now)));
  return found;
}

function isOffered(machine: Machine, index: number): boolean {
  return at(machine.nodes.status, index) === status.ready && !machine.delayed.has(index);
}
