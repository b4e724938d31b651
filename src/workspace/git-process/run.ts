import type { Readable } from 'node:stream';
import { execa } from 'execa';

/** One git to be started, never through a shell. */
export interface GitCommand {
  args: readonly string[];
  cwd: string;
  /** The whole of it. */
  env: Record<string, string>;
  input?: string | Uint8Array;
}

/** What became of it. */
export interface GitEnd {
  /** Undefined where it did not end by itself. */
  exitCode: number | undefined;
  stdout: Uint8Array;
  stderr: Uint8Array;
  isCanceled: boolean;
  /** It printed more than `maxOutputBytes`. */
  isMaxBuffer: boolean;
  /** Of the system, such as ENOENT. */
  code: string | undefined;
  signal: string | undefined;
}

/** What git prints may be large (a listing of a monorepo), but not without bound. */
export const maxOutputBytes = 1 << 29;

/** How long a child of a cancelled git may keep its pipes open. */
const pipesCloseMs = 1000;

/** Runs git as a child of this process. Never throws. */
export async function runGit({ args, cwd, env, input }: GitCommand, signal?: AbortSignal): Promise<GitEnd> {
  const running = execa('git', args, {
    cwd,
    env,
    extendEnv: false,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: maxOutputBytes,
    reject: false,
  });
  const onAbort = (): void => void setTimeout(letGo, pipesCloseMs, running);
  signal?.addEventListener('abort', onAbort, { once: true });
  const { exitCode, stdout, stderr, isCanceled, isMaxBuffer, code, signal: endedBy } = await running;
  // One signal may serve many calls.
  signal?.removeEventListener('abort', onAbort);
  return { exitCode, stdout, stderr, isCanceled, isMaxBuffer, code, signal: endedBy };
}

function letGo({ stdout, stderr }: { stdout: Readable | null; stderr: Readable | null }): void {
  stdout?.destroy();
  stderr?.destroy();
}
