import { describe, expect, it } from 'vitest';
import { shareCovered, slotUse } from '../../src/core/kpis/intervals.js';
import { kpisOf, type RunRow } from '../../src/core/kpis/kpis.js';

const hour = 3_600_000;
const run = (id: string, more: Partial<RunRow> = {}): RunRow => ({ run: id, target: 't', fleet: null, state: 'done', startedAt: 0, endedAt: hour, dollars: 0, reused: { setup: null, build: null, noise: null, profile: null }, ...more });

describe('key figures', () => {
  it('of nothing are null or 0, never NaN', () => {
    const none = kpisOf({ runs: [], trials: [], times: [], presence: [], now: 5 });
    expect(none).toMatchObject({ acceptance: null, confirmedPercent: 0, meanGainPercent: null, dollarsPerPercent: null, hoursPerPercent: null, concurrency: null, errorRate: null, availability: null, phases: [] });
    expect(JSON.stringify(none)).not.toContain('NaN');
  });

  it('count gains of what stayed, and what they cost', () => {
    const trial = { run: 'a', logGain: Math.log(1.1), dropped: false, ms: 60_000 };
    const kpis = kpisOf({
      runs: [run('a', { dollars: 3 }), run('b', { state: 'failed', endedAt: hour / 2 }), run('c', { state: 'cancelled' }), run('d', { state: 'running', endedAt: null, startedAt: hour })],
      trials: [{ ...trial, verdict: 'accepted' }, { ...trial, verdict: 'accepted', logGain: Math.log(1.5), dropped: true }, { ...trial, verdict: 'accepted', logGain: Math.log(1.05) }, { ...trial, verdict: 'rejected', logGain: null, ms: null }],
      times: [], presence: [], now: 1.5 * hour,
    });
    expect(kpis).toMatchObject({ runs: { total: 4, done: 1, failed: 1, cancelled: 1, open: 1 }, trials: { decided: 4, accepted: 3, rejected: 1 }, acceptance: 0.75, errorRate: 0.5, hours: 3, dollars: 3 });
    expect(kpis.confirmedPercent).toBeCloseTo(15);
    expect(kpis.meanGainPercent).toBeCloseTo(7.5);
    expect(kpis.dollarsPerPercent).toBeCloseTo(0.2);
    expect(kpis.hoursPerPercent).toBeCloseTo(0.2);
    expect(kpis.phases).toEqual([{ phase: 'trial', times: 3, p50: 60, p95: 60 }]);
  });

  it('tell each phase by its percentiles, the longest in sum first', () => {
    const times = [1, 2, 3, 4, 100].map((seconds, index) => ({ run: 'a', phase: 'warmup', step: '', began: index, ended: index + seconds * 1000 }));
    const { phases, concurrency } = kpisOf({ runs: [run('a')], trials: [], times: [{ run: 'a', phase: 'learn', step: '', began: 0, ended: 500 }, ...times], presence: [], now: 0 });
    expect(phases).toEqual([{ phase: 'warmup', times: 5, p50: 3, p95: expect.closeTo(80.8) as number }, { phase: 'learn', times: 1, p50: 0.5, p95: 0.5 }]);
    expect(concurrency).toBeNull();
  });

  it('tell caches by the runs that looked', () => {
    const reused = (noise: boolean | null): Partial<RunRow> => ({ reused: { setup: null, build: false, noise, profile: null } });
    expect(kpisOf({ runs: [run('a', reused(true)), run('b', reused(false)), run('c', reused(null))], trials: [], times: [], presence: [], now: 0 }).caches).toEqual({ setup: { hits: 0, lookups: 0 }, build: { hits: 0, lookups: 3 }, noise: { hits: 1, lookups: 2 }, profile: { hits: 0, lookups: 0 } });
  });
});

describe('the use of slots', () => {
  const step = (began: number, ended: number): { began: number; ended: number } => ({ began, ended });

  it('is whole where as many go on all the time', () => {
    expect(slotUse([step(0, 10), step(0, 10), step(10, 20), step(10, 20)])).toEqual({ used: 40, available: 40 });
  });

  it('has gaps where some wait for others, and none between rounds', () => {
    expect(slotUse([step(0, 10), step(0, 20), step(100, 110)])).toEqual({ used: 40, available: 60 });
  });

  it('counts no more than the slots of a host', () => {
    expect(slotUse(Array.from({ length: 32 }, () => step(0, 10)))).toEqual({ used: 80, available: 80 });
    expect(slotUse([])).toEqual({ used: 0, available: 0 });
  });
});

describe('availability', () => {
  it('is the share of the time with open runs in which a hub was there', () => {
    const there = [{ began: 0, ended: 40 }, { began: 30, ended: 50 }, { began: 70, ended: 200 }];
    expect(shareCovered([{ began: 10, ended: 60 }, { began: 20, ended: 80 }], there)).toBeCloseTo(50 / 70);
    expect(shareCovered([{ began: 300, ended: 400 }], there)).toBe(0);
  });

  it('is not known of the time before anybody noted it', () => {
    expect(shareCovered([{ began: 0, ended: 100 }], [])).toBeNull();
    expect(shareCovered([{ began: 0, ended: 100 }], [{ began: 50, ended: 100 }])).toBe(1);
  });
});
