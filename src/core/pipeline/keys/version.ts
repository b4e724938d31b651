import type { Json } from '../../json-value.js';
import { differences, emptyVector, entryAt, type Vector, withEntry } from './vector.js';

/** What one execution wrote under one key. */
export interface Entry {
  /** Undefined: it deleted the key. */
  readonly value: Json | undefined;
  /** The larger one wins at a join, see {@link orderAfter}. */
  readonly order: number;
  /** The node that wrote it; -1 for the state that the run began with. */
  readonly writer: number;
  /** Which execution of the node. */
  readonly count: number;
  /** The writer and the execution of what it was written over, which it has seen therefore; -1 where there was none. */
  readonly over: number;
  readonly overCount: number;
}

/** The state as one node sees or leaves it. Never changed. */
export interface Version {
  readonly vector: Vector<Entry>;
  /** What it was made from, and the slots in which it differs from that; null where nobody can have the same base. */
  readonly base: Vector<Entry> | null;
  readonly delta: readonly number[];
}

export type Conflict = (slot: number, winner: Entry, loser: Entry) => void;

/** Writes over one key that follow each other through jumps; more than a run can have executions. */
const writesPerPosition = 2 ** 21;

/**
 * What a node writes under a key. Its order is after what it was written over. Without jumps that is the node's
 * topological position alone, since whatever was there before is of an ancestor. After a jump back an ancestor writes over
 * what a later node wrote: so each key has a clock of its own (Lamport 1978), and an order never goes against causality.
 */
export function entryAfter(before: Entry | undefined, position: number, writer: number, count: number, value: Json | undefined): Entry {
  const own = position * writesPerPosition;
  const order = before === undefined || before.order < own ? own : before.order + 1;
  return { value, order, writer, count, over: before?.writer ?? -1, overCount: before?.count ?? 0 };
}

/** What a run begins with. */
export function firstEntry(value: Json | undefined): Entry {
  return { value, order: -1, writer: -1, count: 0, over: -1, overCount: 0 };
}

export function rootVersion(vector: Vector<Entry>): Version {
  return { vector, base: null, delta: [] };
}

export const emptyVersion: Version = rootVersion(emptyVector<Entry>());

/** More is not carried along a branch: what is copied with every step must stay small. */
const longestDelta = 64;

/**
 * A version with other entries at some slots. `continues`: nothing else goes on from the version, so that the new one
 * keeps its base, and short branches still have one base where they are joined.
 */
export function withEntries(version: Version, entries: readonly (readonly [slot: number, entry: Entry])[], continues: boolean): Version {
  if (entries.length === 0) return version;
  let { vector } = version;
  for (const [slot, entry] of entries) vector = withEntry(vector, slot, entry);
  const slots = entries.map(([slot]) => slot);
  if (!continues || version.base === null || version.delta.length + slots.length > longestDelta) return { vector, base: version.vector, delta: slots };
  return { vector, base: version.base, delta: [...version.delta, ...slots.filter((slot) => !version.delta.includes(slot))] };
}

/**
 * What a node sees that needs several: of two entries of a key the one with the larger order. `conflict` is told of every
 * key of which two versions have different entries that both are new since their common base, where they have one.
 * With one base: O(what was written since). Otherwise: O(where they differ).
 */
export function joined(versions: readonly Version[], conflict: Conflict): Version {
  const [first, ...others] = versions;
  if (first === undefined) return emptyVersion;
  if (others.every((version) => version.vector === first.vector)) return first;
  const base = commonBase(first, others);
  return base === null ? joinedByStructure(first, others, conflict) : joinedByDelta(base, versions, conflict);
}

function commonBase(first: Version, others: readonly Version[]): Vector<Entry> | null {
  const isBase = (base: Vector<Entry>): boolean => others.every((version) => version.base === base || version.vector === base);
  if (first.base !== null && isBase(first.base)) return first.base;
  return isBase(first.vector) ? first.vector : null;
}

function joinedByDelta(base: Vector<Entry>, versions: readonly Version[], conflict: Conflict): Version {
  let vector = base;
  const delta: number[] = [];
  for (const version of versions) {
    if (version.vector === base) continue;
    for (const slot of version.delta) {
      const theirs = entryAt(version.vector, slot);
      const ours = entryAt(vector, slot);
      if (theirs === undefined || theirs === ours) continue;
      const before = entryAt(base, slot);
      if (ours === before) delta.push(slot);
      if (ours === undefined || ours === before || later(theirs, ours, slot, conflict) === theirs) vector = withEntry(vector, slot, theirs);
    }
  }
  return { vector, base, delta };
}

function joinedByStructure(first: Version, others: readonly Version[], conflict: Conflict): Version {
  let { vector } = first;
  for (const other of others) {
    differences(vector, other.vector, (slot, ours, theirs) => {
      if (theirs === undefined) return;
      if (ours === undefined || later(theirs, ours, slot, conflict) === theirs) vector = withEntry(vector, slot, theirs);
    });
  }
  return rootVersion(vector);
}

function later(one: Entry, other: Entry, slot: number, conflict: Conflict): Entry {
  const oneWins = one.order === other.order ? one.count > other.count : one.order > other.order;
  const [winner, loser] = oneWins ? [one, other] : [other, one];
  conflict(slot, winner, loser);
  return winner;
}
