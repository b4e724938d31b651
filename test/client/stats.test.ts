import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { printStats } from '../../src/client/print/stats.js';
import { plain } from '../../src/client/style.js';
import { stats } from '../../src/client/verbs/stats.js';
import type { TrialSummary } from '../../src/core/status.js';
import type { Verdict } from '../../src/core/verdict/verdict.js';
import { homeFrom, type Home } from '../../src/store/home.js';
import Database from '../../src/store/sqlite.js';
import { openStoreWriter, type RunHeader, type StoreWriter } from '../../src/store/writer.js';

const now = Date.UTC(2026, 10, 22);
const day = 86_400_000;
let home: Home;

beforeEach(() => void (home = homeFrom({ PERFLOOP_HOME: mkdtempSync(join(tmpdir(), 'perfloop-stats-')) })));
afterEach(() => rmSync(home.root, { recursive: true, force: true }));

function header(run: string, target: string, startedAt: number, more: Partial<RunHeader> = {}): RunHeader {
  return {
    v: 1, run, kind: 'run', target: { id: target, name: target, origin: '/', base: 'a'.repeat(40) }, state: 'done', round: 1, rounds: 1, phase: 'publish', doing: '', champion: 'a'.repeat(40), accepted: 0, speedup: null,
    plan: null, findings: 0, final: null, warnings: [], error: null, budget: { trials: 0, maxTrials: 1, wallMs: 0, maxWallMs: 1 }, samplesSpent: 0, startedAt, endedAt: startedAt + 3_600_000, ...more,
  };
}

function trial(id: string, startedAt: number, ratio: number | null, code: 'faster' | 'futile' | 'superseded' = 'faster'): TrialSummary {
  const measured = ratio === null ? null : { ratio, ci95: [ratio, ratio] as [number, number], pairs: 9, samples: 40, delta: 0.02 };
  const verdict = { kind: ratio !== null && code === 'faster' ? 'accepted' : 'rejected', measured, reasons: [{ code, text: '' }] } as Verdict;
  const candidate = { id: `c-${id}`, proposer: 'recipes', recipe: null, title: id, findingId: null, file: 'a.js', line: 1, language: 'javascript' as const, share: null, patch: { sha: 'b'.repeat(64), bytes: 1, kind: 'candidates' as const }, expected: 0 };
  return { id, round: 1, candidate, state: 'decided', champion: '', commit: null, verdict, samples: null, diff: null, startedAt, endedAt: startedAt + 60_000 };
}

function write(fill: (store: StoreWriter) => void): void {
  const store = openStoreWriter(home.db);
  fill(store);
  store.close();
}

const asked = { sinceMs: 30 * day };

it('are of nothing where nothing was ever run, and make no home', () => {
  expect(stats({ home }, asked, now)).toMatchObject({ total: { runs: { total: 0 } }, fleets: [], targets: [] });
  expect(printStats(stats({ home }, asked, now), plain)).toContain('no runs since 2026-10-23');
});

it('are of each target and fleet, of what began in time, without what a run brought along', () => {
  write((store) => {
    const began = now - 10 * day;
    store.recordRun(header('r-1', 'parser', began, { fleet: { name: 'nightly', target: 'parser' }, models: { spent: { calls: 1, tokens: 9, money: 2 }, talks: [] }, reused: { build: true, noise: false } }));
    store.recordTrial('r-1', 0, trial('r1-0', began - day, 1.5));
    store.recordTrial('r-1', 1, trial('r1-1', began + 1, 1.1));
    store.recordTrial('r-1', 2, trial('r1-2', began + 2, 1, 'futile'));
    store.recordTrial('r-1', 3, trial('r1-3', began + 3, 1.2, 'superseded'));
    store.recordTime('r-1', { phase: 'warmup', step: '', began, ended: began + 90_000, status: 'done' });
    store.recordRun(header('r-2', 'zlib', began + day, { state: 'failed' }));
    store.recordRun(header('r-3', 'zlib', now - 40 * day));
    store.recordPresence('hub 1', began, now);
  });
  const told = stats({ home }, asked, now);
  expect(told.targets.map(({ target, fleet, runs }) => [target, fleet, runs.total])).toEqual([['zlib', null, 1], ['parser', 'nightly', 1]]);
  expect(told.fleets).toMatchObject([{ fleet: 'nightly', trials: { decided: 2, accepted: 1, rejected: 1 }, acceptance: 0.5, dollars: 2, caches: { build: { hits: 1, lookups: 1 }, noise: { hits: 0, lookups: 1 } }, availability: 1 }]);
  expect(told.fleets[0]?.confirmedPercent).toBeCloseTo(10);
  expect(told.fleets[0]?.dollarsPerPercent).toBeCloseTo(0.2);
  expect(told.total).toMatchObject({ runs: { total: 2, done: 1, failed: 1 }, errorRate: 0.5, phases: [{ phase: 'trial', times: 2, p50: 60 }, { phase: 'warmup', times: 1, p50: 90 }] });
  expect(stats({ home }, { ...asked, fleet: 'nightly' }, now).targets).toHaveLength(1);
  expect(stats({ home }, { ...asked, target: 'zlib', sinceMs: 90 * day }, now).total.runs.total).toBe(2);
});

it('name what there is where a name is unknown', () => {
  write((store) => void store.recordRun(header('r-1', 'parser', now - day, { fleet: { name: 'nightly', target: 'parser' } })));
  expect(() => stats({ home }, { ...asked, target: 'parsr' }, now)).toThrow(expect.objectContaining({ code: 'PL_NO_SUCH_TARGET', fix: expect.stringContaining('parser') }));
  expect(() => stats({ home }, { ...asked, fleet: 'n' }, now)).toThrow(expect.objectContaining({ code: 'PL_NO_SUCH_FLEET', fix: expect.stringContaining('nightly') }));
});

it('say what to do with a knowledge base of an earlier version', () => {
  write(() => undefined);
  const old = new Database(home.db);
  old.pragma('user_version = 2');
  old.close();
  expect(() => stats({ home }, asked, now)).toThrow(expect.objectContaining({ code: 'PL_DATABASE_OLDER' }));
});

it('fit into 80 columns, of hundreds of runs of a hundred targets too', () => {
  write((store) => {
    for (let index = 0; index < 300; index += 1) {
      const began = now - day - index * 60_000;
      const target = `a-repository-with-a-long-name-${index % 100}`;
      store.recordRun(header(`r-${index}`, target, began, { fleet: { name: 'a-fleet-with-a-name', target }, state: index % 7 === 0 ? 'failed' : 'done' }));
      store.recordTrial(`r-${index}`, 0, trial('r1-1', began + 1, 1.07));
      store.recordTime(`r-${index}`, { phase: 'collect_context', step: 'collect', began, ended: began + 90_000, status: 'done' });
    }
  });
  const told = stats({ home }, asked, now);
  expect(told.total).toMatchObject({ runs: { total: 300, failed: 43 }, trials: { accepted: 300 }, concurrency: 1 });
  const lines = printStats(told, plain).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines.join('\n')).toContain('and 60 further targets');
}, 300_000);
