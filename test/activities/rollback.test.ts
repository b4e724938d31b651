import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { rollBackForAlert } from '../../src/activities/alerts/roll-back.js';
import { rollBackByHand } from '../../src/activities/rollback.js';
import type { Alert } from '../../src/core/alerts/book.js';
import { openArtifacts } from '../../src/store/artifacts.js';
import { homeFrom } from '../../src/store/home.js';
import { openStoreWriter } from '../../src/store/writer.js';
import { openRepository } from '../../src/workspace/repository.js';
import { resolveTarget } from '../../src/workspace/snapshot.js';
import { pointAtLastGood } from '../../src/workspace/last-good-branch.js';
import { sampleStatus, sampleTrial } from '../client/sample-status.js';
import { createTarget } from '../e2e/target.js';
import { seedRuns, type SeededRun } from '../support/seeded-fleet.js';

const minute = 60_000;
const hour = 60 * minute;
const bound = 10 * minute;
const alert: Alert = { id: 'phase/parser/execute', kind: 'phase', subject: 'parser', text: 'execute is slow.', fix: '', since: 90, toldAt: null, escalated: false, seen: 2, gone: 0, done: null, acknowledged: null };
const ask = { fleet: 'nightly', window: 24 * hour, alert, action: { kind: 'roll-back' as const, target: 'parser', phase: 'execute', bound }, at: 100 * hour };

/** A run at that hour whose execution took so many minutes. */
const at = (hours: number, minutes: number, changes: Partial<SeededRun> = {}): SeededRun => ({ run: `r-${hours}`, fleet: 'nightly', startedAt: hours * hour, endedAt: (hours + 1) * hour, tookMs: { execute: minutes * minute }, ...changes });
const fast = [1, 2, 3, 4, 5].map((hours) => at(hours, 5));

function placeWith(runs: readonly SeededRun[]) {
  const home = homeFrom({ PERFLOOP_HOME: mkdtempSync(join(tmpdir(), 'perfloop-rollback-')) });
  onTestFinished(() => rmSync(home.root, { recursive: true, force: true }));
  seedRuns(home, runs);
  const store = openStoreWriter(home.db);
  onTestFinished(() => store.close());
  return { home, store, artifacts: openArtifacts(home.artifacts) };
}

it('an alert takes back what was accepted since the last good time, says what, and a second try of it says the same', async () => {
  const slow = [at(6, 30), at(7, 31, { accepted: [{ at: 7 * hour, first: { run: 'r-2', trial: 'r2-0', at: 2 * hour } }, { at: 7 * hour }] })];
  // In time for the last good one to run with it, and while that ran.
  const place = placeWith([...fast.slice(0, 1), at(2, 5, { accepted: [{ at: 2 * hour }] }), ...fast.slice(2, 4), at(5, 5, { accepted: [{ at: 5 * hour + minute }] }), ...slow]);
  const said = await rollBackForAlert(place)(ask);
  expect(said).toBe('rolled back what was accepted since 1970-01-01 05:00 UTC, when execute of parser was within its bound last: r-5/r2-0 "r2-0", r-7/r2-1 "r2-1". To give it back: `perfloop rollback r-5 --undo`, `perfloop rollback r-7 --undo`');
  expect(await rollBackForAlert(place)(ask)).toBe(said);
  expect(place.store.rollbacks.rolledBack('r-7')).toEqual([{ trial: 'r2-1', who: 'perfloop', why: 'execute is slow.', alert: alert.id, at: 100 * hour }]);
  expect(place.store.rollbacks.rolledBack('r-2')).toEqual([]);

  // What a person gives back is not taken by a later alert.
  const byHand = { v: 1 as const, id: 'by-hand', run: 'r-5', trials: [], undo: true, who: 'ann', why: 'it is the disk' };
  expect(await rollBackByHand(place, byHand)).toEqual({ run: 'r-5', patches: [{ trial: 'r2-0', title: 'r2-0' }] });
  expect(await rollBackByHand(place, byHand)).toEqual({ run: 'r-5', patches: [{ trial: 'r2-0', title: 'r2-0' }] });
  expect(await rollBackByHand(place, { ...byHand, id: 'again' })).toEqual({ run: 'r-5', patches: [] });
  expect(await rollBackForAlert(place)({ ...ask, alert: { ...alert, since: 91 } })).toMatch(/^nothing is rolled back: nothing that was accepted since 1970-01-01 05:00 UTC/);
});

it('an alert takes nothing back where no good time is known', async () => {
  const place = placeWith([6, 7, 8, 9, 10].map((hours) => at(hours, 30, { accepted: [{ at: hours * hour }] })));
  expect(await rollBackForAlert(place)(ask)).toContain('was never known to be within its bound');
  expect(place.store.rollbacks.rolledBack('r-6')).toEqual([]);
});

