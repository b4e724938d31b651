import type { Launcher } from './launcher/launcher.js';
import type { Exceeded } from './limits/exceeded.js';
import type { Limits } from './limits/limits.js';
import type { Usage } from './launcher/messages.js';
import type { Sandbox } from './sandbox/sandbox.js';

/** A shell command to run with its children in a process group of its own. */
export interface CommandRequest {
  command: string;
  /** Absolute. */
  cwd: string;
  /** What people call `cwd`, where it is for the code to have that folder: without it the command fails, as with 127. Else that is an error. */
  failsWithout?: string;
  /** The whole environment of the command; see `commandEnvironment`. */
  env: Record<string, string>;
  timeoutMs: number;
  signal?: AbortSignal;
  stdin?: string;
  /** Sees every byte of stdout as it comes, also what the result no longer holds. */
  onStdout?: (chunk: Buffer) => void;
  /** Blacked out in the result and in the log file; `onStdout` sees them. */
  secrets?: readonly string[];
  /** How much of each stream the result holds; default 8 MiB. */
  keepBytes?: number;
  /** Gets both streams as they come, bounded in size (head and tail kept, the cut stated). */
  logFile?: string;
  /** Folder of the job journal, and what to call the job there; a starting worker reaps what it finds. */
  journal?: { folder: string; name: string };
  /** Descriptors, such as the host lock's, that stay open until the command is gone, even when this process is killed. */
  hold?: number[];
  /** A lock file that the caller holds shared: what starts the command holds it too, in place of `hold`, and can be used again for the next. */
  sharedLock?: string;
  /** CPUs that it is bound to; default: those of this process. */
  cpus?: readonly number[];
  /** Starts it, for one who has many to run; it holds what `hold` would. Without one, the command gets one of its own. */
  launcher?: Launcher;
  /** Where it runs; without one, as the user. */
  sandbox?: Sandbox;
  /** What its processes may take; without, anything. */
  limits?: Limits;
  /** Where it writes, which counts for `limits.disk`, besides what its sandbox lets it; default: `cwd`. */
  worktree?: string;
  /** Between SIGTERM and SIGKILL; default 2000. */
  graceMs?: number;
}

export interface CommandResult {
  /** Exit code 0, in time, not cancelled, within its limits. */
  ok: boolean;
  /** The limit that it exceeded, whatever its exit code. */
  exceeded?: Exceeded;
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  cancelled: boolean;
  /** Spawn to exit, milliseconds, by the monotonic clock. */
  wallMs: number;
  /** Of all its processes; null where it cannot be known, see `launcherProblem`. */
  usage: Usage | null;
  /** For how long processes of it were seen after its exit, 0 where none was; how many had to be ended, and their names. */
  outlived: { ms: number; ended: number; processes: string[] };
  /** At most `keepBytes`: the first 1 MiB, and the last of the rest. */
  stdout: string;
  stderr: string;
  /** Bytes dropped from stdout or stderr to keep those bounds. */
  droppedBytes: number;
}
