import type { HostFailures, HostMemory } from '../hosts/host-record.js';

/** What the bounds of a fleet are held against. Times in milliseconds since the epoch. */
export interface FleetObservation {
  at: number;
  /** What runs took for a phase within the window, each time that one was in it, in milliseconds. */
  phases: readonly { target: string; phase: string; tookMs: readonly number[] }[];
  /** Trials that were decided in the window, and in each earlier one of the same length in which a run went on; the latest first. */
  throughput: { windowMs: number; decided: number; before: readonly number[] };
  /** Work that no worker has taken yet, by kind of machine. */
  backlog: { tag: string; waiting: number; hosts: number }[];
  /** US dollars within the last 24 hours. */
  spentInADay: number;
  /** Runs of which something waits for a person: how many things, and since when the first. */
  waiting: { run: string; target: string; questions: number; since: number }[];
  hosts: { host: string; hostname: string; /** Nothing was heard of it since then; null: it is there. */ silentSince: number | null; /** Devices that runs have there. */ leases: number; failures: HostFailures; /** Absent: its worker does not say. */ memory?: HostMemory }[];
}
