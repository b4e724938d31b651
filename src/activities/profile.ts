import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../core/artifact.js';
import { benchmarksOf } from '../core/config/benchmarks.js';
import { PerfloopError } from '../core/errors.js';
import type { BenchActivities } from '../core/run/contracts.js';
import type { CommandRequest } from '../measure/command.js';
import { runCommand } from '../measure/run-command.js';
import { runEnvironment } from '../measure/run-environment.js';
import type { Capture } from '../profile/capture/capture.js';
import { captureForRun } from '../profile/capture/capture-for-run.js';
import { differenceInThread } from '../profile/diff/in-thread.js';
import { detectProfileKind, type ProfileKind } from '../profile/import/detect.js';
import type { ImportSummary } from '../profile/import/import.js';
import { importProfileInThread } from '../profile/import/in-thread.js';
import { activity, type Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { ProfileCache } from './profile-cache.js';
import { commandRequest } from './command-request.js';
import { logPath, unlessGone, withHostLock, worktreeOf } from './ground.js';

/** Of a difference that is kept: what is smaller nobody reads in a report. */
const mostRows = 300;

/** Captures a profile of the profile command, or takes the one that the user brought, and imports it. */
export function profileActivity(deps: Dependencies): BenchActivities['profile'] {
  return activity(async (input, attempt) => {
    const { config, brought } = input;
    const { profile } = config.commands;
    const commands = profile === undefined ? benchmarksOf(config).map(({ command }) => command) : [profile];
    const folder = await logPath(deps, input, 'raw');
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const database = join(folder, 'profile.sqlite');
    if (brought !== null) {
      const { kind, files } = await broughtProfile(deps, brought, folder);
      const summary = await importProfileInThread({ files, kind, database }, { signal: attempt.signal });
      return finish(deps, database, `imported ${brought.fileName}: ${summary.functions} functions`);
    }
    if (commands.length === 0) throw new PerfloopError('PL_CONFIG_NO_BENCHMARK', 'there is no command to profile', { where: 'commands.profile', fix: 'Add `benchmark` or `profile` under [commands] of perfloop.toml.' });
    const worktree = await worktreeOf(deps, input.worktree);
    const cache = await ProfileCache.of(deps, { target: input.target, config, commit: input.worktree.commit }, commands.map(({ run }) => run));
    // What differs from an earlier profile is asked of one that is as new.
    const kept = input.before === undefined ? ((await cache?.find(Date.now())) ?? null) : null;
    if (kept !== null) return { profile: kept.profile, summary: kept.summary, reused: { run: kept.run, at: kept.at } };
    const captured = await unlessGone(deps, [input.worktree], () => withHostLock(deps, 'exclusive', attempt, () => attempt.report({ doing: 'waiting' }), async (lock) => {
      const asked: { command: CommandRequest; outDir: string }[] = [];
      for (const [index, command] of commands.entries()) {
        const outDir = join(folder, `captured-${index + 1}`);
        const request = await commandRequest(deps, 'profile', command, { scope: input, worktree, lock, who: 'measured', besides: { writable: [outDir] } }, attempt);
        asked.push({ outDir, command: { ...request, env: runEnvironment(request.env), logFile: await logPath(deps, input, index === 0 ? 'profile.log' : `profile-${index + 1}.log`) } });
      }
      return await captureForRun({ kind: config.profile.kind, asked, runCommand, own: deps.env });
    }));
    const files = captured.flatMap((capture) => capture.files);
    const imported = await importProfileInThread({ files, kind: 'auto', database, ...(captured[0] === undefined ? {} : { recordedAt: captured[0].recordedAt }) }, { signal: attempt.signal });
    const diff = input.before === undefined ? {} : { diff: await differenceFrom(deps, input.before, database, attempt) };
    const finished = await finish(deps, database, summaryOf(captured, imported));
    await cache?.keep({ ...finished, run: input.run, at: Date.now() });
    return { ...diff, ...finished, ...(cache === null ? {} : { reused: null }) };
  });
}

function summaryOf(captured: readonly Capture[], { kind, functions, kernels, ranges }: ImportSummary): string {
  const files = captured.reduce((sum, capture) => sum + capture.files.length, 0);
  const seconds = captured.reduce((sum, { wallMs }) => sum + wallMs, 0) / 1000;
  const what = kind === 'nsys' || kind === 'torch' ? `${kind}: ${kernels} kernels, ${ranges} ranges` : `${files} threads or processes`;
  const notes = new Set(captured.flatMap((capture) => capture.notes));
  return [`${what}, ${functions} functions, ${seconds.toFixed(2)} s with the profiler`, ...notes].join('; ');
}

async function finish(deps: Dependencies, database: string, summary: string): Promise<{ profile: ArtifactRef; summary: string }> {
  return { profile: await deps.artifacts.putFile('profile', database), summary };
}

/** What the profile shows against an earlier one of the same command. */
async function differenceFrom(deps: Dependencies, before: ArtifactRef, database: string, { signal }: Attempt): Promise<ArtifactRef> {
  const diff = await differenceInThread({ before: await deps.artifacts.fileOf(before), after: database }, { signal });
  return deps.artifacts.put('json', JSON.stringify({ ...diff, rows: diff.rows.slice(0, mostRows), more: diff.more + Math.max(0, diff.rows.length - mostRows) }));
}

/** A copy under its own name: what kind it is can be told by its ending. */
async function broughtProfile(deps: Dependencies, brought: ArtifactRef & { fileName: string }, folder: string): Promise<{ kind: ProfileKind; files: string[] }> {
  const file = join(folder, brought.fileName.replaceAll(/[^\w.-]/g, '_'));
  await copyFile(await deps.artifacts.fileOf(brought), file);
  return { kind: detectProfileKind(file), files: [file] };
}

