import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, jsonOf, startCli } from './cli.js';
import { makeTarget, sharedEngine } from './shared.js';
import { resultBranch, startedRun } from './runs.js';
import { makesFast, proposer, scoredProgram } from './target.js';
import type { RunStatus } from '../../src/core/status.js';
import type { RunHeader } from '../../src/store/writer.js';

// The command line as a process, against the real engine, as a script in a pipeline would use it.

const engine = sharedEngine();
const target = makeTarget((outside) => scoredProgram({ alpha: 40, beta: 30 }, `[target]\nname = "two waits"\n[loop]\nrounds = 1\nmax_trials = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"`));
/** Measuring its noise takes some seconds: time enough to do something to it. */
const slow = (name: string) => makeTarget(() => scoredProgram({ alpha: 900 }, `[target]\nname = "${name}"\n[loop]\nrounds = 1`));
const [left, cancelled] = [slow('left'), slow('cancelled')];
const json = (...args: string[]) => cli(engine, [...args, '--json'], { cwd: target.dir });

describe('a run from start to end', () => {
  let id: string;
  let status: RunStatus & { branch: string };

  beforeAll(async () => {
    const ended = await cli(engine, ['run', '--json'], { cwd: target.dir });
    status = jsonOf(ended) as typeof status;
    id = status.run;
    expect(ended).toMatchObject({ code: 0 });
    // What happens is told meanwhile, one line an event, on the other stream.
    expect(ended.stderr).toMatch(/cost: about \d+ samples/);
    expect(ended.stderr).toMatch(/r1-1 accepted/);
  });

  it('prints the last status as one JSON document', () => {
    expect(status).toMatchObject({ kind: 'run', state: 'done', accepted: 1, target: { name: 'two waits' }, branch: `perfloop/${id}`, error: null });
  });

  it('is listed, shown by any unique beginning of its id, and followed to its end at once', async () => {
    const { runs } = jsonOf(await json('runs')) as { runs: RunHeader[] };
    expect(runs.map((run) => run.run)).toEqual([id]);
    const shown = await json('show', id.slice(0, 6));
    expect(jsonOf(shown)).toMatchObject({ ...status, found: expect.arrayContaining([expect.objectContaining({ function: 'alpha', file: 'src/alpha.js' }), expect.objectContaining({ function: 'beta' })]) as unknown[] });
    expect(shown.code).toBe(0);
    expect((await cli(engine, ['show', id])).stdout).toMatch(/r1-1 {2}\w+ waits no longer\n.*\n {2}accepted /);
    const attached = await json('attach', id);
    expect(jsonOf(attached)).toEqual(status);
    expect(attached.code).toBe(0);
  });

  it('is applied: the branch comes into the repository, and nothing else changes', async () => {
    const head = target.git('rev-parse', 'HEAD');
    const applied = await json('apply', id);
    expect(jsonOf(applied)).toMatchObject({ run: id, branch: `perfloop/${id}`, commit: status.champion, commits: 1, merged: 'no' });
    expect(applied.code).toBe(0);
    expect(target.git('rev-parse', `perfloop/${id}`)).toBe(status.champion);
    expect(target.git('rev-parse', 'HEAD')).toBe(head);
    expect(target.git('status', '--porcelain')).toBe('');
  });

  it('is not applied to a dirty tree', async () => {
    writeFileSync(join(target.dir, 'src', 'alpha.js'), '// being worked on\n');
    const refused = await json('apply', id);
    expect(jsonOf(refused)).toMatchObject({ error: { code: 'PL_DIRTY_TREE' } });
    expect(refused.code).toBe(2);
    target.git('checkout', '--quiet', '.');
  });

  it('takes no more messages', async () => {
    for (const args of [['approve', id, 'r1-1'], ['stop', id], ['pause', id], ['cancel', id]]) {
      const refused = await json(...args);
      expect(jsonOf(refused)).toMatchObject({ error: { code: 'PL_RUN_OVER' } });
      expect(refused.code).toBe(2);
    }
  });
});

