import { describe, expect, it } from 'vitest';
import { acceptedSince, asked } from '../../../src/core/rollback/choose.js';
import { lastGood, type PhaseTime } from '../../../src/core/rollback/last-good.js';
import type { AcceptedPatch, RollbackRecord } from '../../../src/core/rollback/rollback.js';

const minute = 60_000;
const hour = 60 * minute;
const rule = { bound: 10 * minute, window: 24 * hour };

/** One time an hour, from hour 0 on, of so many minutes; each ends at its hour. */
const hourly = (...took: number[]): PhaseTime[] => took.map((minutes, index) => ({ began: index * hour - minutes * minute, ended: index * hour }));

describe('the last good time of a phase', () => {
  it('is when the last one began that was within the bound, as was the percentile then', () => {
    expect(lastGood(hourly(5, 5, 5, 5, 6, 7, 30, 31, 32), rule)).toBe(5 * hour - 7 * minute);
  });

  it('is not one that was fast by luck after the phase had become slow', () => {
    expect(lastGood(hourly(5, 5, 5, 5, 6, 30, 31, 1, 32), rule)).toBe(4 * hour - 6 * minute);
  });

  it('is not the first slow one, where many fast ones before it keep the percentile low', () => {
    const fast = Array.from({ length: 22 }, () => 5);
    expect(lastGood(hourly(...fast, 30, 31, 32), rule)).toBe(21 * hour - 5 * minute);
  });

  it('looks at the window before each alone, in whatever order the times come', () => {
    // Two days of slow ones before do not count.
    const slow = hourly(30, 30, 30, 30, 30);
    const fast = hourly(5, 5, 5, 5, 5).map(({ began, ended }) => ({ began: began + 48 * hour, ended: ended + 48 * hour }));
    expect(lastGood([...fast, ...slow].toReversed(), rule)).toBe(52 * hour - 5 * minute);
  });

  it('is unknown where it was always slow, or where no window has enough times', () => {
    expect(lastGood(hourly(30, 30, 30, 30, 30, 30), rule)).toBeNull();
    expect(lastGood(hourly(5, 5, 5, 5, 30), rule)).toBeNull();
    expect(lastGood(hourly(5, 5, 5, 5, 5), { ...rule, window: 2 * hour })).toBeNull();
    expect(lastGood([], rule)).toBeNull();
  });
});

const said = (changes: Partial<RollbackRecord>): RollbackRecord => ({ id: 'x', run: 'r-1', trial: 'r1-1', back: true, who: 'ann', why: '', alert: null, at: 1, ...changes });
const patch = (run: string, trial: string, at: number, changes: Partial<AcceptedPatch> = {}): AcceptedPatch => ({ run, trial, title: trial, first: { run, trial, at }, ...changes });
const names = (patches: readonly AcceptedPatch[]) => patches.map(({ first }) => `${first.run}/${first.trial}`);

describe('what an alert takes back', () => {
  const own = ({ first }: AcceptedPatch) => `own/${first.trial}`;

  it('was accepted first after the last good time, once, however many runs judged it again since', () => {
    const old = patch('r-1', 'r1-1', 10);
    const fresh = patch('r-2', 'r1-2', 30);
    const again = [{ ...old, run: 'r-2', trial: 'r1-1' }, { ...old, run: 'r-3', trial: 'r1-1' }, { ...fresh, run: 'r-3', trial: 'r1-2' }];
    expect(names(acceptedSince([old, fresh, ...again, patch('r-3', 'r1-9', 25)], 20, own))).toEqual(['r-3/r1-9', 'r-2/r1-2']);
    expect(acceptedSince([old, fresh], 30, own)).toEqual([]);
  });

  it('is not what a person gave back, nor what is rolled back already, but for what it did itself in a first try', () => {
    const patches = [patch('r-1', 'a', 30, { said: said({ back: false }) }), patch('r-1', 'b', 30, { said: said({}) }), patch('r-1', 'c', 30, { said: said({ id: 'own/c' }) })];
    expect(names(acceptedSince(patches, 20, own))).toEqual(['r-1/c']);
  });
});

describe('what a person takes back', () => {
  const patches = [patch('r-2', 'r1-1', 30), { ...patch('r-1', 'r1-4', 10), run: 'r-2', trial: 'r1-2' }, patch('r-2', 'r1-3', 31, { said: said({}) })];
  const of = (trials: string[], undo = false) => asked(patches, { run: 'r-2', trials, undo }).map(({ trial }) => trial);

  it('is what the run was the first to accept, or what is named', () => {
    expect(of([])).toEqual(['r1-1']);
    expect(of(['r1-2'])).toEqual(['r1-2']);
    expect(of(['r1-3', 'nothing'])).toEqual([]);
  });

  it('is given back as a whole, or as it is named', () => {
    expect(of([], true)).toEqual(['r1-3']);
    expect(of(['r1-1'], true)).toEqual([]);
  });
});
