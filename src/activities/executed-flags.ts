import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { benchmarksOf } from '../core/config/benchmarks.js';
import type { HostActivities } from '../core/run/contracts.js';
import { readCoverage } from '../inspect/executed/coverage.js';
import { filesToWatch, markIdle } from '../inspect/executed/idle.js';
import { pythonLinesSource } from '../inspect/executed/python-lines.js';
import { runCommand } from '../measure/run-command.js';
import { runEnvironment } from '../measure/run-environment.js';
import { activity } from './activity.js';
import { commandRequest } from './command-request.js';
import type { Dependencies } from './dependencies.js';
import { logPath, unlessGone, withHostLock, worktreeOf } from './ground.js';

/**
 * Marks the flags whose lines the benchmark does not execute: they cannot be why it is faster. One execution on the
 * candidate's side, under V8's coverage and a tracer of Python. Whatever goes wrong leaves every flag as it is.
 */
export function executedFlagsActivity(deps: Dependencies): HostActivities['executedFlags'] {
  return activity(async (input, attempt) => {
    const { config, flags } = input;
    const files = filesToWatch(flags);
    if (files.length === 0) return flags;
    const worktree = await worktreeOf(deps, input.worktree);
    const outDir = await logPath(deps, input, 'executed');
    return unlessGone(deps, [input.worktree], () => withHostLock(deps, 'shared', attempt, () => attempt.report({ doing: 'waiting' }), async (lock) => {
      await rm(outDir, { recursive: true, force: true });
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
      try {
        const seen = await readCoverage(coverage, files.map((file) => join(at, file)), (file) => readFile(join(worktree.path, file.slice(at.length + 1)), 'utf8'));
        return seen === 'tampered' ? flags : markIdle(flags, { executed: (file) => seen.executed.get(join(at, file)) ?? null, processes: seen.processes }, config.commands.build !== undefined);
      } catch {
        // What was left there is not what the hooks write.
        return flags;
      }
    }));
  });
}
