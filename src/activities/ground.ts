import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandSpec } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import type { Scope, WorktreeRef } from '../core/run/contracts.js';
import type { Target } from '../core/target.js';
import type { CommandRequest, CommandResult } from '../measure/command.js';
import { exceededText } from '../measure/limits/exceeded.js';
import { acquireHostLock, type HeldLock, type LockMode } from '../measure/host-lock.js';
import { metrics } from '../telemetry/metrics.js';
import { openRepository, type Repository } from '../workspace/repository.js';
import { findOpenWorktree, type OpenWorktree } from '../workspace/open-worktree.js';
import type { Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';

export function repositoryOf(deps: Dependencies, target: Target): Promise<Repository> {
  return openRepository(deps.home, target, deps.artifacts);
}

/** The worktree that was opened under this key. Throws PL_WORKTREE_GONE, upon which a trial begins again. */
export async function worktreeOf(deps: Dependencies, ref: WorktreeRef): Promise<OpenWorktree> {
  const worktree = await findOpenWorktree(deps.home, ref.key);
  if (worktree === undefined || worktree.commit !== ref.commit) {
    throw new PerfloopError('PL_WORKTREE_GONE', `the worktree of ${ref.commit.slice(0, 10)} is gone`, { where: ref.key, fix: 'Nothing to do: the trial begins again in a new one.' });
  }
  return worktree;
}

/**
 * What work in worktrees came to. When one of them vanished meanwhile, a failure says nothing of the code in it: throws
 * PL_WORKTREE_GONE then, whatever the work came to.
 */
export async function unlessGone<T>(deps: Dependencies, refs: readonly WorktreeRef[], work: () => Promise<T>): Promise<T> {
  const [outcome] = await Promise.allSettled([work()]);
  for (const ref of refs) await worktreeOf(deps, ref);
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}

/** Where a person finds what happened: `<home>/logs/<run>/<trial>/<name>`. */
export async function logPath(deps: Dependencies, scope: Scope, name: string): Promise<string> {
  const folder = join(deps.home.logs, scope.run, scope.trial);
  await mkdir(folder, { recursive: true });
  return join(folder, name);
}

/** The journal of jobs, with a name that tells a person whose process it is. */
export function jobs(deps: Dependencies, scope: Scope, what: string): NonNullable<CommandRequest['journal']> {
  return { folder: deps.home.journal, name: `${scope.run}/${scope.trial} ${what}` };
}

/** Holds the host lock while the body runs. While a benchmark samples, nothing heavy runs on its host. */
export async function withHostLock<T>(deps: Dependencies, mode: LockMode, attempt: Attempt, onWaiting: () => void, body: (lock: HeldLock) => Promise<T>): Promise<T> {
  const asked = performance.now();
  const lock = await acquireHostLock({ folder: deps.home.locks, mode, signal: attempt.signal, onWaiting });
  metrics.lockWait.observe((performance.now() - asked) / 1000, { mode });
  try {
    return await body(lock);
  } finally {
    lock.release();
  }
}

/** The last lines of a command's output, for messages. */
export function tailOf(result: { stdout: string; stderr: string }, lines = 30): string {
  const text = `${result.stdout.trimEnd()}\n${result.stderr.trimEnd()}`.trim();
  return text.split('\n').slice(-lines).join('\n').slice(-4000);
}

/** Why a command failed, in words; empty when it did not. */
export function problemOf(result: Pick<CommandResult, 'ok' | 'timedOut' | 'exitCode' | 'signal' | 'exceeded'>, command: CommandSpec): string {
  if (result.ok) return '';
  if (result.timedOut) return `\`${command.run}\` was stopped after ${Math.round(command.timeout / 1000)} s`;
  if (result.exceeded !== undefined) return `\`${command.run}\` was ended: ${exceededText(result.exceeded)}`;
  return result.signal === null ? `\`${command.run}\` ended with exit code ${result.exitCode}` : `\`${command.run}\` was ended by ${result.signal}`;
}
