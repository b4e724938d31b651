import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareRuns } from '../../src/core/check/compare.js';
import { parseConfig } from '../../src/core/config/parse.js';
import { readTests } from '../../src/core/tests/read.js';
import { metricRules } from '../../src/core/verdict/metrics.js';
import { readMetrics } from '../../src/measure/metrics.js';
import { findProfilers, isUsable } from '../../src/profile/capture/profilers.js';
import { analyzeRun } from '../../src/profile/findings/analyze-run.js';
import { importProfile } from '../../src/profile/import/import.js';
import { hotFunctions } from '../../src/profile/tools/hot-functions.js';
import { openProfile } from '../../src/profile/tools/open.js';
import { recipeProposer } from '../../src/propose/recipe-proposer.js';
import { packageRoot } from '../../src/worker/engine/package-paths.js';
import { capture, commitAll } from '../profile/programs.js';

const hasTools = ['make', 'g++'].every((program) => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});
const example = join(packageRoot, 'examples', 'vecsearch-cpp');
const config = parseConfig(readFileSync(join(example, 'perfloop.toml'), 'utf8'), 'perfloop.toml');
const { build, test, check } = config.commands;

describe.skipIf(!hasTools)('examples/vecsearch-cpp', () => {
  let folder: string;
  const repository = (): string => join(folder, 'vecsearch');
  const printed = (command: string | undefined, env: Record<string, string> = {}): string => execFileSync('sh', ['-c', command ?? 'false'], { cwd: repository(), encoding: 'utf8', env: { ...process.env, ...env } });

  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'perfloop-example-')));
    cpSync(example, repository(), { recursive: true, filter: (path) => path !== join(example, 'build') });
    commitAll(repository());
    printed(build?.run);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has a long form that builds, tests and measures the same', () => {
    const long = parseConfig(readFileSync(join(example, 'pipeline.toml'), 'utf8'), 'pipeline.toml');
    expect([long.commands, long.metrics, long.check]).toEqual([config.commands, config.metrics, config.check]);
    expect(long.target.protected).toContain('pipeline.toml');
  });

  it('has tests that perfloop reads, and all pass', () => {
    const { sections } = readTests(config.tests.format, { stdout: printed(test?.run), stderr: '', countsOnly: false, reports: [], roots: [] });
    expect(sections).toMatchObject([{ source: 'tap on stdout', flaw: null, counts: { failed: 0, skipped: 0 } }]);
    expect(sections[0]?.counts.passed).toBeGreaterThan(15);
  });

  it('prints its metrics, with a recall above the floor that is not perfect', () => {
    const stdout = printed(config.commands.benchmark?.run);
    const read = readMetrics({ stdout, stderr: '', wallMs: 1 }, metricRules(config.metrics));
    expect(read).toMatchObject({ ok: true });
    const { metrics } = read as { metrics: Record<string, number> };
    expect(Object.keys(metrics)).toEqual(['queries', 'build', 'recall']);
    expect(metrics['recall']).toBeGreaterThanOrEqual(config.metrics.find(({ name }) => name === 'recall')?.floor ?? 1);
    expect(metrics['recall']).toBeLessThan(1);
  });

  it('answers the same for one seed, and differently for another', () => {
    const [one, again, other] = ['a', 'a', 'b'].map((seed) => printed(check?.run, { PERFLOOP_SEED: seed })) as [string, string, string];
    expect(compareRuns([one], [again], config.check)).toMatchObject({ agree: true });
    expect(compareRuns([one], [other], config.check)).toMatchObject({ agree: false });
    expect(one.split('\n').length).toBeGreaterThan(900);
  });

  it('is profiled, and has a copy of each item in its hottest loop that a recipe takes away', async (context) => {
    if (!(await findProfilers(process.env)).some((one) => one.kind === 'perf' && isUsable(one))) context.skip('perf cannot be used here');
    const { files, recordedAt } = await capture('build/benchmark', { cwd: repository(), kind: 'perf' });
    const database = join(folder, 'profile.sqlite');
    await importProfile({ files, kind: 'auto', database, recordedAt });
    // Instances of templates are code of the library, not of the file that asks for them.
    const db = openProfile(database);
    const ofRepository = hotFunctions(db, { root: repository(), ignore: [], minShare: 0, top: -1 }).filter(({ file }) => file.startsWith('src/'));
    db.close();
    expect(ofRepository.length).toBeGreaterThan(3);
    expect(ofRepository.filter(({ function: name }) => name.startsWith('std::'))).toEqual([]);
    const { findings } = await analyzeRun({ database, worktree: repository(), ignore: [], minShare: 0.01, top: 20 });
    const search = findings.find((finding) => finding.function === 'vecsearch::IvfIndex::search');
    expect(search).toMatchObject({ file: 'src/ivf_index.cpp', language: 'cpp' });
    const candidates = search === undefined ? [] : await recipeProposer().propose(search, { worktree: repository() });
    expect(candidates.map(({ title }) => title)).toContain('go over `lists_.at(list)` by reference in vecsearch::IvfIndex::search');
  });
});
