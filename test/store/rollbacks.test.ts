import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { RollbackRecord } from '../../src/core/rollback/rollback.js';
import { openWriter } from '../../src/store/database.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { readKpiRows } from '../../src/store/kpi-rows.js';
import { openStoreReader } from '../../src/store/reader.js';
import { openStoreWriter } from '../../src/store/writer.js';
import { refusedTrial, sampleTrial } from '../client/sample-status.js';
import { seedRuns } from '../support/seeded-fleet.js';

/** `r-2` judged the first patch of `r-1` again, and accepted one of its own. */
function seeded(): Home {
  const home = homeFrom({ PERFLOOP_HOME: mkdtempSync(join(tmpdir(), 'perfloop-rollbacks-')) });
  onTestFinished(() => rmSync(home.root, { recursive: true, force: true }));
  seedRuns(home, [
    { run: 'r-1', fleet: 'nightly', startedAt: 400, endedAt: 2000, accepted: [{ at: 1500 }], decidedAt: [1400] },
    { run: 'r-2', fleet: 'nightly', startedAt: 2400, endedAt: 4000, accepted: [{ at: 3500, first: { run: 'r-1', trial: 'r2-0', at: 1500 } }, { at: 3600 }] },
    { run: 'r-3', fleet: 'nightly', target: 'lexer', startedAt: 2400, endedAt: 4000, accepted: [{ at: 3500 }] },
  ]);
  return home;
}

const record = (id: string, back: boolean, changes: Partial<RollbackRecord> = {}): RollbackRecord => ({ id, run: 'r-1', trial: 'r2-0', back, who: 'ann', why: 'slow', alert: null, at: 5000, ...changes });

it('a patch that is rolled back is so in every run that had it, until it is given back; a record is written once', () => {
  const home = seeded();
  const store = openStoreWriter(home.db);
  onTestFinished(() => store.close());
  expect(store.rollbacks.acceptedOf('nightly', 'parser').map(({ run, trial, first }) => [run, trial, first])).toEqual([
    ['r-1', 'r2-0', { run: 'r-1', trial: 'r2-0', at: 1500 }],
    ['r-2', 'r2-0', { run: 'r-1', trial: 'r2-0', at: 1500 }],
    ['r-2', 'r2-1', { run: 'r-2', trial: 'r2-1', at: 3600 }],
  ]);
  expect([store.recordRollback(record('a', true, { alert: 'phase/parser/execute' })), store.recordRollback(record('a', true))]).toEqual([true, false]);
  const reader = openStoreReader(home);
  onTestFinished(() => reader?.close());
  const told = { trial: 'r2-0', who: 'ann', why: 'slow', alert: 'phase/parser/execute', at: 5000 };
  expect([reader?.runStatus('r-1')?.rolledBack, reader?.runStatus('r-2')?.rolledBack, reader?.runStatus('r-3')?.rolledBack]).toEqual([[told], [told], undefined]);
  expect(store.rollbacks.runsWith([{ run: 'r-1', trial: 'r2-0' }])).toEqual(['r-1', 'r-2']);
  expect(store.rollbacks.givenBack('nightly', 'parser', 0)).toEqual([]);

  store.recordRollback(record('b', false, { at: 6000 }));
  expect(reader?.runStatus('r-2')?.rolledBack).toBeUndefined();
  expect([store.rollbacks.givenBack('nightly', 'parser', 6000), store.rollbacks.givenBack('nightly', 'parser', 6001)]).toEqual([[{ run: 'r-1', trial: 'r2-0' }], []]);
});

it('a patch that is rolled back is not proposed anew where it was made', () => {
  const store = openStoreWriter(seeded().db);
  onTestFinished(() => store.close());
  expect(store.known('t-parser').refused).toEqual([]);
  store.recordRollback(record('a', true));
  expect(store.known('t-parser').refused).toMatchObject([{ run: 'r-1', trial: 'r2-0', why: 'It was accepted, and rolled back: slow' }]);
  store.recordRollback(record('b', false));
  expect(store.known('t-parser').refused).toEqual([]);
});

