import type { Iterations } from './stats/iterations.js';
import type { Printed } from './check/printed.js';

/** Why a sample has no numbers. It counts against its side, never silently repeated. */
export type SampleFailure = (
  | { kind: 'exit'; code: number | null; signal: string | null; tail: string; /** The kernel ended it for want of memory. */ outOfMemory?: true; /** It took more than a limit lets it: which, how much, and what to do. */ exceeded?: string }
  | { kind: 'timeout'; afterMs: number }
  | { kind: 'metric'; metric: string; problem: 'none' | 'several' | 'not-a-number'; tail: string }
) & { /** Which of several benchmarks. */ benchmark?: string };

/** What an execution left behind. It is gone before the next one. */
export interface Left {
  /** For how long processes of it were seen after its exit, in milliseconds; at 200 they were ended. */
  ms?: number;
  /** How many of them had to be ended. With `ms`, 0 too; absent in samples of earlier versions. */
  ended?: number;
  /** Names of those that had to be ended. At most 100. */
  processes?: string[];
  /** Files of the build that it changed or removed, relative to the worktree; those of its home begin with `~/`. At most 100. */
  changed?: string[];
  /** How many more there were. */
  more?: number;
  /** Protected files that it wrote, whatever was in them afterwards: those that had another content are in `changed`, too. */
  written?: string[];
}

/** What is known of an execution without asking the program. */
export interface Outside {
  /** Start to exit, in milliseconds. */
  wallMs: number;
  /** User and system time of all its processes, in milliseconds. Absent where the machine does not tell it. */
  cpuMs?: number;
  /** Largest resident set of one of its processes, in bytes. Absent where the machine does not tell it. */
  peakBytes?: number;
  /** Of what it printed and is compared, see `whatCounts`. Absent where nothing is, and in samples of earlier versions. */
  outputDigest?: string;
  /** For how long the CPU quota of the container held it up, in milliseconds. Absent: not at all, or not known. */
  throttledMs?: number;
  /** Absent: nothing, and in samples of earlier versions. */
  left?: Left;
  /** How often the processor was slowed down by its heat meanwhile. Absent: never, or not known. */
  overheated?: number;
}

/** One execution of the benchmark command in a fresh process; of several benchmarks, of each of them: their times added up. */
export type Sample = Outside & { /** Of each benchmark by its name, where there are several. */ parts?: Record<string, Outside> } & ({ ok: true; metrics: Record<string, number>; /** Of the metrics that are medians of many steps. */ iterations?: Record<string, Iterations> } | { ok: false; failure: SampleFailure });

/** `knobs`: cheap samples of a search, upon which nothing is accepted. */
export type Stage = 'noise' | 'knobs' | 'screen' | 'confirm' | 'final';

/** What was seen of the GPU. What it does not tell is null. */
export interface GpuState {
  /** MHz of the streaming multiprocessors. */
  smMhz: number | null;
  /** What holds the clocks down, less being idle. */
  throttled: string[] | null;
  /** Programs that compute on it. */
  computing: string[] | null;
}

/** The unit of evidence: champion (a) and candidate (b) run back to back in random order. */
export interface Pair {
  stage: Stage;
  /** 0-based within its stage. */
  index: number;
  /** Which of several builds of both sides it is of, from 0. Absent where there is one. */
  build?: number;
  /** Which side went first; of several benchmarks, in the first of them. */
  order: 'ab' | 'ba';
  /** Of several benchmarks: the order in which they were executed, and which side went first in each. */
  turns?: Turn[];
  a: Sample;
  b: Sample;
  /** Where it was taken, as `deviceName` says it. Absent in pairs of earlier versions. */
  device?: string;
  /** The leased GPU just before the pair and just after it. Absent where none is, or it does not tell. */
  gpu?: { before: GpuState; after: GpuState | null };
  /** One-minute load average read before the pair. */
  load: number;
  /** How many other programs wanted a CPU just before the pair, in the mean. Absent where that is not known. */
  otherLoad?: number;
  /** Set aside before it was taken, because of `otherLoad`; another pair is taken in its stead. */
  aside?: true;
  /** Its champion side was executed in an earlier screening of the round, and stands in here; see `standIn`. */
  shared?: true;
  /** Milliseconds since the epoch when the pair began. */
  at: number;
  /** The secret PERFLOOP_SEED of both sides. Absent in pairs of earlier versions. */
  seed?: string;
  /** What comparing the printed output of the sides came to. Absent where it was not compared. */
  printed?: Printed;
}

export interface Turn {
  benchmark: string;
  order: 'ab' | 'ba';
}

/** Executions of the benchmark that the pairs took. */
export function samplesOf(pairs: readonly Pair[]): number {
  return pairs.reduce((sum, { shared }) => sum + (shared === true ? 1 : 2), 0);
}
