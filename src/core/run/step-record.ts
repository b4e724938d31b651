/** An execution of a step that has ended, for people. */
export interface StepRecord {
  /** Below the run's folder of logs: `round-01/0007-bench`. Names sort in the order in which executions began. */
  folder: string;
  step: string;
  type: string;
  round: number;
  /** Which execution of the step in its round, and which attempt of it, from 1. */
  count: number;
  attempt: number;
  status: 'done' | 'failed' | 'cancelled';
  /** Workflow time, ms. */
  began: number;
  ended: number;
  /** As text where it is long. */
  output?: unknown;
  error?: { code: string; message: string };
}

/** Characters of an output, or of an error, that are written down with the execution. */
const mostText = 1000;

/** Where the logs of an execution are. `order`: among all executions of the round, from 1. */
export function stepFolder(round: number, order: number, name: string): string {
  return `round-${String(round).padStart(2, '0')}/${String(order).padStart(4, '0')}-${name}`;
}

/** A value that is small enough to stand in a history once more. */
export function shortened(value: unknown): unknown {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > mostText ? `${text.slice(0, mostText)} …` : value;
}
