import { existsSync } from 'node:fs';
import { type ErrorCode, PerfloopError } from '../core/errors.js';
import { withoutPasswords } from '../core/secrets.js';
import { gitEnvironment, type GitSettings } from './git-environment.js';
import { maxOutputBytes, runGit } from './git-process/run.js';
import { GitStarter } from './git-process/starter.js';

export interface GitOptions {
  cwd: string;
  input?: string | Uint8Array;
  signal?: AbortSignal;
  /** Added to the environment, such as GIT_INDEX_FILE. */
  env?: Record<string, string>;
  /** Added to the settings, as by `git -c`. */
  config?: Record<string, string>;
  /** Default `own`: hermetic. See GitSettings. */
  settings?: GitSettings;
}

export interface GitResult {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

let start: typeof runGit = runGit;

/** From now on this process, which is large or works on much at once, has git started by a small one. */
export function startGitElsewhere(): void {
  const starter = new GitStarter();
  start = async (command, signal) => starter.run(command, signal);
}

/** Runs git, never through a shell. Gives its exit code too; throws PL_NO_GIT, PL_NO_SUCH_FOLDER, PL_GIT_CANCELLED, PL_GIT_OUTPUT or PL_GIT_KILLED when there is none. */
export async function gitResult(args: readonly string[], { cwd, input, signal, settings = 'own', env, config }: GitOptions): Promise<GitResult> {
  const result = await start({ args, cwd, env: gitEnvironment(settings, env, config), ...(input === undefined ? {} : { input }) }, signal);
  const where = withoutPasswords(`git ${args.join(' ')} (in ${cwd})`);
  if (result.isCanceled) throw new PerfloopError('PL_GIT_CANCELLED', 'git was cancelled', { where });
  if (result.isMaxBuffer) throw new PerfloopError('PL_GIT_OUTPUT', `git printed more than ${maxOutputBytes >> 20} MiB`, { where });
  if (result.code === 'ENOENT' && !existsSync(cwd)) throw new PerfloopError('PL_NO_SUCH_FOLDER', 'the folder does not exist', { where: cwd });
  if (result.code === 'ENOENT') throw new PerfloopError('PL_NO_GIT', 'git is not installed, or not on the PATH', { where: 'git', fix: 'Install git 2.31 or newer (https://git-scm.com/downloads) and try again.' });
  if (result.exitCode === undefined) throw new PerfloopError('PL_GIT_KILLED', `git did not end by itself: ${result.signal ?? result.code ?? 'unknown'}`, { where });
  return { exitCode: result.exitCode, stdout: Buffer.from(result.stdout), stderr: Buffer.from(result.stderr).toString('utf8') };
}

/** What git prints, as bytes. Throws a PerfloopError with a PL_GIT_* code when it fails. */
export async function gitBytes(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const result = await gitResult(args, options);
  if (result.exitCode !== 0) throw gitError(args, options.cwd, result);
  return result.stdout;
}

/** What git prints, as text without the last newline. Throws as `gitBytes`. */
export async function git(args: readonly string[], options: GitOptions): Promise<string> {
  return (await gitBytes(args, options)).toString('utf8').replace(/\n$/, '');
}

const known: { pattern: RegExp; code: ErrorCode; fix: string }[] = [
  { pattern: /Unable to create '.*\.lock'|cannot lock ref|could not lock|Unable to create .*: File exists/i, code: 'PL_GIT_LOCKED', fix: 'Wait for the other git to finish; if none runs, delete the lock file it names.' },
  // What another `git worktree add` has begun to write and every git reads that looks at the worktrees.
  { pattern: /failed to read '?.*worktrees\/.*\/commondir/i, code: 'PL_GIT_LOCKED', fix: 'Wait for the other git to finish; if none runs, delete the folder of the worktree that it names.' },
  { pattern: /No space left on device|Disk quota exceeded/i, code: 'PL_GIT_DISK_FULL', fix: 'Free some space on the disk and try again.' },
  { pattern: /Read-only file system|Permission denied/i, code: 'PL_GIT_DENIED', fix: 'Make the folder writable for this user.' },
  { pattern: /dubious ownership/i, code: 'PL_GIT_OWNERSHIP', fix: 'Give the repository to this user, or add it to `safe.directory` in your git settings.' },
  { pattern: /not a git repository/i, code: 'PL_GIT_NO_REPOSITORY', fix: "One of perfloop's own repositories (in its home, under repos/) that is damaged can be deleted: it is restored from the artifacts." },
  { pattern: /is corrupt|bad object|missing blob|missing tree|unable to read (tree|sha1)|loose object|inflate: data stream error|index file corrupt|object file .* is empty/i, code: 'PL_GIT_CORRUPT', fix: "Run `git fsck` in the repository. One of perfloop's own (in its home, under repos/) can be deleted: it is restored from the artifacts." },
];

/** The typed error for a git that failed, with the last lines it printed as problems. */
export function gitError(args: readonly string[], cwd: string, result: GitResult): PerfloopError {
  // A remote of the user's may hold a password, and git prints it.
  const lines = withoutPasswords(result.stderr).split('\n').filter((line) => line.trim() !== '');
  const first = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? `exit code ${result.exitCode}`;
  const match = known.find(({ pattern }) => pattern.test(result.stderr));
  return new PerfloopError(match?.code ?? 'PL_GIT_FAILED', `git ${args[0] ?? ''} failed: ${first.replace(/^(fatal|error): /, '')}`, {
    where: withoutPasswords(`git ${args.join(' ')} (in ${cwd})`),
    ...(match === undefined ? {} : { fix: match.fix }),
    problems: lines.slice(-8),
  });
}
