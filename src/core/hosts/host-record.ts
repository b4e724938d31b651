/** What a host tells of itself, and what is told to it. */

export interface HostDevice {
  /** As leases name it: `cpu`, `gpu0`. */
  name: string;
  model: string;
  /** Of a GPU, such as `81559 MiB`. */
  memory: string | null;
}

/** What a worker offers. */
export interface HostAdvert {
  v: 1;
  /** Its id, made at random on first use. */
  host: string;
  hostname: string;
  tags: string[];
  devices: HostDevice[];
  cpu: { model: string; cores: number; usable: number };
  memoryBytes: number;
  kernel: string;
  /** Of NVIDIA's GPUs; null without one. */
  driver: string | null;
  cuda: string | null;
  node: string;
  perfloop: string;
  pid: number;
  /** Whether it writes the store. */
  hub: boolean;
  /** How many runs may share its CPU. */
  runs: number;
  /** Its own task queue. */
  queue: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

export interface HostLease {
  device: string;
  run: string;
  tag: string;
  since: number;
}

/** It takes no more work: `by` a person, or a signal that ends its worker. */
export interface Drain {
  who: string;
  reason: string;
  at: number;
}

/** Work that failed in a row for reasons of the host, and what the last of it said. */
export interface HostFailures {
  count: number;
  last: string;
}

/** The memory of a worker. Its warm-up of an hour is none of it. */
export interface HostMemory {
  /** Megabytes (10^6 bytes) of resident memory: the least of the last three minutes. Null: it warms up. */
  mb: number | null;
  /** Megabytes an hour. Null: seen for less than two hours. */
  growth: number | null;
  /** What the worker did about it last, when (milliseconds since the epoch) and why. Null: nothing. */
  done: MemoryRelief | null;
}

export interface MemoryRelief {
  what: 'cleaned' | 'restarted';
  at: number;
  why: string;
}

/** What its worker says each time that something changed. */
export interface HostNews {
  advert: HostAdvert;
  leases: HostLease[];
  /** Runs that it works for right now. */
  inHand: number;
  /** Its worker was told to end. */
  ending: boolean;
  /** Absent in what workers of earlier versions say. */
  failures?: HostFailures;
  /** Absent in what workers of earlier versions say. */
  memory?: HostMemory;
}

/** The memo of a host's workflow. */
export interface HostRecord extends HostNews {
  /** What a person asked for; stays over restarts of the worker. */
  drain: Drain | null;
  /** When the worker was last heard, milliseconds since the epoch. */
  heardAt: number;
  /** Its worker said good-bye. */
  gone: boolean;
}

export type HostState = 'serving' | 'draining' | 'drained' | 'gone' | 'stale';

/** A worker that lives asks for work at least once a minute, so one that did not for so long hangs or is dead. */
export const staleAfterMs = 150_000;

/** `polledAt`: when its worker last asked the server for work; null: the server knows of none. */
export function stateOfHost(record: HostRecord, polledAt: number | null, now: number): HostState {
  if (record.gone) return 'gone';
  if (now - Math.max(record.heardAt, polledAt ?? 0) > staleAfterMs) return 'stale';
  if (record.drain === null && !record.ending) return 'serving';
  return record.inHand > 0 ? 'draining' : 'drained';
}

/** The kinds of machine that somebody serves, in order. */
export function tagsOf(hosts: readonly { tags: readonly string[]; state: HostState }[]): string[] {
  return [...new Set(hosts.filter(({ state }) => state === 'serving').flatMap(({ tags }) => tags))].sort();
}

export const hostMemo = 'host';
export const hostSignals = { news: 'news', drain: 'drain', undrain: 'undrain', gone: 'gone' } as const;