describe('a run that is steered', () => {
  it('waits for approve, and tells who decided', async () => {
    const id = (jsonOf(await json('run', '--detach', '--approval', 'each')) as { run: string; detached: boolean }).run;
    const run = startedRun(engine, id);
    await run.until('it waits', (status) => status.state === 'awaiting-approval');
    const missing = await json('approve', id, 'r7-7');
    expect(jsonOf(missing)).toMatchObject({ error: { code: 'PL_NO_SUCH_CANDIDATE' } });
    expect(missing.code).toBe(2);
    const approved = await cli(engine, ['approve', id, 'r1-1', '--comment', 'reads well', '--json'], { env: { USER: 'ada' } });
    expect(jsonOf(approved)).toEqual({ run: id, candidate: 'r1-1', approve: true, delivery: 'taken' });
    expect(approved.code).toBe(0);
    const status = await run.result();
    expect(status.decisions).toMatchObject([{ trial: 'r1-1', approve: true, comment: 'reads well', who: expect.stringMatching(/^ada@/) as string }]);
    expect(resultBranch(engine, status)).toBe(status.champion);
  });

  it('publishes nothing after reject of the whole branch', async () => {
    const id = (jsonOf(await json('run', '--detach', '--approval', 'final')) as { run: string }).run;
    const run = startedRun(engine, id);
    await run.until('it waits', (status) => status.state === 'awaiting-approval');
    expect((await json('reject', id, 'final', '--comment', 'not now')).code).toBe(0);
    const status = await run.result();
    expect(status.warnings.join(' ')).toContain('rejected it: not now');
    expect(resultBranch(engine, status)).toBeNull();
  });

  it('goes on without the terminal, and is followed again', async () => {
    const cliRun = startCli(engine, ['run', '--json'], { cwd: left.dir });
    await expect.poll(() => /run (r-[a-z2-7]{8}) started/.exec(cliRun.output())?.[1], { timeout: 60_000 }).toBeTruthy();
    const id = /run (r-[a-z2-7]{8}) started/.exec(cliRun.output())?.[1] ?? '';
    process.kill(cliRun.pid, 'SIGINT');
    const detached = await cliRun.ended;
    expect(jsonOf(detached)).toMatchObject({ run: id, detached: true });
    expect(detached.code).toBe(0);

    const attached = startCli(engine, ['attach', id, '--json']);
    const run = startedRun(engine, id);
    expect(await run.status()).toMatchObject({ state: 'running' });
    expect(jsonOf(await json('stop', id))).toEqual({ run: id, sent: 'stop' });
    const ended = await attached.ended;
    expect(jsonOf(ended)).toMatchObject({ run: id, state: 'done', accepted: 0 });
    expect(ended.code).toBe(0);
  });

  it('ends at once on cancel', async () => {
    const following = startCli(engine, ['run', '--json'], { cwd: cancelled.dir });
    await expect.poll(() => /measuring the noise/.test(following.output()), { timeout: 60_000 }).toBe(true);
    const id = /run (r-[a-z2-7]{8}) started/.exec(following.output())?.[1] ?? '';
    expect(jsonOf(await json('cancel', id))).toEqual({ run: id, sent: 'cancel' });
    const ended = await following.ended;
    expect(jsonOf(ended)).toMatchObject({ run: id, state: 'cancelled' });
    expect(ended.code).toBe(2);
  });
});

describe('a run that fails', () => {
  const red = makeTarget(() => scoredProgram({ alpha: 5 }, '[loop]\nrounds = 1'));

  it('says why, and ends with 2', async () => {
    red.write({ 'perfloop.toml': '[commands]\nbenchmark = "sh bench/score.sh"\ntest = "echo 1 of 3 tests fails; exit 1"\n' });
    red.commit('Red tests');
    const ended = await cli(engine, ['run', red.dir, '--json']);
    expect(jsonOf(ended)).toMatchObject({ state: 'failed', error: { code: 'PL_BASE_RED', message: expect.stringContaining('1 of 3 tests fails') as string } });
    expect(ended.code).toBe(2);
    const words = await cli(engine, ['run', red.dir]);
    expect(words.stdout).toContain('PL_BASE_RED');
    expect(words.stdout).toMatch(/fix: /);
    expect(words.code).toBe(2);
  });
});
