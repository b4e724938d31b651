import { randomBytes } from 'node:crypto';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import picomatch from 'picomatch';
import type { CommandSpec } from '../core/config/schema.js';
import { testsSchema, type TestsConfig } from '../core/config/tests-schema.js';
import { PerfloopError } from '../core/errors.js';
import type { CommandOutcome, HostActivities } from '../core/run/contracts.js';
import { readBase } from '../core/tests/base.js';
import { compareTests, countsOfRun } from '../core/tests/compare.js';
import type { TestRun } from '../core/tests/results.js';
import type { CommandRequest, CommandResult } from '../measure/command.js';
import type { HeldLock } from '../measure/host-lock.js';
import { withoutSecrets } from '../measure/known-secrets.js';
import { runCommand } from '../measure/run-command.js';
import { runEnvironment } from '../measure/run-environment.js';
import { askForReports } from '../test-results/ask.js';
import { readTestsInThread } from '../test-results/in-thread.js';
import { readFiles, readReports, removeReports } from '../test-results/report-files.js';
import { commandTexts } from '../workspace/command-files.js';
import type { OpenWorktree } from '../workspace/open-worktree.js';
import { removeTree } from '../workspace/remove-tree.js';
import type { Repository } from '../workspace/repository.js';
import { activity, type Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { commandRequest, withHint } from './command-request.js';
import { logPath, problemOf, tailOf } from './ground.js';

type Input = Parameters<HostActivities['runCommand']>[0];

/** Where and under what a test command runs. */
export interface TestGround {
  deps: Dependencies;
  input: Input;
  command: CommandSpec;
  worktree: OpenWorktree;
  repository: Repository;
  lock: HeldLock;
  attempt: Attempt;
}

/** More than the output of most suites; beyond it single tests are not known. */
const keptBytes = 32 << 20;

/**
 * Runs the test command and reads its results. At a base (no `input.tests`), a command that fails once a framework was asked
 * for a report is run again without asking: what it then comes to counts.
 */
export async function runTests(ground: TestGround): Promise<CommandOutcome> {
  const { input } = ground;
  const settings = testsSchema.parse(input.config.tests);
  const first = await runOnce(ground, settings, input.tests?.plain !== true);
  if (input.tests !== undefined || first.result.ok || !first.asked) return outcomeOf(ground, settings, first);
  const plain = await runOnce(ground, settings, false);
  return outcomeOf(ground, settings, plain.result.ok ? plain : first);
}

interface Ran {
  result: CommandResult;
  run: TestRun;
  asked: boolean;
  /** Why the files of `tests.report` cannot be read; null when they can. */
  missing: string | null;
  logFile: string;
  request: CommandRequest;
}

async function runOnce(ground: TestGround, settings: TestsConfig, mayAsk: boolean): Promise<Ran> {
  const { deps, input, command, worktree, repository, lock, attempt } = ground;
  const { format, report } = settings;
  attempt.report({ doing: 'test' });
  const logFile = await logPath(deps, input, `test-${worktree.id}.log`);
  const base = input.target.base.commit;
  const files = await repository.listFiles(base);
  if (report !== undefined) await clearReports(worktree, files, report);
  const folder = join(await realpath(tmpdir()), randomBytes(8).toString('hex'));
  await mkdir(folder, { mode: 0o700 });
  const request = await commandRequest(deps, 'test', command, { scope: input, worktree, lock, who: 'measured', besides: { writable: [folder] } }, attempt);
  try {
    const asked = mayAsk && report === undefined && format !== 'exit' ? askForReports(format, { texts: await commandTexts(repository, base, command), files, env: request.env }, folder) : { env: {}, reports: [] };
    const result = await runCommand({ ...request, env: runEnvironment({ ...request.env, ...asked.env }, worktree), keepBytes: keptBytes, logFile });
    if (result.cancelled) attempt.signal.throwIfAborted();
    const found = report === undefined ? await readFiles(asked.reports) : await readReports(worktree.path, report);
    const missing = found.problem ?? (report !== undefined && found.reports.length === 0 ? 'no such file was written' : null);
    const roots = [worktree.path, ...(request.sandbox === undefined ? [] : [request.sandbox.worktree.at])];
    const run = await readTestsInThread({ wanted: format, evidence: { stdout: result.stdout, stderr: result.stderr, countsOnly: report !== undefined || result.droppedBytes > 0, reports: found.reports, roots } });
    return { result, run, asked: Object.keys(asked.env).length > 0, missing, logFile, request };
  } finally {
    await removeTree(folder);
  }
}

/** A file of the base would be laid there for every candidate. */
async function clearReports(worktree: OpenWorktree, files: readonly string[], report: string): Promise<void> {
  const matches = picomatch(report, { dot: true });
  const tracked = files.find((path) => matches(path));
  if (tracked !== undefined) throw new PerfloopError('PL_TESTS_REPORT_IN_GIT', `${tracked} is in git, and results of tests must be new files of each run`, { where: `tests.report: ${report}`, fix: 'Let git ignore it and remove it from the repository, or make the glob narrower.' });
  await removeReports(worktree.path, report);
}

async function outcomeOf({ deps, input, command }: TestGround, settings: TestsConfig, { result, run: found, asked, missing, logFile, request }: Ran): Promise<CommandOutcome> {
  const atBase = readBase(found, settings, command.run, missing);
  // A candidate's results that contradict themselves are its own.
  const run = input.tests === undefined ? atBase.run : found;
  const shown = countsOfRun(run);
  return {
    ok: result.ok,
    problem: withHint(problemOf(result, command), result, request),
    tail: result.ok ? '' : tailOf(result),
    wallMs: result.wallMs,
    cached: false,
    log: await deps.artifacts.put('log', await readFile(logFile)),
    tests: {
      results: await deps.artifacts.put('json', JSON.stringify(withoutSecrets(run, request.secrets ?? []))),
      plain: !asked,
      shown: shown === null ? null : { ...shown.counts, source: shown.source },
      unusable: atBase.unusable,
      warnings: atBase.warnings,
      ...(input.tests === undefined ? {} : { compared: compareTests(await runsOf(deps, input.tests.base), run) }),
    },
  };
}

async function runsOf(deps: Dependencies, refs: NonNullable<Input['tests']>['base']): Promise<TestRun[]> {
  return Promise.all(refs.map((ref) => deps.artifacts.getJson<TestRun>(ref)));
}

/** Compares results once more, when the base has run again. */
export function compareTestsActivity(deps: Dependencies): HostActivities['compareTests'] {
  return activity(async ({ base, candidate }) => compareTests(await runsOf(deps, base), await deps.artifacts.getJson<TestRun>(candidate)));
}
