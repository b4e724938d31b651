import { join } from 'node:path';
import type { CommandSpec, Config } from '../core/config/schema.js';
import { limitsIn } from '../core/config/limits-schema.js';
import type { Scope } from '../core/run/contracts.js';
import type { Target } from '../core/target.js';
import { commandEnvironment } from '../measure/command-environment.js';
import type { CommandRequest, CommandResult } from '../measure/command.js';
import { limitHint } from '../measure/limits/hint.js';
import { limitsHere } from '../measure/limits/limits.js';
import type { HeldLock } from '../measure/host-lock.js';
import { secretsOfCommand } from '../measure/known-secrets.js';
import { cpusFor } from '../measure/pinning.js';
import { sandboxHint } from '../measure/sandbox/hint.js';
import type { Worktree } from '../workspace/worktree.js';
import type { Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { jobs } from './ground.js';
import { environmentFor } from './lease.js';
import { sandboxOf, type Besides, type Confined } from './sandbox.js';

/** What a command runs for, and where. */
export interface CommandPlace {
  scope: Scope & { target: Target; config: Config };
  worktree: Worktree & { place?: string | null };
  /** The host lock, which it holds. Null: a proposer takes as long as it likes. */
  lock: HeldLock | null;
  who: Confined;
  /** What it may see and write besides. */
  besides?: Besides;
}

const boundRoles = new Set(['test', 'smoke', 'check']);

/** A command of the config, in a worktree, in a sandbox where there is one. `what` tells a person whose process it is. */
export async function commandRequest(deps: Dependencies, what: string, command: CommandSpec, { scope, worktree, lock, who, besides }: CommandPlace, attempt: Attempt): Promise<CommandRequest & { secrets: readonly string[] }> {
  const sandbox = await sandboxOf(deps, scope, worktree, who, besides);
  const env = commandEnvironment({ extra: command.env, secretsFrom: environmentFor(deps, scope.run), trusted: who !== 'measured' });
  return {
    command: command.run,
    cwd: join(worktree.path, command.cwd),
    worktree: worktree.path,
    // At the base the config is wrong.
    ...(worktree.commit === scope.target.base.commit ? {} : { failsWithout: command.cwd }),
    env,
    secrets: secretsOfCommand(command, env, deps.env),
    timeoutMs: command.timeout,
    hold: lock === null ? [] : [lock.fd],
    ...(lock?.mode === 'shared' ? { sharedLock: lock.file } : {}),
    // A program can see what it is bound to, so what is measured is tested so, too.
    cpus: boundRoles.has(what) ? cpusFor(scope.config) : [],
    limits: limitsHere(limitsIn(scope.config)),
    signal: attempt.signal,
    journal: jobs(deps, scope, what),
    ...(sandbox === undefined ? {} : { sandbox }),
  };
}

/** Why a command failed, with what to do about it where the sandbox or a limit may be the reason. */
export function withHint(problem: string, { stdout, stderr, exceeded }: CommandResult, request: CommandRequest): string {
  if (problem === '' || exceeded !== undefined) return problem;
  const printed = `${stdout.slice(-20_000)}\n${stderr.slice(-20_000)}`;
  const hint = (request.sandbox === undefined ? '' : sandboxHint(printed)) || limitHint(printed, request);
  return hint === '' ? problem : `${problem}. ${hint}`;
}