it('a patch that a person approved was accepted when they did', () => {
  const store = openStoreWriter(seeded().db);
  onTestFinished(() => store.close());
  store.recordDecision('r-2', { id: 'd', trial: 'r2-1', approve: true, who: 'ann', comment: '', at: 9000 });
  expect(store.rollbacks.acceptedIn('r-2').map(({ first }) => first.at)).toEqual([1500, 9000]);
});

it('what was rolled back is changed and removed by nobody', () => {
  const home = seeded();
  const store = openStoreWriter(home.db);
  onTestFinished(() => store.close());
  store.recordRollback(record('a', true));
  const db = openWriter(home.db);
  onTestFinished(() => void db.close());
  expect(() => db.exec("UPDATE rollbacks SET why = ''")).toThrow('append-only');
  expect(() => db.exec('DELETE FROM rollbacks')).toThrow('append-only');
});

it('a run that goes on after others has their patches from them, and what is rolled back stays refused', () => {
  const home = seeded();
  const accepted = [{ at: 11_500 }];
  const store = openStoreWriter(home.db);
  onTestFinished(() => store.close());
  seedRuns(home, [
    { run: 'r-4', fleet: 'nightly', startedAt: 10_000, endedAt: 12_000, accepted },
    { run: 'r-5', fleet: 'nightly', startedAt: 13_000, endedAt: 14_000, resumes: 'r-4', accepted },
    { run: 'r-6', fleet: 'nightly', startedAt: 15_000, endedAt: 16_000, resumes: 'r-5', accepted },
  ]);
  expect(store.rollbacks.acceptedIn('r-6').map(({ first }) => first)).toEqual([{ run: 'r-4', trial: 'r2-0', at: 11_500 }]);
  store.recordRollback(record('a', true, { run: 'r-4' }));
  expect(store.rollbacks.rolledBack('r-6').map(({ trial }) => trial)).toEqual(['r2-0']);
  expect(store.rollbacks.runsWith([{ run: 'r-4', trial: 'r2-0' }])).toEqual(['r-4', 'r-5', 'r-6']);
  expect(store.known('t-parser').refused.map(({ id }) => id)).toContain('c-r2-0');
});

it.each([['waited to be decided on', sampleTrial({ state: 'passed' })], ['was left undecided at its end', refusedTrial()]])('a draft that %s is accepted by the run that goes on, when that began', (_, trial) => {
  const home = seeded();
  const accepted = [{ at: 11_500 }];
  const store = openStoreWriter(home.db);
  onTestFinished(() => store.close());
  seedRuns(home, [
    { run: 'r-4', fleet: 'nightly', startedAt: 10_000, endedAt: 12_000 },
    { run: 'r-5', fleet: 'nightly', startedAt: 13_000, endedAt: 14_000, resumes: 'r-4', accepted },
    { run: 'r-6', fleet: 'nightly', startedAt: 15_000, endedAt: 16_000, resumes: 'r-5', accepted },
  ]);
  store.recordTrial('r-4', 0, { ...trial, id: 'r2-0', startedAt: 10_500, endedAt: 11_500 });
  for (const run of ['r-5', 'r-6']) expect(store.rollbacks.acceptedIn(run).map(({ first }) => first)).toEqual([{ run: 'r-5', trial: 'r2-0', at: 13_000 }]);
});

it('key figures count what is rolled back as no gain', () => {
  const home = seeded();
  const store = openStoreWriter(home.db);
  onTestFinished(() => store.close());
  const kept = () => readKpiRows(home, 0, 9000)?.trials.flatMap(({ run, verdict, dropped }) => (verdict === 'accepted' && !dropped ? [run] : [])).toSorted();
  expect(kept()).toEqual(['r-1', 'r-2', 'r-2', 'r-3']);
  store.recordRollback(record('a', true));
  expect(kept()).toEqual(['r-2', 'r-3']);
});
