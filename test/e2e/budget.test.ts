import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JudgeResult } from '../../src/client/print/judge.js';
import { judge, type JudgeOptions } from '../../src/client/verbs/judge.js';
import type { RunStatus } from '../../src/core/status.js';
import { cli, jsonOf } from './cli.js';
import { trialOf, verdictOf } from './runs.js';
import { makeTarget, sharedEngine } from './shared.js';
import type { Target } from './target.js';

const engine = sharedEngine();

/** Counts its executions, and sleeps `before` seconds in the first `quick` of them and `after` seconds after those. */
const counted = (outside: string, { before, quick, after }: { before: number; quick: number; after: number }): string => `echo x >> ${outside}/runs; if [ $(wc -l < ${outside}/runs) -gt ${quick} ]; then sleep ${after}; else sleep ${before}; fi\n`;
/** The benchmark writes outside of its worktree. */
const counts = '[sandbox]\nmode = "off"\n';
const fixed = (runs: number): string => `[verdict]\nprotocol = "fixed"\nwarmups = 0\nruns = ${runs}\nbuilds = 1\nnoise_pairs = 4\n`;
const executions = (target: Target): number => readFileSync(join(target.outside, 'runs'), 'utf8').trimEnd().split('\n').length;

async function judged(target: Target, options: Partial<JudgeOptions>): Promise<RunStatus> {
  target.write({ 'src/work.js': '// changed\n' });
  const { status } = await judge(engine.context, { repo: target.dir, base: 'main', candidate: 'WORKTREE', ...options });
  if (status === null) throw new Error('it was left');
  return status;
}

describe('a budget', () => {
  const files = { 'src/work.js': '' };

  it('that holds no way to an acceptance ends it before the first sample, and says what would fit', async () => {
    const target = makeTarget((outside) => ({ ...files, 'bench/run.sh': counted(outside, { before: 0.4, quick: 1000, after: 0 }) }));
    target.write({ 'src/work.js': '// changed\n' });
    writeFileSync(join(target.outside, 'counted.toml'), `${counts}[commands]\nbenchmark = "sh bench/run.sh"\n`);
    const ended = await cli(engine, ['judge', '--repo', target.dir, '--base', 'main', '--config', join(target.outside, 'counted.toml'), '--budget', '8s', '--json']);
    const result = jsonOf(ended) as JudgeResult;
    expect(result).toMatchObject({ verdict: 'inconclusive', ratio: null, ci95: null, pairs: 0, samples: 0, reasons: [{ code: 'budget' }] });
    expect(result.reasons[0]?.text).toMatch(/^the budget of 8 s does not hold the shortest way to an acceptance: \d+ samples of .* It takes (?:a benchmark of at most .* or )?--budget \d+[sm]$/);
    expect(ended.code).toBe(4);
    // To see that it works, and how long it takes.
    expect(executions(target)).toBe(1);
  });

  it('that does not hold the next look ends the sampling before it, with what was measured', async () => {
    const target = makeTarget((outside) => ({ ...files, 'bench/run.sh': counted(outside, { before: 0.02, quick: 30, after: 6 }) }));
    writeFileSync(join(target.outside, 'slow.toml'), `${counts}[commands]\nbenchmark = "sh bench/run.sh"\n${fixed(60)}`);
    const status = await judged(target, { config: join(target.outside, 'slow.toml'), budgetMs: 90_000 });
    const trial = trialOf(status, 'candidate');
    expect(verdictOf(trial)).toBe('inconclusive budget');
    expect(trial.verdict?.reasons[0]?.text).toMatch(/^the budget of 1 min 30 s does not hold the next look: it ended after \d+ of 60 pairs of confirmation/);
    expect(trial.verdict?.measured?.pairs).toBeGreaterThan(0);
    expect(trial.samples).not.toBeNull();
    // Sixty pairs would have taken ten minutes.
    expect(executions(target)).toBeLessThan(60);
    const again = await cli(engine, ['verdict', status.run]);
    expect(again.code).toBe(0);
  });

  it('that a build uses up ends the build', async () => {
    const target = makeTarget(() => files);
    const status = await judged(target, { benchmark: ['true'], build: 'if grep -q changed src/work.js; then sleep 600; fi', budgetMs: 30_000 });
    const trial = trialOf(status, 'candidate');
    expect(verdictOf(trial)).toBe('inconclusive budget');
    expect(trial.verdict?.reasons[0]?.text).toBe('the budget of 30 s was used up while it was at this: trial candidate: WORKTREE');
    expect(status.state).toBe('done');
    expect((status.endedAt ?? 0) - status.startedAt).toBeLessThan(120_000);
  });

  it('that holds all of it changes nothing, and is said with the plan', async () => {
    const target = makeTarget((outside) => ({ ...files, 'bench/run.sh': counted(outside, { before: 0.02, quick: 1000, after: 0 }) }));
    writeFileSync(join(target.outside, 'quick.toml'), `${counts}[commands]\nbenchmark = "sh bench/run.sh"\n${fixed(8)}`);
    const status = await judged(target, { config: join(target.outside, 'quick.toml'), budgetMs: 600_000 });
    expect(status.plan?.budget).toMatchObject({ totalSeconds: 600, samples: 16, note: null });
    expect(status.budget).toMatchObject({ maxWallMs: 600_000, enforced: true });
    expect(trialOf(status, 'candidate').verdict?.reasons.map(({ code }) => code)).not.toContain('budget');
  });

  it('that is no duration is refused', async () => {
    const ended = await cli(engine, ['judge', '--benchmark', 'true', '--budget', 'ten minutes']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('It must be a duration from 1s up, such as 90s, 10m or 1h30m.');
  });
});
