import { describe, expect, it } from 'vitest';
import { cli } from '../e2e/cli.js';
import { makeTarget, sharedEngine } from '../e2e/shared.js';
import { startRun, verdictOf } from '../e2e/runs.js';
import { makesFast, proposer, scoredProgram } from '../e2e/target.js';
import { clusterPid, type ClusterPart } from '../support/production/cluster.js';

const folder = process.env['PERFLOOP_TEST_CLUSTER'];

const title = 'a run on a server with PostgreSQL';
if (folder === undefined) it.skip(`${title} (SKIPPED without \`npm run test:postgres\`)`);
else describe(title, () => {
  const engine = sharedEngine();
  const target = makeTarget((outside) => scoredProgram({ alpha: 40, beta: 30 }, `[loop]\nrounds = 1\n[propose]\nrecipes = false\nscript = "node ${proposer(outside, makesFast)}"`));

  const kill = async (part: ClusterPart): Promise<void> => {
    const before = clusterPid(folder, part);
    process.kill(before, 'SIGKILL');
    await expect.poll(() => clusterPid(folder, part), { timeout: 120_000 }).not.toBe(before);
  };

  it('goes on after the server, and after the database under it, were killed', async () => {
    const run = await startRun(engine, target);
    // As somebody who watches: it must not give up either.
    const watched = cli(engine, ['attach', run.id, '--json']);
    const phase = async (wanted: (phase: string) => boolean): Promise<void> => await expect.poll(async () => wanted((await run.status().catch(() => null))?.phase ?? ''), { timeout: 120_000 }).toBe(true);
    await phase((at) => at !== 'start');
    await kill('temporal');
    await phase((at) => at === 'execute');
    await kill('postgres');
    const { code, stdout, stderr } = await watched;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('"state": "done"');
    const status = await run.result();
    expect(status).toMatchObject({ state: 'done', accepted: 2 });
    // Nothing was done twice: one trial for each candidate, and the second once more on the champion that the first had become.
    expect(status.trials.map((trial) => `${trial.id} ${verdictOf(trial)}`)).toEqual(['r1-1 accepted faster', 'r1-2 rejected faster,superseded', 'r1-2c accepted faster']);
  });
});
