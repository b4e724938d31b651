import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from '../../src/store/sqlite.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CandidateRef } from '../../src/core/candidate.js';
import { lessonOf } from '../../src/core/lesson.js';
import type { DecisionRecord, TrialSummary } from '../../src/core/status.js';
import type { Verdict } from '../../src/core/verdict/verdict.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import { openStoreReader } from '../../src/store/reader.js';
import { schemaVersion } from '../../src/store/schema.js';
import { openStoreWriter, type RunHeader, type StoreWriter } from '../../src/store/writer.js';

let home: Home;
let store: StoreWriter;

beforeEach(() => {
  home = homeFrom({ PERFLOOP_HOME: mkdtempSync(join(tmpdir(), 'perfloop-store-')) });
  store = openStoreWriter(home.db);
});

afterEach(() => {
  store.close();
  rmSync(home.root, { recursive: true, force: true });
});

function header(run: string, startedAt: number): RunHeader {
  return {
    v: 1, run, kind: 'run', target: { id: 't1', name: 'parser', origin: '/code/parser', base: 'a'.repeat(40) }, state: 'running', round: 1, rounds: 3, phase: 'execute', doing: '',
    champion: 'a'.repeat(40), accepted: 0, speedup: null, plan: null, findings: 2, final: null, warnings: [], error: null,
    budget: { trials: 0, maxTrials: 10, wallMs: 0, maxWallMs: 1000 }, samplesSpent: 0, startedAt, endedAt: null,
  };
}

const ref = { sha: 'b'.repeat(64), bytes: 10, kind: 'candidates' as const };

function trial(id: string, recipe: string | null, verdict: Verdict | null): TrialSummary {
  const candidate: CandidateRef = { id: `c-${id}`, proposer: 'recipes', recipe, title: `keep a Set beside the list (${id})`, findingId: null, file: 'src/a.js', line: 3, language: 'javascript', share: 0.4, patch: ref, expected: 0.1 };
  return { id, round: 1, candidate, state: verdict === null ? 'preparing' : 'decided', champion: 'a'.repeat(40), commit: null, verdict, samples: null, diff: null, startedAt: 1, endedAt: 2 };
}

const measured = (ratio: number) => ({ ratio, ci95: [ratio - 0.01, ratio + 0.01] as [number, number], pairs: 9, samples: 30, delta: 0.0198 });
const accepted = (ratio: number): Verdict => ({ kind: 'accepted', measured: measured(ratio), reasons: [{ code: 'faster', text: 'confirmed: it is faster' }] });
const rejected = (ratio: number): Verdict => ({ kind: 'rejected', measured: measured(ratio), reasons: [{ code: 'futile', text: 'no sign of a gain' }] });

describe('runs', () => {
  it('come back newest first, with their trials in order and their decisions', () => {
    store.recordRun(header('r-aaaa', 1));
    store.recordRun(header('r-bbbb', 2));
    store.recordTrial('r-aaaa', 1, trial('r1-2', null, null));
    store.recordTrial('r-aaaa', 0, trial('r1-1', null, accepted(1.2)));
    const decision: DecisionRecord = { id: 'd1', trial: 'r1-1', approve: true, who: 'ann', comment: 'good', at: 5 };
    store.recordDecision('r-aaaa', decision);
    const reader = openStoreReader(home);
    expect(reader?.listRuns({ limit: 10 }).map(({ run }) => run)).toEqual(['r-bbbb', 'r-aaaa']);
    expect(reader?.runStatus('r-aaaa')).toMatchObject({ run: 'r-aaaa', trials: [{ id: 'r1-1', verdict: { kind: 'accepted' } }, { id: 'r1-2' }], decisions: [decision] });
    expect(reader?.runStatus('r-zzzz')).toBeNull();
    reader?.close();
  });

  it('are found by the beginning of their id, in which no character is special', () => {
    store.recordRun(header('r-abcd', 1));
    store.recordRun(header('r-abxy', 2));
    const reader = openStoreReader(home);
    expect(reader?.findRuns('r-ab')).toEqual(['r-abxy', 'r-abcd']);
    expect(reader?.findRuns('r-abc')).toEqual(['r-abcd']);
    expect(reader?.findRuns('r-_b%')).toEqual([]);
    reader?.close();
  });

  it('are the same after being recorded twice, as a repeated activity does', () => {
    for (let time = 0; time < 2; time++) {
      store.recordRun({ ...header('r-aaaa', 1), state: 'done', endedAt: 9 });
      store.recordTrial('r-aaaa', 0, trial('r1-1', 'x', accepted(1.2)));
      store.recordDecision('r-aaaa', { id: 'd1', trial: 'r1-1', approve: true, who: 'ann', comment: '', at: 5 });
    }
    const reader = openStoreReader(home);
    expect(reader?.listRuns({ limit: 10 })).toHaveLength(1);
    expect(reader?.runStatus('r-aaaa')).toMatchObject({ state: 'done', trials: [{}], decisions: [{}] });
    reader?.close();
  });
});

