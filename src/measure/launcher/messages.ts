/** What the worker and its launcher say to each other: one JSON document a line, on the launcher's stdin and stdout. */

/** How a command ended, by wait4(2). */
export interface Ending {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** From before the spawn to after the wait, milliseconds by the monotonic clock. */
  wallMs: number;
  /** It was gated, and ended before it was prepared. */
  unprepared?: true;
}

/** What all processes of a command used, those included that left its group or outlived their parents. */
export interface Usage {
  /** User and system time, milliseconds; the kernel counts it in microseconds. */
  cpuMs: number;
  /** The largest resident set that one of the processes had, bytes. */
  peakBytes: number;
}

export type Order =
  /** Makes the pipes, which the worker then opens through /proc. */
  | { type: 'prepare'; stdin: boolean }
  /** `gated`: as `Invocation` has it. */
  | { type: 'start'; argv: string[]; cwd: string; env: Record<string, string>; gated: boolean }
  /** Every process is gone: what did they use? */
  | { type: 'settle' }
  /** Takes the files of a folder out of the page cache. */
  | { type: 'cool'; folder: string }
  /** Holds a lock file shared, as the worker does, until it is told otherwise. */
  | { type: 'lock'; file: string }
  | { type: 'unlock' };

export type Reply =
  | { type: 'ready' }
  | { type: 'unavailable'; why: string }
  /** Descriptors of the launcher: the ends that are for the worker. */
  | { type: 'pipes'; stdin: number | null; stdout: number; stderr: number }
  | { type: 'started'; pid: number }
  | { type: 'failed'; why: string }
  | { type: 'ended'; ending: Ending }
  | { type: 'settled'; usage: Usage }
  | { type: 'cooled'; files: number }
  | { type: 'locked'; held: boolean }
  | { type: 'unlocked' };
