import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChoiceRecord } from '../../src/core/choice/choice-record.js';
import { openStoreReader } from '../../src/store/reader.js';
import type { RunStatus, TrialSummary } from '../../src/core/status.js';
import { cli, jsonOf } from './cli.js';
import { makeTarget, sharedEngine } from './shared.js';
import { resultBranch, resultGit, startRun, verdictOf, type StartedRun } from './runs.js';
import { effect, proposer, waitingProgram } from './target.js';

// Two rounds of the whole loop with the verdict's real schedule, by wall time, and a proposer whose candidates are good
// and bad in every way that a trial can see.

const engine = sharedEngine();

/** Acts on what it is asked about; in the second round alpha is no longer slow. */
const goodAndBad = `const alphaIsFast = readFileSync('src/alpha.js', 'utf8').includes('const ms = 2;');
if (name === 'alpha') {
  write(text.replace(/const ms = \\d+/, 'const ms = 2'));
  console.log('alpha waits no longer\\nNobody listens to what it waited for.');
} else if (!alphaIsFast && name === 'beta') {
  write(readFileSync('bench/main.js', 'utf8').replace(/require.*gamma.*\\n/, ''), 'bench/main.js');
  console.log('the benchmark does less');
} else if (!alphaIsFast) {
  write(text.replace('return ms', 'return String(ms)').replace(/const ms = \\d+/, 'const ms = 2'));
  console.log('gamma gives text');
} else if (name === 'beta') {
  write(text.replace('exports.beta =', 'exports.beta = ='));
  console.log('beta does not parse');
} else if (name === 'gamma') {
  write(text + '// faster!\\n');
  console.log('gamma gets a comment');
} else {
  console.log('nothing to do');
}`;

const target = makeTarget((outside) => ({
  ...waitingProgram(
    { alpha: 250, beta: 30, gamma: 20, delta: 12 },
    `[target]
name = "four waits"
setup = "${effect(outside, 'setup')}; mkdir -p node_modules && echo installed > node_modules/kept"
lockfiles = ["package.json"]
[commands]
build = { run = "${effect(outside, 'build')}; cat node_modules/kept && node build.js", timeout = "1m" }
test = { run = "${effect(outside, 'test')}; node test/check.js", timeout = "1m" }
smoke = "test -f out/stamp"
benchmark = { run = "node bench/main.js", timeout = "20s" }
[loop]
rounds = 3
[verdict]
min_gain = 0.2
noise_pairs = 4
final_pairs = 10
[propose]
recipes = false
script = "node ${proposer(outside, goodAndBad)}"`,
  ),
  'build.js': `const { mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
for (const name of readdirSync('src')) new (require('node:vm').Script)(readFileSync('src/' + name, 'utf8'), { filename: name });
mkdirSync('out', { recursive: true });
writeFileSync('out/stamp', 'built');
`,
  '.gitignore': 'out\nnode_modules\n',
  'package.json': '{ "name": "four-waits", "version": "1.0.0" }\n',
}));