describe('decisions', () => {
  it('can be added and never changed or removed', () => {
    store.recordDecision('r-aaaa', { id: 'd1', trial: 'r1-1', approve: true, who: 'ann', comment: '', at: 5 });
    store.recordDecision('r-aaaa', { id: 'd1', trial: 'r1-1', approve: false, who: 'eve', comment: 'no', at: 6 });
    const db = new Database(home.db);
    expect(db.prepare('SELECT who, approve FROM decisions').all()).toEqual([{ who: 'ann', approve: 1 }]);
    expect(() => db.exec("UPDATE decisions SET who = 'eve'")).toThrow(/append-only/);
    expect(() => db.exec('DELETE FROM decisions')).toThrow(/append-only/);
    db.close();
  });
});

describe('lessons', () => {
  const learn = (run: string, id: string, recipe: string, verdict: Verdict) => {
    const lesson = lessonOf({ run, target: 't1', hardware: 'EPYC' }, { ...trial(id, recipe, verdict), startedAt: 1000, endedAt: 5000 });
    if (lesson !== null) store.recordLesson(lesson);
  };

  it('are found by their words, in any form, whatever else the query holds', () => {
    learn('r-aaaa', 'r1-1', 'set-beside-array', accepted(1.3));
    const reader = openStoreReader(home);
    expect(reader?.searchWiki('confirming', 5)).toMatchObject([{ run: 'r-aaaa', recipe: 'set-beside-array', verdict: 'accepted' }]);
    expect(reader?.searchWiki('set-beside "NOT (', 5)).toHaveLength(0);
    expect(reader?.searchWiki('Set AND* list', 5)).toHaveLength(0);
    expect(reader?.searchWiki('set list', 5)).toHaveLength(1);
    expect(() => reader?.searchWiki('*"', 5)).toThrow(expect.objectContaining({ code: 'PL_EMPTY_SEARCH' }));
    reader?.close();
  });

  it('become records by kind, language, hardware and target; what was never measured teaches nothing', () => {
    learn('r-aaaa', 'r1-1', 'set-beside-array', accepted(1.3));
    learn('r-aaaa', 'r1-2', 'set-beside-array', rejected(1.0));
    learn('r-aaaa', 'r1-3', 'set-beside-array', { kind: 'rejected', measured: null, reasons: [{ code: 'build-failed', text: 'no' }] });
    learn('r-aaaa', 'r1-3', 'set-beside-array', { kind: 'rejected', measured: null, reasons: [{ code: 'build-failed', text: 'no' }] });
    const { records } = store.known('t1');
    expect(records).toEqual([{ proposer: 'recipes', recipe: 'set-beside-array', language: 'javascript', hardware: 'EPYC', here: true, tried: 2, accepted: 1, logGain: expect.closeTo(Math.log(1.3)) as number, seconds: 8, timed: 2 }]);
    expect(store.known('t2').records).toMatchObject([{ here: false, tried: 2 }]);
  });

  it('of a trial that was measured afresh come from its successor', () => {
    expect(lessonOf({ run: 'r-aaaa', target: 't1', hardware: null }, trial('r1-1', 'x', { kind: 'rejected', measured: measured(1.2), reasons: [{ code: 'superseded', text: 'afresh as r1-1c' }] }))).toBeNull();
  });
});

/** Closes the store and takes away what version 3 added. */
function ofVersion2(): Database.Database {
  store.close();
  const old = new Database(home.db);
  old.exec(`DROP INDEX runs_by_dollars; DROP INDEX runs_by_fleet; ALTER TABLE runs DROP COLUMN dollars; ALTER TABLE runs DROP COLUMN fleet;
    ALTER TABLE trials DROP COLUMN started_at; ALTER TABLE trials DROP COLUMN ended_at; DROP TABLE times; DROP TABLE presence;`);
  return old;
}

