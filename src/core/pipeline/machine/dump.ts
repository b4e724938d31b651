import type { Json } from '../../json-value.js';
import type { Plan } from '../graph/node.js';
import { differences, emptyVector, type Vector } from '../keys/vector.js';
import type { Entry, Version } from '../keys/version.js';
import type { PipelineError } from './errors.js';
import type { Execution } from './history.js';
import { at, type CancelReason, type DoneStep, type Machine, status, type Stop } from './state.js';

/** An entry; no value: the key was deleted. */
export type DumpedEntry = readonly [order: number, writer: number, count: number, over: number, overCount: number, value?: Json];

/** Where a vector differs from the one before it in the dump: slots, and places in the table of entries (-1: none). */
export type DumpedVector = readonly (readonly [slot: number, entry: number])[];

/** Places in the table of vectors, of the base -1 where there is none, and the slots in which the two differ. */
export type DumpedVersion = readonly [vector: number, base: number, delta: readonly number[]];

/** A run as plain JSON. `undefined` is left out, as JSON does. */
export interface Dump {
  v: 1;
  run: string;
  plan: number;
  input?: Json;
  keys: readonly string[];
  entries: readonly DumpedEntry[];
  vectors: readonly DumpedVector[];
  versions: readonly DumpedVersion[];
  /** By node: the place of its version, -1: none. */
  versionOf: readonly number[];
  status: readonly number[];
  open: readonly number[];
  live: readonly number[];
  uses: readonly number[];
  count: readonly number[];
  attempts: readonly number[];
  fresh: readonly number[];
  startedAt: readonly number[];
  executions: readonly (readonly [step: number, count: number, attempt: number, status: Execution['status'], startedAt: number, endedAt: number | null, output: number | null, error: string | null, sequence: number])[];
  outputs: readonly (readonly [number, Json])[];
  lastOutputs: readonly number[];
  queue: readonly number[];
  delayed: readonly (readonly [number, number])[];
  running: readonly number[];
  cancelling: readonly (readonly [number, CancelReason])[];
  settled: readonly number[];
  jumps: readonly { from: number; target: number; input?: Json }[];
  landings: readonly (readonly [node: number, version: number, input?: Json])[];
  stops: readonly (readonly [number, Stop])[];
  winners: readonly (readonly [number, number])[];
  cut: readonly number[];
  /** Absent in dumps of earlier versions: none. */
  jumpedOver?: readonly number[];
  lastErrors: readonly (readonly [number, PipelineError])[];
  errors: readonly PipelineError[];
  warnings: readonly string[];
  executionCount: number;
  jumpsTaken: number;
  ended: Machine['ended'];
  earlier: { done: readonly DoneStep[]; hashes: readonly (readonly [string, string])[] } | null;
}

/** All that `load` needs to go on, as plain JSON that shares its values with the machine. O(nodes + what is kept). */
export function dump(machine: Machine): Dump {
  const { nodes, history, earlier } = machine;
  const versions = new VersionTable();
  const versionOf = nodes.versions.map((version) => versions.place(version));
  const landings = Array.from(machine.landings, ([node, { input, version }]): Dump['landings'][number] => (input === undefined ? [node, versions.place(version)] : [node, versions.place(version), input]));
  return {
    v: 1,
    run: machine.run,
    plan: fingerprint(machine.plan),
    ...(machine.input === undefined ? {} : { input: machine.input }),
    keys: machine.keys.names.slice(),
    entries: versions.entries,
    vectors: versions.vectors,
    versions: versions.versions,
    versionOf,
    status: [...nodes.status],
    open: [...nodes.open],
    live: [...nodes.live],
    uses: [...nodes.uses],
    count: [...nodes.count],
    attempts: [...nodes.attempts],
    fresh: [...nodes.fresh],
    startedAt: [...nodes.startedAt],
    executions: history.all().map((one) => [one.step, one.count, one.attempt, one.status, one.startedAt, one.endedAt, one.output?.reference ?? null, one.error, one.sequence]),
    outputs: [...history.outputs()],
    lastOutputs: history.lastOutputs().map((output) => output?.reference ?? -1),
    queue: machine.queue.slice(machine.queueHead).filter((index) => at(nodes.status, index) === status.ready && !machine.delayed.has(index)),
    delayed: [...machine.delayed],
    running: [...machine.running],
    cancelling: [...machine.cancelling],
    settled: machine.settled.slice(machine.told),
    jumps: machine.jumps.map(({ from, target, input }) => (input === undefined ? { from, target } : { from, target, input })),
    landings,
    stops: Array.from(machine.stops, ([index, stop]) => [index, { ...stop }]),
    winners: [...machine.winners],
    cut: [...machine.cut],
    jumpedOver: [...machine.jumpedOver],
    lastErrors: [...machine.lastErrors],
    errors: machine.errors.map((error) => ({ ...error })),
    warnings: machine.warnings.slice(),
    executionCount: machine.executions,
    jumpsTaken: machine.jumpsTaken,
    ended: machine.ended,
    earlier: earlier === null ? null : { done: [...earlier.steps.values()], hashes: [...earlier.hashes] },
  };
}

/** Versions share most of their entries: each vector is kept as what differs from the one before, each entry once. */
class VersionTable {
  readonly entries: DumpedEntry[] = [];
  readonly vectors: DumpedVector[] = [];
  readonly versions: DumpedVersion[] = [];
  private readonly places = new Map<Version, number>();
  private readonly vectorPlaces = new Map<Vector<Entry>, number>();
  private readonly entryPlaces = new Map<Entry, number>();
  private before = emptyVector<Entry>();

  place(version: Version | null): number {
    if (version === null) return -1;
    const known = this.places.get(version);
    if (known !== undefined) return known;
    const base = version.base === null ? -1 : this.vectorPlace(version.base);
    const place = this.versions.push([this.vectorPlace(version.vector), base, version.delta]) - 1;
    this.places.set(version, place);
    return place;
  }

  private vectorPlace(vector: Vector<Entry>): number {
    const known = this.vectorPlaces.get(vector);
    if (known !== undefined) return known;
    const changes: [number, number][] = [];
    differences(this.before, vector, (slot, _before, entry) => changes.push([slot, entry === undefined ? -1 : this.entryPlace(entry)]));
    this.before = vector;
    const place = this.vectors.push(changes) - 1;
    this.vectorPlaces.set(vector, place);
    return place;
  }

  private entryPlace(entry: Entry): number {
    const known = this.entryPlaces.get(entry);
    if (known !== undefined) return known;
    const { order, writer, count, over, overCount, value } = entry;
    const place = this.entries.push(value === undefined ? [order, writer, count, over, overCount] : [order, writer, count, over, overCount, value]) - 1;
    this.entryPlaces.set(entry, place);
    return place;
  }
}

/** Tells plans of other steps or other edges apart (FNV-1a, 32 bits). */
export function fingerprint(plan: Plan): number {
  let hash = 0x811c9dc5;
  const take = (text: string): void => {
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  };
  for (const { kind, name, needs } of plan.nodes) take(`${kind} ${name} ${needs.join(' ')};`);
  return hash >>> 0;
}
