/** What records a command. `hooks`: V8 and cProfile, each in the processes that it can see. */
export type RecorderKind = 'v8' | 'cprofile' | 'hooks' | 'perf' | 'pyspy' | 'nsys' | 'torch';

/** Which part of the command is recorded. */
export interface Window {
  /** From the start of the command to the start of the recording. */
  delayMs: number;
  /** After that long the recording ends, and the command with it; null for all of it. */
  durationMs: number | null;
  /** A range of NVTX by its name, or `cudaProfilerApi` (nsys); `steps:FROM-TO`, of the optimizer (torch). Null for none. */
  range: string | null;
}

export const wholeCommand: Window = { delayMs: 0, durationMs: null, range: null };

/** How one command is recorded. */
export interface Recorder {
  kind: RecorderKind;
  /** What stands before the words of the command. */
  prefix: readonly string[];
  /** Added to the environment of the command. */
  env: Readonly<Record<string, string>>;
  /** In place of the prefix: a program that records the process once it has run for `afterMs`. */
  attach?: { afterMs: number; program: (pid: number) => readonly string[] };
  /** Whether it ends the recording by itself after the duration. */
  keepsDuration: boolean;
  /** Ends the command in such a way that the profile is written. */
  endsBy: 'SIGINT' | 'SIGTERM';
  /** The window counts from when this file comes to be, with half a minute at most for that; null where it counts from the start. */
  begunFile: string | null;
  /** When this file comes to be, hooks write what they have, also in a process that is too busy for a signal. */
  stopFile: string | null;
  /** How long hooks may take to write, once they were told to. */
  graceMs: number;
  /** Where the command's own start, end and exit code are written; null where the prefix cannot stand before that. */
  timesFile: string | null;
  /** What prints the recording as text once it was collected, for where only the place of the recording has the programs in it (a sandbox). */
  asText?: readonly string[];
  /** Whether the exit code of the prefix says nothing of the command's. */
  hidesExit: boolean;
  /** Makes what was recorded readable, and gives the profiles, sorted by name; none where nothing was recorded. */
  collect: (say: (text: string) => void) => Promise<string[]>;
}

/** Where the recording of one command is made. */
export interface RecorderPlace {
  /** Exists and is empty. */
  outDir: string;
  /** The folder of the code, as the command sees it. */
  root: string;
  /** Of the command. */
  env: Readonly<Record<string, string | undefined>>;
  /** Ours: where profilers are found. */
  own: NodeJS.ProcessEnv;
  window: Window;
  /** Whether somebody ends the command by the stop file. */
  isWatched: boolean;
}