describe('the database', () => {
  it('of version 1 gets what lessons know since, and keeps its lessons', () => {
    const old = ofVersion2();
    old.exec('ALTER TABLE lessons DROP COLUMN hardware; ALTER TABLE lessons DROP COLUMN seconds;');
    old.exec("INSERT INTO lessons (id, run, trial, target, proposer, recipe, language, verdict, log_gain, title, body, at) VALUES ('r/1', 'r', '1', 't1', 'recipes', 'x', 'python', 'accepted', 0.1, 'title', 'body', 1)");
    old.pragma('user_version = 1');
    old.close();
    store = openStoreWriter(home.db);
    expect(store.known('t1').records).toEqual([{ proposer: 'recipes', recipe: 'x', language: 'python', hardware: null, here: true, tried: 1, accepted: 1, logGain: 0.1, seconds: 0, timed: 0 }]);
    store.close();
    // Opened once more it stays as it is.
    store = openStoreWriter(home.db);
    expect(store.known('t2').records).toHaveLength(1);
  });

  it('of version 2 gets what runs cost and when trials were, from what it holds', () => {
    store.recordRun({ ...header('r-aaaa', 1), models: { spent: { calls: 1, tokens: 9, money: 1.5 }, talks: [] } });
    store.recordTrial('r-aaaa', 0, trial('r1-1', 'x', rejected(1)));
    const old = ofVersion2();
    old.pragma('user_version = 2');
    old.close();
    store = openStoreWriter(home.db);
    const now = new Database(home.db, { readonly: true });
    expect(now.prepare('SELECT fleet, dollars FROM runs').all()).toEqual([{ fleet: null, dollars: 1.5 }]);
    expect(now.prepare('SELECT started_at, ended_at FROM trials').all()).toEqual([{ started_at: 1, ended_at: 2 }]);
    now.close();
  });

  it('says what is told to it for the first time, so that nothing is counted twice', () => {
    const ended: RunHeader = { ...header('r-aaaa', 1), state: 'done', endedAt: 9 };
    expect([store.recordRun(header('r-aaaa', 1)), store.recordRun(ended), store.recordRun(ended)]).toEqual([false, true, false]);
    const open = trial('r1-1', 'x', null);
    const decided = trial('r1-1', 'x', rejected(1));
    expect([open, decided, decided].map((one) => store.recordTrial('r-aaaa', 0, one))).toEqual([false, true, false]);
    const time = { phase: 'warmup', step: '', began: 1, ended: 5, status: 'done' as const };
    expect([store.recordTime('r-aaaa', time), store.recordTime('r-aaaa', time), store.recordTime('r-aaaa', { ...time, began: 7 })]).toEqual([true, false, true]);
  });

  it('knows what earlier runs of a target refused', () => {
    store.recordRun(header('r-aaaa', 1));
    const refused = trial('r1-1', 'x', rejected(1));
    refused.candidate.surroundings = 'around';
    store.recordTrial('r-aaaa', 0, refused);
    store.recordTrial('r-aaaa', 1, trial('r1-2', 'x', null));
    expect(store.known('t1').refused).toEqual([{ id: 'c-r1-1', surroundings: 'around', share: 0.4, run: 'r-aaaa', trial: 'r1-1', why: 'no sign of a gain' }]);
    expect(store.known('t2').refused).toEqual([]);
  });

  it('of a newer perfloop is refused and left as it is', () => {
    store.close();
    const db = new Database(home.db);
    db.pragma(`user_version = ${schemaVersion + 1}`);
    db.close();
    expect(() => openStoreWriter(home.db)).toThrow(expect.objectContaining({ code: 'PL_DATABASE_NEWER' }));
    const again = new Database(home.db);
    again.pragma(`user_version = ${schemaVersion}`);
    again.close();
    store = openStoreWriter(home.db);
  });

  it('that is damaged is named, and left as it is', () => {
    store.close();
    const damaged = join(home.root, 'damaged.db');
    writeFileSync(damaged, 'no database at all, but long enough to be looked at'.repeat(100));
    expect(() => openStoreWriter(damaged)).toThrow(expect.objectContaining({ code: 'PL_DATABASE_CORRUPT', where: damaged }));
    store = openStoreWriter(home.db);
  });

  it('is not made by a reader', () => {
    expect(openStoreReader(homeFrom({ PERFLOOP_HOME: join(home.root, 'elsewhere') }))).toBeNull();
  });

  it('keeps the noise of a host and a benchmark', () => {
    const noise = { pairs: 8, spread: 0.02, bias: 0, biasLower95: 0, secondsPerSample: 0.1 };
    store.recordNoise({ host: 'h1', benchmark: 'b', at: 7, noise, samples: { ...ref, kind: 'samples' } });
    expect(store.findNoise('h1', 'b')).toMatchObject({ at: 7, noise });
    expect(store.findNoise('h2', 'b')).toBeNull();
  });
});