it('the branch of a result ends before the first patch that is rolled back, and is whole again when it is given back', async () => {
  const target = createTarget(() => ({ 'a.js': 'one\n' }));
  onTestFinished(() => target.remove());
  const { home, artifacts } = placeWith([]);
  const resolved = (await resolveTarget({ dir: target.dir, revision: 'main', artifacts })).target;
  const commits = ['r1-1', 'r1-2', 'r1-3'].map((trial) => {
    target.write({ 'a.js': `${trial}\n` });
    return target.commit(`make it fast by ${trial}\n\nPerfloop-Trial: ${trial}`);
  });
  const repository = await openRepository(home, resolved, artifacts);
  await repository.ensureCommit(resolved.base);
  const champion = commits.at(-1) ?? '';
  target.git('push', '--quiet', repository.path, `${champion}:refs/heads/perfloop/r-1`);
  const status = sampleStatus({ run: 'r-1', champion, target: { id: resolved.id, name: 'parser', origin: resolved.origin, base: resolved.base.commit } });
  const pointed = async (...trials: string[]) => {
    await pointAtLastGood(repository, artifacts, { ...status, rolledBack: trials.map((trial) => ({ trial, who: 'ann', why: '', alert: null, at: 1 })) });
    return repository.branch('perfloop/r-1');
  };
  expect([await pointed('r1-3', 'r1-2'), await pointed('r1-1'), await pointed('none'), await pointed()]).toEqual([commits[0], resolved.base.commit, champion, champion]);
  // What was before the champion was made anew then, and never measured.
  status.trials = [sampleTrial({ id: 'r1-0', dropped: true }), ...status.trials];
  expect([await pointed('r1-3'), await pointed()]).toEqual([resolved.base.commit, champion]);
});

it('a second try by hand marks what the first one did not come to', async () => {
  const place = placeWith([at(1, 5, { accepted: [{ at: hour }, { at: hour }] })]);
  const request = { v: 1 as const, id: 'by-hand', run: 'r-1', trials: [], undo: false, who: 'ann', why: 'slow' };
  place.store.recordRollback({ id: 'by-hand/r-1/r2-0', run: 'r-1', trial: 'r2-0', back: true, who: 'ann', why: 'slow', alert: null, at: 2 * hour });
  const both = { run: 'r-1', patches: [{ trial: 'r2-0', title: 'r2-0' }, { trial: 'r2-1', title: 'r2-1' }] };
  expect(await rollBackByHand(place, request)).toEqual(both);
  expect(place.store.rollbacks.rolledBack('r-1').map(({ trial }) => trial)).toEqual(['r2-0', 'r2-1']);
  expect(await rollBackByHand(place, request)).toEqual(both);
});

it('a patch is rolled back where the branch cannot be moved, too, and what another host made is fetched', async () => {
  const target = createTarget(() => ({ 'a.js': 'one\n' }));
  onTestFinished(() => target.remove());
  const { home, store, artifacts } = placeWith([]);
  const on = (await resolveTarget({ dir: target.dir, revision: 'main', artifacts })).target;
  const [first = '', champion = ''] = ['r1-1', 'r1-2'].map((trial) => {
    target.write({ 'a.js': `${trial}\n` });
    return target.commit(`make it fast by ${trial}\n\nPerfloop-Trial: ${trial}`);
  });
  const repository = await openRepository(home, on, artifacts);
  await repository.ensureCommit(on.base);
  await repository.setBranch('perfloop/r-1', on.base.commit);
  const { trials: _trials, decisions: _decisions, ...header } = sampleStatus({ run: 'r-1', target: { id: on.id, name: on.name, origin: on.origin, base: on.base.commit }, state: 'done', endedAt: 1_700_000_070_000, champion, accepted: 2 });
  store.recordRun(header);
  for (const [position, id] of ['r1-1', 'r1-2'].entries()) store.recordTrial('r-1', position, sampleTrial({ id }));
  const said: string[] = [];
  const ask = async (id: string, trial: string, undo: boolean) => rollBackByHand({ home, store, artifacts, say: (line) => void said.push(line) }, { v: 1, id, run: 'r-1', trials: [trial], undo, who: 'ann', why: '' });

  const before = Date.now();
  expect((await ask('1', 'r1-2', false)).patches.map(({ trial }) => trial)).toEqual(['r1-2']);
  expect(said).toEqual([expect.stringContaining('the branch perfloop/r-1 stays where it is')]);
  const [back] = store.rollbacks.rolledBack('r-1');
  expect(back?.trial).toBe('r1-2');
  expect(back?.at).toBeGreaterThanOrEqual(before);

  const elsewhere = await openRepository(placeWith([]).home, on, artifacts);
  target.git('push', '--quiet', elsewhere.path, `${champion}:refs/heads/made`);
  await elsewhere.commitRef(champion, on.base);
  await ask('2', 'r1-1', false);
  expect(await repository.branch('perfloop/r-1')).toBe(on.base.commit);
  await ask('3', 'r1-1', true);
  expect(await repository.branch('perfloop/r-1')).toBe(first);
  expect(said).toHaveLength(1);
});