describe('a run of two rounds', () => {
  let run: StartedRun;
  let status: RunStatus;
  const base = target.git('rev-parse', 'HEAD');
  const trialTitled = (title: string): TrialSummary => {
    const found = status.trials.find((trial) => trial.candidate.title === title);
    if (found === undefined) throw new Error(`no trial of "${title}" among: ${status.trials.map((trial) => trial.candidate.title).join('; ')}`);
    return found;
  };

  beforeAll(async () => {
    run = await startRun(engine, target);
    status = await run.result();
  });

  it('ends by itself and says why', () => {
    expect(status).toMatchObject({ state: 'done', round: 2, accepted: 1, error: null });
    expect(status.endedAt).not.toBeNull();
  });

  it('accepts the change that is faster, with an interval above 1 from fresh pairs', () => {
    const trial = trialTitled('alpha waits no longer');
    expect(verdictOf(trial)).toBe('accepted faster');
    expect(trial.verdict?.measured?.ci95[0]).toBeGreaterThan(1.1);
    expect(trial.verdict?.measured?.pairs).toBeGreaterThanOrEqual(8);
    expect(trial.verdict?.measured?.samples).toBeGreaterThanOrEqual(2 * (4 + 8));
  });

  it('measures the result against the base at the end', () => {
    expect(status.final?.measured).toMatchObject({ pairs: 10, builds: 10 });
    expect(status.speedup).toEqual({ ratio: status.final?.measured.ratio, ci95: status.final?.measured.ci95, final: true });
    expect(status.speedup?.ratio).toBeGreaterThan(1.1);
  });

  it('refuses a change of a protected file before anything runs', () => {
    const trial = trialTitled('the benchmark does less');
    expect(verdictOf(trial)).toBe('rejected protected');
    expect(trial.verdict?.reasons[0]?.text).toContain('bench/main.js');
    expect(trial).toMatchObject({ commit: null, samples: null });
    expect(trial.diff).not.toBeNull();
  });

  it('refuses a change whose tests fail, with what the tests printed', () => {
    const trial = trialTitled('gamma gives text');
    expect(verdictOf(trial)).toBe('rejected tests-failed');
    expect(trial.verdict?.reasons[0]?.text).toContain('gamma gives no number');
    expect(trial.samples).toBeNull();
  });

  it('refuses a change that does not build, with what the build printed', () => {
    const trial = trialTitled('beta does not parse');
    expect(verdictOf(trial)).toBe('rejected build-failed');
    expect(trial.verdict?.reasons[0]?.text).toContain('SyntaxError');
  });

  it('refuses a change that does nothing, after measuring it', () => {
    const trial = trialTitled('gamma gets a comment');
    // A machine that is busy with other things may make it inconclusive, never accepted.
    expect(['rejected futile', 'inconclusive undecided']).toContain(verdictOf(trial));
    expect(trial.verdict?.measured?.pairs).toBeGreaterThanOrEqual(4);
  });

  it('explains what each round chose', async () => {
    const { choices } = jsonOf(await cli(engine, ['show', run.id, '--why', '--json'])) as { choices: ChoiceRecord[] };
    expect(choices.map(({ weighed }) => weighed.map(({ title }) => title).toSorted())).toEqual([1, 2].map((round) => status.trials.filter((trial) => trial.round === round).map((trial) => trial.candidate.title).toSorted()));
    expect(choices[0]?.hardware).toBeTruthy();
    // The second round has learned of the first.
    expect(choices[1]?.weighed[0]?.arms[0]?.belief.accepted).toBeGreaterThan(choices[0]?.weighed[0]?.arms[0]?.belief.accepted ?? Infinity);
    const { stdout } = await cli(engine, ['show', run.id, '--why']);
    expect(stdout).toMatch(/^round 1: 3 candidates for a gain above 20%, seed [0-9a-f]{16}, on /);
    expect(stdout).toMatch(/script .* accepted \d+\.\d+x\n/);
  });

  it('tries nothing of a proposer that changed nothing', () => {
    expect(status.trials.map((trial) => trial.candidate.title)).not.toContain('nothing to do');
  });

  it('publishes one commit for each accepted candidate, on the base, with its evidence', () => {
    const tip = resultBranch(engine, status);
    expect(tip).toBe(status.champion);
    expect(resultGit(engine, status, 'log', '--format=%H', `${base}..${tip}`)).toBe(tip);
    expect(resultGit(engine, status, 'log', '-1', '--format=%an <%ae> %cn', String(tip))).toBe('perfloop <perfloop@localhost> perfloop');
    const message = resultGit(engine, status, 'log', '-1', '--format=%B', String(tip));
    expect(message).toMatch(/^alpha waits no longer\n\n[^]*Nobody listens to what it waited for\.\n\nMeasured: \d\.\d{3}x as fast \(95% interval [\d. to]+, \d+ pairs on fresh builds\)\.\n/);
    const trailers = resultGit(engine, status, 'log', '-1', '--format=%(trailers:only)', String(tip));
    expect(trailers.trim().split('\n')).toEqual([`Perfloop-Run: ${run.id}`, `Perfloop-Trial: ${trialTitled('alpha waits no longer').id}`, 'Perfloop-Proposer: script']);
    expect(resultGit(engine, status, 'diff', '--name-only', base, String(tip))).toBe('src/alpha.js');
  });

  it('leaves the repository of the user as it was', () => {
    expect(target.git('status', '--porcelain')).toBe('');
    expect(target.git('rev-parse', 'HEAD')).toBe(base);
    expect(target.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    expect(target.git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1);
    expect(existsSync(join(target.dir, 'node_modules'))).toBe(false);
  });

  it('goes on to each round in a new execution of the workflow', async () => {
    const executions: string[] = [];
    for await (const execution of engine.client.workflow.list({ query: `WorkflowId = "${run.id}"` })) executions.push(execution.status.name);
    expect(executions.sort()).toEqual(['COMPLETED', 'CONTINUED_AS_NEW']);
  });

  it('sets up once, and builds each tree once but for the fresh builds of the evidence', () => {
    const count = (name: string): number => target.effects().filter((line) => line === name).length;
    // All candidates have the base's lock files.
    expect(count('setup')).toBe(1);
    // The base and four candidates that could be built at all (beta's was tried), then alpha and its champion afresh for the
    // looks of the confirmation, of which a busy machine takes more, and champion and base as often as the final measurement has pairs.
    const { builds = 0 } = trialTitled('alpha waits no longer').verdict?.measured ?? {};
    expect(builds).toBeGreaterThanOrEqual(8);
    expect(count('build')).toBe(1 + 4 + 2 * builds + 2 * 10);
    // The base and every candidate that built. What was changed of the accepted one is in no function that could throw.
    expect(count('test')).toBe(1 + 3);
  });

  it('stores the same status that the workflow tells, and what it learned', () => {
    const store = openStoreReader(engine.home);
    try {
      expect(store?.runStatus(run.id)).toEqual(status);
      expect(store?.searchWiki('waits', 10).map((lesson) => lesson.trial)).toContain(trialTitled('alpha waits no longer').id);
      expect(store?.searchWiki('protected', 10)).toHaveLength(0);
    } finally {
      store?.close();
    }
  });

  it('leaves no worktree behind', () => {
    expect(resultGit(engine, status, 'worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1);
  });
});
