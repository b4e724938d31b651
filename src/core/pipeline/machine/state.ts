import type { Json } from '../../json-value.js';
import type { Plan } from '../graph/node.js';
import type { KeyTable } from '../keys/key-table.js';
import type { Version } from '../keys/version.js';
import type { Deadlines } from './deadlines.js';
import type { PipelineError } from './errors.js';
import type { History } from './history.js';

/** How far a node is. From `done` on it is over. */
export const status = { waiting: 0, ready: 1, running: 2, done: 3, failed: 4, skipped: 5, disabled: 6, cancelled: 7 } as const;
export type Status = (typeof status)[keyof typeof status];

/** Why a running step is to be killed. */
export type CancelReason = { kind: 'timeout' } | { kind: 'lost'; race: string; winner: string } | { kind: 'group-timeout'; group: string } | { kind: 'stopped'; why: string };

/** Why a group ends before its time. It is over when nothing in it runs any more. */
export interface Stop {
  why: 'failed' | 'lost' | 'timeout' | 'stopped';
  /** Steps of it that still run. */
  running: number;
}

export interface AskedJump {
  from: number;
  target: number;
  /** Undefined: none. */
  input: Json | undefined;
}

/** What a jump gave its target. */
export interface Landing {
  input: Json | undefined;
  version: Version | null;
}

/** A step that an earlier run completed. */
export interface DoneStep {
  step: string;
  count: number;
  /** Of the step's settings, as the caller makes it. Another one: the step runs again. */
  hash: string;
  output?: Json;
  writes?: readonly (readonly [key: string, value?: Json])[];
  jump?: { to: string; input?: Json };
}

/** What is looked up of the steps of an earlier run. */
export interface Earlier {
  steps: ReadonlyMap<string, DoneStep>;
  hashes: ReadonlyMap<string, string>;
}

/** The columns of the table of nodes, by index. */
export interface Columns {
  status: Uint8Array;
  /** Needs that are not over. */
  open: Int32Array;
  /** Needs that are over and make it run: done, disabled, or failed with on_fail = continue. */
  live: Int32Array;
  /** Dependents that have yet to look at what it leaves. */
  uses: Int32Array;
  /** Executions begun. */
  count: Int32Array;
  /** Attempts of this execution that failed. */
  attempts: Int32Array;
  /** 1: it, or something it needs, was executed in this run and not taken from an earlier one. */
  fresh: Uint8Array;
  /** Milliseconds: when the execution of a step, or a group, began. */
  startedAt: Float64Array;
  /** What it sees while it runs, and leaves when it is over; null before, and when nobody can need it any more. */
  versions: (Version | null)[];
}

/**
 * A run of a plan. The functions of this folder change it in place. Times are milliseconds that the caller gives.
 * `dump` makes plain JSON of it.
 */
export interface Machine {
  readonly plan: Plan;
  readonly run: string;
  readonly input: Json | undefined;
  readonly keys: KeyTable;
  readonly nodes: Columns;
  readonly history: History;
  readonly deadlines: Deadlines;
  readonly earlier: Earlier | null;
  /** Nodes that became ready, oldest first, from `queueHead` on; those whose status changed meanwhile are passed over. */
  queue: number[];
  queueHead: number;
  /** Steps that wait for another attempt, with the time from which they may run. */
  readonly delayed: Map<number, number>;
  readonly running: Set<number>;
  /** Of those that run: what a crash interrupted, and has to be begun again. */
  readonly interrupted: Set<number>;
  readonly cancelling: Map<number, CancelReason>;
  /** Nodes that are over and whose dependents were not told yet. */
  settled: number[];
  /** Before this place of `settled` all were told. */
  told: number;
  jumps: AskedJump[];
  readonly landings: Map<number, Landing>;
  /** Nodes that a jump passed by, and that still wait for another branch; they are skipped when that is over. */
  readonly jumpedOver: Set<number>;
  /** By opening node. */
  readonly stops: Map<number, Stop>;
  /** By opening node of a race: the last node of the member that won. */
  readonly winners: Map<number, number>;
  /** Opening nodes of groups that ended by their timeout with what was finished. */
  readonly cut: Set<number>;
  /** The error of a failed attempt, until it is known whether there will be another one. */
  readonly lastErrors: Map<number, PipelineError>;
  readonly errors: PipelineError[];
  readonly warnings: string[];
  readonly answers: Map<number, boolean>;
  /** Step executions begun or about to begin. */
  executions: number;
  jumpsTaken: number;
  ended: 'done' | 'failed' | 'cancelled' | null;
}

export function isOver(one: number): boolean {
  return one >= status.done;
}

/** A value of a column. Indices come from the plan, so they are always there. */
export function at(column: { readonly [index: number]: number }, index: number): number {
  return column[index] as number;
}

/** A warning, once, and not without end. */
export function warn(machine: Machine, text: string): void {
  if (machine.warnings.length < mostWarnings && !machine.warnings.includes(text)) machine.warnings.push(text);
}

const mostWarnings = 100;
