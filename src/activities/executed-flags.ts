import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { benchmarksOf } from '../core/config/benchmarks.js';
import type { HostActivities } from '../core/run/contracts.js';
import { readCoverage } from '../inspect/executed/coverage.js';
import { filesToWatch, markIdle } from '../inspect/executed/idle.js';
import { pythonLinesSource } from '../inspect/executed/python-lines.js';
import type { HeldLock } from '../measure/host-lock.js';
import { runCommand } from '../measure/run-command.js';
import { runEnvironment } from '../measure/run-environment.js';
import { Contents } from '../workspace/contents.js';
import type { OpenWorktree } from '../workspace/open-worktree.js';
import { removeTree } from '../workspace/remove-tree.js';
import type { Repository } from '../workspace/repository.js';
import { modes, type TreeEntry } from '../workspace/tree.js';
import { activity, type Attempt } from './activity.js';
import { commandRequest } from './command-request.js';
import type { Dependencies } from './dependencies.js';
import { logPath, repositoryOf, unlessGone, withHostLock, worktreeOf } from './ground.js';

type Input = Parameters<HostActivities['executedFlags']>[0];

/**
 * Marks the flags whose lines the benchmark does not execute: they cannot be why it is faster. One execution on the
 * candidate's side, under V8's coverage and a tracer of Python. Whatever goes wrong leaves every flag as it is.
 */
export function executedFlagsActivity(deps: Dependencies): HostActivities['executedFlags'] {
  return activity(async (input, attempt) => {
    const { flags } = input;
    const files = filesToWatch(flags);
    if (files.length === 0) return flags;
    const worktree = await worktreeOf(deps, input.worktree);
    return unlessGone(deps, [input.worktree], () => withHostLock(deps, 'shared', attempt, () => attempt.report({ doing: 'waiting' }), async (lock) => {
      try {
        return await watched(deps, input, files, worktree, lock, attempt);
      } catch {
        attempt.signal.throwIfAborted();
        return flags;
      }
    }));
  });
}

async function watched(deps: Dependencies, input: Input, files: readonly string[], worktree: OpenWorktree, lock: HeldLock, attempt: Attempt): Promise<Input['flags']> {
  const { config, flags } = input;
  const outDir = await logPath(deps, input, 'executed');
  await removeTree(outDir);
  const [coverage, hook] = [join(outDir, 'coverage'), join(outDir, 'python')];
  await mkdir(coverage, { recursive: true });
  await mkdir(hook);
  await writeFile(join(hook, 'sitecustomize.py'), pythonLinesSource);
  let at = '';
  for (const { command } of benchmarksOf(config)) {
    const asked = await commandRequest(deps, 'executed lines', command, { scope: input, worktree, lock, who: 'measured', besides: { writable: [coverage], readable: [hook] } }, attempt);
    at = asked.sandbox?.worktree.at ?? (await realpath(worktree.path));
    const path = asked.env['PYTHONPATH'];
    const env = { ...asked.env, NODE_V8_COVERAGE: coverage, PERFLOOP_LINES_TO: coverage, PERFLOOP_LINES_OF: JSON.stringify(files.map((file) => join(at, file))), PYTHONPATH: path ? `${hook}${delimiter}${path}` : hook };
    const result = await runCommand({ ...asked, env: runEnvironment(env, worktree) });
    if (result.cancelled) attempt.signal.throwIfAborted();
    if (!result.ok) return flags;
  }
  const repository = await repositoryOf(deps, input.target);
  const committed = new Map((await repository.listTree(worktree.commit)).map((entry) => [entry.path, entry]));
  const seen = await readCoverage(coverage, files.map((file) => join(at, file)), (file) => textAsCommitted(repository, worktree, committed.get(file.slice(at.length + 1))));
  return seen === 'tampered' ? flags : markIdle(flags, { executed: (file) => seen.executed.get(join(at, file)) ?? null, processes: seen.processes }, config.commands.build !== undefined);
}

/** Of the commit that was read for flags; null where the worktree has something else, whose lines are others. */
async function textAsCommitted(repository: Repository, worktree: OpenWorktree, entry: TreeEntry | undefined): Promise<string | null> {
  if (entry === undefined || (entry.mode !== modes.file && entry.mode !== modes.executable)) return null;
  if ((await new Contents(worktree.path).of(entry.path)) !== `${entry.mode} ${entry.object}`) return null;
  return (await repository.readFileAt(worktree.commit, entry.path)).toString('utf8');
}
