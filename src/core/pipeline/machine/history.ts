import type { Json } from '../../json-value.js';

export type ExecutionStatus = 'RUNNING' | 'SUCCESS' | 'FAILED' | 'CANCELLED';

/** An output, kept once: executions, and the last output of a step, refer to it. */
export interface Output {
  /** Its number in the run, from 0. */
  readonly reference: number;
  readonly value: Json;
}

/** One attempt of one execution of a step. Times in milliseconds. */
export interface Execution {
  /** Index of the step's node. */
  step: number;
  /** Which execution of the step, from 1. */
  count: number;
  /** Which attempt of the execution, from 1. */
  attempt: number;
  status: ExecutionStatus;
  startedAt: number;
  endedAt: number | null;
  /** Null: none. */
  output: Output | null;
  error: string | null;
  /** Order among all executions of the run. */
  sequence: number;
}

/** The last executions of one step: a ring, so that one more costs the same however many are kept. */
interface Kept {
  executions: Execution[];
  /** The place of the oldest, once the ring is full. */
  oldest: number;
  current: Execution | null;
}

/**
 * The executions of a run: of each step the last `retain`, and always its last output. What runs next is never decided by
 * the history, so it can be trimmed freely.
 */
export class History {
  /** By node. */
  private readonly kept: (Kept | undefined)[];
  private readonly last: (Output | null)[];
  private nextOutput = 0;
  private nextSequence = 0;

  constructor(nodes: number) {
    this.kept = Array.from({ length: nodes }, () => undefined);
    this.last = Array.from({ length: nodes }, () => null);
  }

  begin(step: number, count: number, attempt: number, retain: number, now: number): void {
    const current: Execution = { step, count, attempt, status: 'RUNNING', startedAt: now, endedAt: null, output: null, error: null, sequence: this.nextSequence++ };
    // One that runs is always kept: its end has to be written to it.
    this.add(current, Math.max(1, retain));
  }

  end(step: number, status: ExecutionStatus, retain: number, now: number, error: string | null, output: Json | undefined): void {
    const kept = this.kept[step];
    const current = kept?.current;
    if (kept === undefined || current === undefined || current === null) throw new Error(`node ${step} ended and has no execution`);
    kept.current = null;
    current.status = status;
    current.endedAt = now;
    current.error = error;
    if (status === 'SUCCESS') {
      current.output = output === undefined ? null : { reference: this.nextOutput++, value: output };
      this.last[step] = current.output;
    }
    if (retain === 0) this.kept[step] = undefined;
  }

  /** The last output of a step. Undefined: it has none. */
  outputOf(step: number): Json | undefined {
    return this.last[step]?.value;
  }

  lastOutputs(): readonly (Output | null)[] {
    return this.last;
  }

  /** In the order in which they began. */
  all(): Execution[] {
    return this.kept.flatMap((kept) => kept?.executions ?? []).sort((one, other) => one.sequence - other.sequence);
  }

  /** Every output that is kept, by its reference. */
  outputs(): Map<number, Json> {
    const found = new Map<number, Json>();
    for (const output of this.last) if (output !== null) found.set(output.reference, output.value);
    for (const kept of this.kept) for (const { output } of kept?.executions ?? []) if (output !== null) found.set(output.reference, output.value);
    return found;
  }

  /** Brings back what was dumped: the executions in order, and the last output of each node. */
  restore(executions: readonly Execution[], last: readonly (Output | null)[], retains: readonly number[]): void {
    for (const execution of executions) {
      this.add(execution, Math.max(1, retains[execution.step] ?? 1));
      this.nextSequence = Math.max(this.nextSequence, execution.sequence + 1);
      this.nextOutput = Math.max(this.nextOutput, (execution.output?.reference ?? -1) + 1);
    }
    for (const [step, output] of last.entries()) {
      this.last[step] = output;
      this.nextOutput = Math.max(this.nextOutput, (output?.reference ?? -1) + 1);
    }
  }

  private add(execution: Execution, most: number): void {
    const kept = (this.kept[execution.step] ??= { executions: [], oldest: 0, current: null });
    if (execution.status === 'RUNNING') kept.current = execution;
    if (kept.executions.length < most) {
      kept.executions.push(execution);
      return;
    }
    kept.executions[kept.oldest] = execution;
    kept.oldest = (kept.oldest + 1) % kept.executions.length;
  }
}
