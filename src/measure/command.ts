/** A shell command to run with its children in a process group of its own. */
export interface CommandRequest {
  command: string;
  /** Absolute. */
  cwd: string;
  /** The whole environment of the command; see `commandEnvironment`. */
  env: Record<string, string>;
  timeoutMs: number;
  signal?: AbortSignal;
  stdin?: string;
  /** Gets both streams as they come, bounded in size (head and tail kept, the cut stated). */
  logFile?: string;
  /** Folder of the job journal, and what to call the job there; a starting worker reaps what it finds. */
  journal?: { folder: string; name: string };
  /** Descriptors that the command inherits from 3 on, such as the host lock's. */
  inherit?: number[];
  /** Between SIGTERM and SIGKILL; default 2000. */
  graceMs?: number;
}

export interface CommandResult {
  /** Exit code 0, in time, not cancelled. */
  ok: boolean;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  cancelled: boolean;
  /** Spawn to exit, milliseconds, by the monotonic clock. */
  wallMs: number;
  /** At most 8 MiB: the first 1 MiB and the last 7 MiB. */
  stdout: string;
  stderr: string;
  /** Bytes dropped from stdout or stderr to keep those bounds. */
  droppedBytes: number;
}
