import type { CommandSpec, Config } from '../core/config/schema.js';
import type { CommandOutcome, CommandRole, HostActivities } from '../core/run/contracts.js';
import { readFile } from 'node:fs/promises';
import type { HeldLock } from '../measure/host-lock.js';
import { runCommand } from '../measure/run-command.js';
import { runEnvironment } from '../measure/run-environment.js';
import type { Tidy } from '../measure/tidy.js';
import type { Home } from '../store/home.js';
import { overlayProtected } from '../workspace/protected-overlay.js';
import { watchProtected } from '../workspace/protected-watch.js';
import { buildKey, keptBuildRun, restoreBuild, restoreSetup, saveBuild, saveSetup, setupKey } from '../workspace/setup-cache.js';
import type { KeptRun } from '../workspace/kept-folders.js';
import { homeOfWorktree, markDone, type OpenWorktree, type SeenOfStep } from '../workspace/open-worktree.js';
import type { Repository } from '../workspace/repository.js';
import { isFile, stampsBelow } from '../workspace/pristine/stamps.js';
import { activity, type Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { breakChangeActivity } from './break-change.js';
import { commandRequest, withHint, type CommandPlace } from './command-request.js';
import { logPath, problemOf, repositoryOf, tailOf, unlessGone, withHostLock, worktreeOf } from './ground.js';
import { rulesOf } from './guard-protected.js';
import { pristineOf } from './pristine.js';
import { readOutput, type WantedOutput } from './read-output.js';
import { compareTestsActivity, runTests } from './tests.js';

/** Of a set-up or a build that is in the worktree already, or is copied there. */
const fromCache: CommandOutcome = { ok: true, problem: '', tail: '', wallMs: 0, cached: true, log: null };

type CommandActivities = Pick<HostActivities, 'runCommand' | 'compareTests' | 'breakChange'>;

/** Commands of the target. They overlap each other, and never a sample. */
export function commandActivities(deps: Dependencies): CommandActivities {
  return {
    compareTests: compareTestsActivity(deps),
    breakChange: breakChangeActivity(deps),

    runCommand: activity((input, attempt) => commandIn(deps, input, attempt)),
  };
}

/** Runs a command of the target in a worktree that is open. */
export async function commandIn(deps: Dependencies, input: Parameters<HostActivities['runCommand']>[0], attempt: Attempt): Promise<CommandOutcome> {
  const { role, command, worktree: ref, target, config } = input;
  const worktree = await worktreeOf(deps, ref);
  // Set-up and build leave their result in the worktree; doing them again would only cost time.
  const once = role === 'setup' || role === 'build';
  if (once && worktree.done.includes(role)) return told(fromCache, worktree.seen[role]);
  return unlessGone(deps, [ref], () => withHostLock(deps, 'shared', attempt, () => attempt.report({ doing: 'waiting' }), async (lock) => {
    const repository = await repositoryOf(deps, target);
    if (role === 'test' || role === 'smoke') {
      // What one command leaves is found by no other one, and by no sample.
      return withWritten(await pristineOf(deps, input, worktree), () => (role === 'test' ? runTests({ deps, input, command, worktree, repository, lock, attempt }) : run(deps, input, role, command, worktree, lock, attempt)));
    }
    const rules = await rulesOf(repository, target, config);
    if (role !== 'setup') await overlayProtected(worktree, target.base.commit, rules);
    if (role === 'command') {
      // What it leaves is to be gone before the first sample.
      await pristineOf(deps, input, worktree);
      return run(deps, input, role, command, worktree, lock, attempt, input.read);
    }
    const writes = role === 'build' ? await watchProtected(worktree, target.base.commit, rules) : () => [];
    const done = async (outcome: CommandOutcome, seen: SeenOfStep): Promise<CommandOutcome> => {
      await markDone(deps.home, worktree, role, seen);
      return told(outcome, seen);
    };
    const kept = input.cache ? await keptResult(deps, repository, worktree, role, command, config) : null;
    const began = Date.now();
    if (kept !== null && (await kept.restore())) {
      // What is laid there is not what the build wrote.
      const { wallMs = Date.now() - began, written = writes() } = await kept.run();
      return done(fromCache, { written, tookMs: wallMs });
    }
    const outcome = await run(deps, input, role, command, worktree, lock, attempt);
    if (!outcome.ok) return outcome;
    const written = writes();
    // Only what is in the worktree can be kept.
    if (kept !== null && !(await leftInHome(deps.home, worktree.id))) await kept.save(began, { wallMs: outcome.wallMs, written });
    return done(outcome, { written, tookMs: outcome.wallMs });
  }));
}

/** Of a step that an earlier version did, nothing is known. */
function told(outcome: CommandOutcome, seen: SeenOfStep | undefined): CommandOutcome {
  if (seen === undefined) return outcome;
  return { ...outcome, tookMs: seen.tookMs, ...(seen.written.length === 0 ? {} : { written: seen.written }) };
}

/** Runs a command in a worktree as it was built, which it is again afterwards. */
async function withWritten(tidy: Tidy, command: () => Promise<CommandOutcome>): Promise<CommandOutcome> {
  await tidy.restore();
  const outcome = await command();
  const { written } = await tidy.restore();
  return written.length === 0 ? outcome : { ...outcome, written };
}

async function run(deps: Dependencies, scope: CommandPlace['scope'], role: CommandRole, command: CommandSpec, worktree: OpenWorktree, lock: HeldLock, attempt: Attempt, read?: WantedOutput & { stdout?: true }): Promise<CommandOutcome> {
  attempt.report({ doing: role });
  const logFile = await logPath(deps, scope, `${role}-${worktree.id}.log`);
  const asked = await commandRequest(deps, role, command, { scope, worktree, lock, who: role === 'setup' ? 'installing' : 'measured' }, attempt);
  const result = await runCommand({ ...asked, env: runEnvironment(asked.env, worktree), logFile });
  if (result.cancelled) attempt.signal.throwIfAborted();
  const log = await deps.artifacts.put('log', await readFile(logFile));
  const outcome: CommandOutcome = { ok: result.ok, problem: withHint(problemOf(result, command), result, asked), tail: result.ok ? '' : tailOf(result), wallMs: result.wallMs, cached: false, log };
  if (read === undefined || !result.ok) return outcome;
  const found = readOutput(result, read);
  if (typeof found === 'string') return { ...outcome, ok: false, problem: found, tail: tailOf(result) };
  return { ...outcome, read: read.stdout === undefined ? found : { ...found, stdout: await deps.artifacts.put('text', result.stdout) } };
}

interface Kept {
  restore(): Promise<boolean>;
  save(since: number, run: KeptRun): Promise<void>;
  /** How the command went that made it, where that says how it would go again. */
  run(): Promise<KeptRun>;
}

/** The results of earlier set-ups and builds with the same inputs. */
async function keptResult(deps: Dependencies, repository: Repository, worktree: OpenWorktree, role: 'setup' | 'build', command: CommandSpec, config: Config): Promise<Kept> {
  const { setup, lockfiles } = config.target;
  const sandboxed = worktree.place !== null;
  const ofSetup = setup === undefined ? null : await setupKey({ repository, commit: worktree.commit, command: setup, lockfiles, sandboxed });
  if (role === 'setup' && ofSetup !== null) return { restore: () => restoreSetup(deps.home, ofSetup, worktree), save: () => saveSetup(deps.home, ofSetup, worktree), run: async () => ({}) };
  const key = await buildKey({ treeHash: await repository.treeHash(worktree.commit), command, setupKey: ofSetup, sandboxed });
  return { restore: () => restoreBuild(deps.home, key, worktree), save: (since, made) => saveBuild(deps.home, key, worktree, since, made), run: () => keptBuildRun(deps.home, key) };
}

/** Whether there is more in the home of a sandbox than links into the user's and caches: a program that was installed there. */
async function leftInHome(home: Home, id: string): Promise<boolean> {
  return [...(await stampsBelow(homeOfWorktree(home, id)))].some(([path, stamp]) => isFile(stamp) && !path.startsWith('.cache/'));
}
