import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rollBackByHand } from '../../src/activities/rollback.js';
import type { CliContext } from '../../src/client/context.js';
import { printApplied } from '../../src/client/print/applied.js';
import { fleetNotes } from '../../src/client/print/fleet.js';
import { printRuns } from '../../src/client/print/runs.js';
import { printShow } from '../../src/client/print/show.js';
import { styleFor } from '../../src/client/style.js';
import { apply } from '../../src/client/verbs/apply.js';
import type { RunStatus } from '../../src/core/status.js';
import { runs } from '../../src/client/verbs/runs.js';
import type { FleetState } from '../../src/client/verbs/fleet.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { homeFrom } from '../../src/store/home.js';
import { openStoreWriter } from '../../src/store/writer.js';
import { openRepository } from '../../src/workspace/repository.js';
import { resolveTarget } from '../../src/workspace/snapshot.js';
import { createTarget } from '../e2e/target.js';
import { sampleStatus, sampleTrial } from './sample-status.js';

const plain = styleFor(false);
const back = (trial: string) => ({ trial, who: 'perfloop', why: 'execute is slow.', alert: 'phase/parser/execute', at: 0 });

describe('a run of which something is rolled back', () => {
  const first = sampleTrial();
  const accepted = sampleStatus({ run: 'r-k3v7q2xa', state: 'done', endedAt: 1, accepted: 2, trials: [sampleTrial({ id: 'r1-2', champion: first.commit ?? '' }), first] });

  it('is shown with who did it, when and why, and what is left of it is offered', () => {
    const shown = printShow({ status: { ...accepted, rolledBack: [back('r1-2')] }, branch: 'perfloop/r-k3v7q2xa' }, plain);
    expect(shown).toContain('rolled back\n  1970-01-01T00:00:00.000Z  r1-2 by perfloop (alert phase/parser/execute): execute is slow.\n  perfloop rollback r-k3v7q2xa --undo gives it back');
    expect(shown).toMatch(/perfloop apply r-k3v7q2xa .*up to the first patch that is rolled back/);
  });

  it('is not offered at all where nothing is left', () => {
    const offered = (changes: Partial<RunStatus>) => printShow({ status: { ...accepted, ...changes }, branch: 'perfloop/r-k3v7q2xa' }, plain).includes('perfloop apply');
    expect(offered({ rolledBack: [back('r1-2')] })).toBe(true);
    expect(offered({ rolledBack: [back('r1-1'), back('r1-2')] })).toBe(false);
    // The branch would end before the first patch.
    expect(offered({ rolledBack: [back('r1-1')] })).toBe(false);
    // What is before the champion was made anew, and never measured.
    const ablated = { trials: [...accepted.trials, sampleTrial({ id: 'r1-3', dropped: true })] };
    expect([offered(ablated), offered({ ...ablated, rolledBack: [back('r1-2')] })]).toEqual([true, false]);
    expect(printShow({ status: accepted, branch: 'perfloop/r-k3v7q2xa' }, plain)).toMatch(/perfloop apply r-k3v7q2xa .*into your repository$/m);
  });

  it('says so where it is applied, and in the list of its fleet', () => {
    expect(printApplied({ branch: 'perfloop/r-1', commit: 'a'.repeat(40), commits: 1, merged: 'no', next: 'git log', leftOut: ['r1-2'] }, plain)).toContain('rolled back: r1-2; the branch ends before the first of them');
    const state: FleetState = { target: 'parser', schedule: 'on', note: '', next: null, running: null, run: null, drift: [], last: { workflow: 'w', state: 'completed', at: '', rolledBack: 2, failure: null, result: { run: 'r-1', base: 'b', accepted: 2, speedup: null } } };
    expect(fleetNotes(state, 'parser', plain)).toEqual(['parser: rolled back: 2 of what r-1 accepted: `perfloop show r-1`']);
  });
});

it('is applied up to the first patch that is rolled back, refused where nothing is left, and whole again when it is given back', async () => {
  const target = createTarget(() => ({ 'a.js': 'one\n' }));
  const home = homeFrom({ PERFLOOP_HOME: mkdtempSync(join(tmpdir(), 'perfloop-rollback-')) });
  const store = openStoreWriter(home.db);
  onTestFinished(() => {
    store.close();
    target.remove();
    rmSync(home.root, { recursive: true, force: true });
  });
  const artifacts = openArtifacts(home.artifacts);
  const on = (await resolveTarget({ dir: target.dir, revision: 'main', artifacts })).target;
  const repository = await openRepository(home, on, artifacts);
  await repository.ensureCommit(on.base);
  target.git('checkout', '--quiet', '-b', 'made');
  const [first = '', second = ''] = ['r1-1', 'r1-2'].map((trial) => {
    target.write({ 'a.js': `${trial}\n` });
    return target.commit(`make it fast\n\nPerfloop-Trial: ${trial}`);
  });
  target.git('push', '--quiet', repository.path, `${second}:refs/heads/perfloop/r-abcdefgh`);
  target.git('checkout', '--quiet', 'main');
  const { trials: _trials, decisions: _decisions, ...header } = sampleStatus({ run: 'r-abcdefgh', target: { id: on.id, name: on.name, origin: target.dir, base: on.base.commit }, state: 'done', endedAt: 2, champion: second, accepted: 2 });
  store.recordRun(header);
  for (const [position, id] of ['r1-1', 'r1-2'].entries()) store.recordTrial(header.run, position, sampleTrial({ id }));
  const context: CliContext = { env: { PERFLOOP_HOME: home.root }, cwd: target.dir, home, json: false, quiet: true, connection: {}, stdout: process.stdout, stderr: process.stderr, style: plain, errStyle: plain };
  const applied = () => apply(context, { run: header.run, merge: false });
  const ask = async (id: string, trials: string[], undo: boolean) => rollBackByHand({ home, artifacts, store }, { v: 1, id, run: header.run, trials, undo, who: 'ann', why: 'slow' });

  await ask('1', ['r1-2'], false);
  expect(await repository.branch('perfloop/r-abcdefgh')).toBe(first);
  expect(await applied()).toMatchObject({ commit: first, commits: 1, leftOut: ['r1-2'] });
  await ask('2', [], false);
  const listed = await runs(context, { limit: 5 });
  expect(listed.runs).toMatchObject([{ run: header.run, accepted: 2, rolledBack: [{ trial: 'r1-1', who: 'ann' }, { trial: 'r1-2', who: 'ann' }] }]);
  expect(printRuns(listed, plain)).toContain('2, 2 rolled back');
  await expect(applied()).rejects.toMatchObject({ code: 'PL_ROLLED_BACK', message: 'what r-abcdefgh accepted is rolled back by ann: slow' });
  await ask('3', [], true);
  expect(await applied()).toMatchObject({ commit: second, commits: 2 });
  // As the hub leaves it where it gives back what it has no commits of, such as an artifact store that is away.
  await repository.setBranch('perfloop/r-abcdefgh', first);
  expect(await applied()).toMatchObject({ commit: second, commits: 2 });
  expect(target.git('rev-parse', 'main')).toBe(on.base.commit);
});
