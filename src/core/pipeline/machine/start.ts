import { PerfloopError } from '../../errors.js';
import { type Json, jsonCopy, NotJson } from '../../json-value.js';
import { nodeAt, type Plan, rootOpen } from '../graph/node.js';
import { keyTable } from '../keys/key-table.js';
import { vectorOf } from '../keys/vector.js';
import { firstEntry, rootVersion } from '../keys/version.js';
import { advance } from './advance.js';
import { Deadlines } from './deadlines.js';
import { earlierOf } from './earlier.js';
import { History } from './history.js';
import { type Columns, type DoneStep, type Machine, status } from './state.js';

export interface StartOptions {
  /** The keys that the first steps see. */
  state?: Readonly<Record<string, unknown>>;
  input?: unknown;
  /** Id of the run, for its errors. */
  run: string;
  /** What an earlier run completed is not run again, unless its hash differs or something that it needs runs. */
  done?: readonly DoneStep[];
  /** By name of the step; goes with `done`. */
  hashes?: ReadonlyMap<string, string>;
}

/** A run of a plan, with its first steps ready. Throws `PL_STEP_NOT_JSON` where the state or the input is no JSON. O(nodes + keys). */
export function start(plan: Plan, options: StartOptions, now: number): Machine {
  const { state = {}, input, run, done, hashes } = options;
  const machine = blank(plan, run, input === undefined ? undefined : given(input, 'the input'), Object.keys(state), done === undefined ? null : { done, hashes: hashes ?? new Map() });
  const entries = Object.entries(state).map(([key, value]) => firstEntry(value === undefined ? undefined : given(value, `the key ${JSON.stringify(key)} of the state`)));
  const open = nodeAt(plan, rootOpen);
  machine.nodes.versions[open.index] = rootVersion(vectorOf(entries));
  machine.nodes.status[open.index] = status.done;
  machine.nodes.startedAt[open.index] = now;
  machine.nodes.count[open.index] = 1;
  machine.nodes.count[open.partner] = 1;
  if (open.timeout !== null) machine.deadlines.add({ at: now + open.timeout, index: open.index, startedAt: now });
  machine.settled.push(open.index);
  advance(machine, now);
  return machine;
}

/** A machine in which nothing has happened, not even the beginning. */
export function blank(plan: Plan, run: string, input: Json | undefined, keys: readonly string[], earlier: { done: readonly DoneStep[]; hashes: ReadonlyMap<string, string> } | null): Machine {
  return {
    plan,
    run,
    input,
    keys: keyTable(keys),
    nodes: blankColumns(plan),
    history: new History(plan.nodes.length),
    deadlines: new Deadlines(),
    earlier: earlier === null ? null : earlierOf(earlier.done, earlier.hashes),
    queue: [],
    queueHead: 0,
    delayed: new Map(),
    running: new Set(),
    interrupted: new Set(),
    cancelling: new Map(),
    settled: [],
    told: 0,
    jumps: [],
    landings: new Map(),
    jumpedOver: new Set(),
    stops: new Map(),
    winners: new Map(),
    cut: new Set(),
    lastErrors: new Map(),
    errors: [],
    warnings: [],
    answers: new Map(),
    executions: 0,
    jumpsTaken: 0,
    ended: null,
  };
}

function blankColumns({ nodes }: Plan): Columns {
  return {
    status: new Uint8Array(nodes.length),
    open: Int32Array.from(nodes, ({ needs }) => needs.length),
    live: new Int32Array(nodes.length),
    uses: Int32Array.from(nodes, ({ dependents }) => dependents.length),
    count: new Int32Array(nodes.length),
    attempts: new Int32Array(nodes.length),
    fresh: new Uint8Array(nodes.length),
    startedAt: new Float64Array(nodes.length),
    versions: nodes.map(() => null),
  };
}

function given(value: unknown, what: string): Json {
  try {
    return jsonCopy(value);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    throw new PerfloopError('PL_STEP_NOT_JSON', `${what} that the run begins with is no JSON value: ${error.message}`, { fix: 'Give the run JSON values only.', cause: error });
  }
}
