import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cli, jsonOf } from '../e2e/cli.js';
import { setUpEngine, type EngineSetUp, type TestEngine } from '../e2e/engine.js';
import { resultBranch, startedRun, startRun, verdictOf } from '../e2e/runs.js';
import { makeTarget } from '../e2e/shared.js';
import { makesFast, proposer, scoredProgram } from '../e2e/target.js';
import { startCluster, type Cluster } from '../support/production/cluster.js';

const title = 'a deployment that was lost';
if (process.env['PERFLOOP_TEST_CLUSTER'] === undefined) it.skip(`${title} (SKIPPED without \`npm run test:postgres\`)`);
else describe(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'perfloop-backup-'));
  const target = makeTarget((outside) => scoredProgram({ alpha: 40 }, `[loop]\nrounds = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"\n[approval]\nmode = "each"\n`));
  const ends: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  const started = async (from?: string): Promise<Cluster> => {
    const cluster = await startCluster(undefined, from === undefined ? {} : { from });
    ends.push(cluster.stop);
    return cluster;
  };
  const joined = async ({ start, ...engine }: EngineSetUp, address: string, namespace?: string): Promise<TestEngine> => {
    ends.push(engine.stop);
    return { ...engine, ...(await start(address, namespace)) };
  };

  it('is restored from its backup on another machine: a run that waited for a person is approved there, and ends', async () => {
    const first = await started();
    const backup = join(folder, 'backup');
    mkdirSync(backup);
    const lost = setUpEngine({ PERFLOOP_ARTIFACTS: join(folder, 'artifacts') });
    const engine = await joined(lost, first.address);
    const run = await startRun(engine, target);
    const { id } = run;
    const waiting = await run.until('it waits', ({ state }) => state === 'awaiting-approval');

    // In the order of docs/production.md. The hub has nothing to do while the run waits, and so its home stands still.
    first.dump(backup);
    cpSync(engine.home.root, join(backup, 'hub-home'), { recursive: true, preserveTimestamps: true });
    cpSync(join(folder, 'artifacts'), join(backup, 'artifacts'), { recursive: true });
    for (const end of ends.splice(0).toReversed()) await end();
    rmSync(join(folder, 'artifacts'), { recursive: true });

    const second = await started(backup);
    const restored = setUpEngine({ PERFLOOP_ARTIFACTS: join(folder, 'artifacts-elsewhere') });
    cpSync(join(backup, 'artifacts'), join(folder, 'artifacts-elsewhere'), { recursive: true });
    cpSync(join(backup, 'hub-home'), restored.home.root, { recursive: true });
    const identity = JSON.parse(readFileSync(restored.home.hostFile, 'utf8')) as object;
    writeFileSync(restored.home.hostFile, JSON.stringify({ ...identity, machine: 'another' }));
    const after = await joined(restored, second.address, engine.env['TEMPORAL_NAMESPACE']);

    expect(jsonOf(await cli(after, ['show', id, '--json']))).toMatchObject({ state: 'awaiting-approval', trials: waiting.trials.map(({ id: trial }) => ({ id: trial })) });
    // Taken at once, or sent: the server asks the worker that is gone first.
    expect((await cli(after, ['approve', id, 'r1-1'])).code).toBe(0);
    const status = await startedRun(after, id).result();
    expect(status).toMatchObject({ state: 'done', accepted: 1, error: null });
    expect(status.trials.map((trial) => `${trial.id} ${verdictOf(trial)}`)).toEqual(['r1-1 accepted faster']);
    expect(resultBranch(after, status)).toBe(status.champion);
    // Each verdict by the samples of before, and the last measurement by those of the other machine.
    const checked = await cli(after, ['verdict', id, '--json']);
    expect(jsonOf(checked)).toMatchObject({ agrees: true, trials: [{ agreement: 'agrees' }], final: { agreement: 'agrees' } });
    expect(status.machines).toHaveLength(2);
  });
});
