import { saidBy, type SaidBy } from '../said-by.js';
import type { WatchResult } from '../watch/contracts.js';
import { watchedText } from '../watch/shown.js';
import type { FleetRunResult } from './fleet-run.js';

/** Argument of the `fleet` workflow: runs of targets now, besides their schedules, a bounded number at once. */
export interface SweepInput {
  v: 1;
  fleet: string;
  /** Names of targets, in the order in which they are started. */
  targets: string[];
  /** Runs that are open at once, at most. */
  open: number;
  queuePrefix: string;
  who: string;
  /** Events of a history after which it goes on in a new execution, where the server would let it grow further. */
  mostEvents?: number;
}

/** How the run of a target ended. */
export type SweepOutcome =
  | ({ kind: 'completed' } & FleetRunResult)
  | { kind: 'failed'; code: string; message: string }
  /** `lost`: the server knows nothing of it any more. */
  | { kind: 'cancelled' | 'terminated' | 'timed-out' | 'lost' }
  /** None was started. */
  | { kind: 'left-out'; why: string };

/** Of a run, or of a look at a target that is watched. */
export function sweepCompleted(result: FleetRunResult | WatchResult): SweepOutcome {
  return 'outcome' in result ? { kind: 'completed', run: null, base: result.head.commit, accepted: 0, speedup: null, watched: watchedText(result) } : { kind: 'completed', ...result };
}

export interface SweepEnd {
  target: string;
  outcome: SweepOutcome;
  /** Milliseconds. */
  at: number;
}

export interface SweepRun {
  target: string;
  /** Id of its `fleetRun`. */
  workflow: string;
  since: number;
  /** It was asked to cancel. */
  cancelling?: boolean;
}

/** Who let it stand still, go on or end, when and why. */
export interface SweepSteered extends SaidBy {
  what: 'pause' | 'resume' | 'stop';
  /** Of a stop: its open runs are cancelled, too. Absent: no. */
  cancelRuns?: true;
}

/** All that a sweep knows. Names, and nothing of what the targets are: it is carried on to the next execution. */
export interface Sweep {
  waiting: string[];
  running: SweepRun[];
  ended: SweepEnd[];
  paused: boolean;
  stopping: { cancelRuns: boolean } | null;
  /** In order; the latest ones. Absent where nobody did, and of executions of earlier versions. */
  steered?: SweepSteered[];
  startedAt: number;
  endedAt: number | null;
  /** Why it does not get on at the moment. */
  problem: string | null;
}

export interface SweepStatus {
  v: 1;
  fleet: string;
  who: string;
  state: 'running' | 'paused' | 'stopping' | 'done' | 'stopped';
  open: number;
  startedAt: number;
  endedAt: number | null;
  waiting: number;
  running: SweepRun[];
  /** In the order of their ends; from the one on that was asked for. */
  ended: SweepEnd[];
  /** Of all that ended. */
  counts: { completed: number; failed: number; other: number; leftOut: number };
  /** In order; absent where nobody did. */
  steered?: SweepSteered[];
  problem: string | null;
}

/** Of one sweep: what it carries on has to fit into a message of Temporal. */
export const mostSwept = 5000;
/** Open at once. The server takes no more than 2,000 children of one workflow. */
export const mostOpen = 1000;
/** Twice as many as there are hosts: while one run samples, another one builds. */
export const openFor = (hosts: number): number => Math.min(mostOpen, Math.max(2, 2 * hosts));

/** Longer texts of failures are cut: they stay whole where they happened. */
const mostText = 200;

export function newSweep(input: SweepInput, now: number): Sweep {
  return { waiting: [...input.targets], running: [], ended: [], paused: false, stopping: null, startedAt: now, endedAt: null, problem: null };
}

/** More than people do by hand; a program that sends signals must not fill what is carried on. */
const mostSteered = 50;

/** Somebody lets it stand still, go on or end. What was stopped stays so, and so does that its runs are cancelled. */
export function steered(sweep: Sweep, what: SweepSteered['what'], message: unknown, now: number): void {
  const cancelRuns = what === 'stop' && typeof message === 'object' && message !== null && 'cancelRuns' in message && message.cancelRuns === true;
  if (what === 'stop') sweep.stopping = { cancelRuns: cancelRuns || sweep.stopping?.cancelRuns === true };
  else sweep.paused = what === 'pause';
  sweep.steered = [...(sweep.steered ?? []), { what, ...saidBy(message, now), ...(cancelRuns ? { cancelRuns } : {}) }].slice(-mostSteered);
}

/** How many runs may be started now. */
export function freePlaces(sweep: Sweep, open: number): number {
  if (sweep.paused || sweep.stopping !== null) return 0;
  return Math.max(0, Math.min(open - sweep.running.length, sweep.waiting.length));
}

export function isSwept({ running, waiting, stopping }: Sweep): boolean {
  return running.length === 0 && (waiting.length === 0 || stopping !== null);
}

/** A run was started. */
export function begun(sweep: Sweep, run: SweepRun): void {
  sweep.waiting = sweep.waiting.filter((name) => name !== run.target);
  sweep.running.push(run);
}

/** A run ended, or none was started. Told twice, or of a run of an earlier sweep, it changes nothing. Gives whether it does. */
export function over(sweep: Sweep, end: SweepEnd): boolean {
  const isOpen = sweep.running.some(({ target }) => target === end.target);
  if (!isOpen && !(end.outcome.kind === 'left-out' && sweep.waiting.includes(end.target))) return false;
  sweep.waiting = sweep.waiting.filter((name) => name !== end.target);
  sweep.running = sweep.running.filter(({ target }) => target !== end.target);
  sweep.ended.push({ ...end, outcome: shortened(end.outcome) });
  return true;
}

function shortened(outcome: SweepOutcome): SweepOutcome {
  if (outcome.kind === 'failed') return { ...outcome, message: outcome.message.slice(0, mostText) };
  return outcome.kind === 'left-out' ? { ...outcome, why: outcome.why.slice(0, mostText) } : outcome;
}

export function sweepStatus(sweep: Sweep, { fleet, who, open }: SweepInput, from = 0): SweepStatus {
  const { waiting, running, ended, paused, stopping, steered: by, startedAt, endedAt, problem } = sweep;
  const state = endedAt !== null ? (stopping === null ? 'done' : 'stopped') : stopping !== null ? 'stopping' : paused ? 'paused' : 'running';
  const count = (...kinds: SweepOutcome['kind'][]): number => ended.filter(({ outcome }) => kinds.includes(outcome.kind)).length;
  return { v: 1, fleet, who, state, open, startedAt, endedAt, waiting: waiting.length, running, ended: ended.slice(from), counts: { completed: count('completed'), failed: count('failed'), other: count('cancelled', 'terminated', 'timed-out', 'lost'), leftOut: count('left-out') }, ...(by === undefined ? {} : { steered: by }), problem };
}
