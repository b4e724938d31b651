import { array, assert, boolean, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { book, type Alert } from '../../../src/core/alerts/book.js';
import { conditionsOf } from '../../../src/core/alerts/conditions.js';
import { growthPerHour, tooMuchMemory } from '../../../src/core/alerts/memory.js';
import type { FleetObservation } from '../../../src/core/alerts/observation.js';
import { alertsSchema } from '../../../src/core/alerts/schema.js';

const rules = alertsSchema.parse({ phase_p95: { execute: '10m' }, money_per_day: 5 });
const hour = 3_600_000;
const at = Date.UTC(2026, 10, 22, 12);

const quiet: FleetObservation = { at, phases: [], throughput: { windowMs: rules.window, decided: 10, before: [10, 10, 10] }, backlog: [], spentInADay: 0, waiting: [], hosts: [] };

const minutes = (...took: number[]): number[] => took.map((minute) => minute * 60_000);

/** A reading every ten minutes. */
const memory = (hours: number, of: (hour: number) => number) => Array.from({ length: 6 * hours + 1 }, (_, index) => ({ at: at + index * 600_000, mb: of(index / 6) }));

describe('memory', () => {
  it('grows by the slope of its readings, whatever the noise around it, and of too little nothing is said', () => {
    expect(growthPerHour(memory(4, (hours) => 200 + 12 * hours))).toBeCloseTo(12, 9);
    expect(growthPerHour(memory(4, (hours) => 200 + 12 * hours + 5 * (-1) ** Math.round(6 * hours)))).toBeCloseTo(12, 0);
    expect(growthPerHour(memory(1, (hours) => 200 + 50 * hours))).toBeNull();
    expect(growthPerHour([])).toBeNull();
  });

  it('is too much above a bound that is crossed three times, or when it grows', () => {
    const bounds = { most: 450, mostGrowth: 10 };
    expect(tooMuchMemory(memory(3, () => 300), bounds)).toBeNull();
    expect(tooMuchMemory(memory(3, (hours) => (hours > 2.8 ? 460 : 300)), bounds)).toBeNull();
    expect(tooMuchMemory(memory(3, () => 460), bounds)).toBe('it holds 460 MB, more than 450 MB');
    expect(tooMuchMemory(memory(3, (hours) => 300 + 11 * hours), bounds)).toBe('it grows by 11 MB an hour, more than 10 MB');
    expect(tooMuchMemory(memory(3, (hours) => 300 + 9 * hours), bounds)).toBeNull();
  });
});

describe('bounds', () => {
  it('are not crossed by a fleet that does what it always does', () => {
    expect(conditionsOf(quiet, rules)).toEqual([]);
  });

  it('say what crossed them, by how much, and what to do', () => {
    const found = conditionsOf(
      {
        ...quiet,
        phases: [
          { target: 'parser', phase: 'execute', tookMs: minutes(5, 5, 6, 6, 30) },
          { target: 'few', phase: 'execute', tookMs: minutes(50, 50) },
          { target: 'free', phase: 'analyze', tookMs: minutes(50, 50, 50, 50, 50) },
        ],
        throughput: { windowMs: rules.window, decided: 7, before: [10, 8, 30] },
        backlog: [{ tag: 'cpu', waiting: 3, hosts: 4 }, { tag: 'gpu.h100', waiting: 6, hosts: 2 }],
        spentInADay: 6.5,
        hosts: [
          { host: 'aa', hostname: 'one', silentSince: null, leases: 1, failures: { count: 5, last: 'PL_DISK_FULL: the disk is full' } },
          { host: 'bb', hostname: 'two', silentSince: at - hour, leases: 2, failures: { count: 4, last: 'PL_SANDBOX: no' } },
          { host: 'cc', hostname: 'three', silentSince: at - hour, leases: 0, failures: { count: 0, last: '' } },
        ],
        waiting: [{ run: 'r-1', target: 'parser', questions: 2, since: at - 30 * hour }, { run: 'r-2', target: 'parser', questions: 1, since: at - 3 * hour }],
      },
      rules,
    );
    expect(found.map(({ id, action }) => [id, action])).toEqual([
      ['phase/parser/execute', null],
      ['throughput', { kind: 'scale', tag: 'gpu.h100' }],
      ['money', null],
      ['approval/r-1', null],
      ['host/bb/silent', null],
      ['host/aa/failing', { kind: 'drain', host: 'aa' }],
    ]);
    expect(found.at(-1)?.text).toBe('The last 5 pieces of work on host one (aa) failed for reasons of the host: PL_DISK_FULL: the disk is full');
    const texts = found.map(({ text }) => text).join('\n');
    expect(texts).toContain('is 25m12s, above its bound of 10m (5 times within 1d)');
    expect(texts).toContain('7 trials were decided within 1d, 70% of the 10 that are usual (bound: 80%); 6 pieces of work wait for 2 hosts of kind gpu.h100.');
    expect(texts).toContain('$6.50 within 24 hours, above the bound of $5.00');
    expect(texts).toContain('2 questions of run r-1 of parser wait for a person since 2026-11-21 06:00 UTC');
  });

  it('roll back where the rule of the phase says so', () => {
    const phases = [{ target: 'parser', phase: 'execute', tookMs: minutes(5, 5, 6, 6, 30) }];
    const actionOf = (execute: unknown) => conditionsOf({ ...quiet, phases }, alertsSchema.parse({ phase_p95: { execute } })).map(({ action }) => action);
    expect(actionOf({ bound: '10m', action: 'roll_back' })).toEqual([{ kind: 'roll-back', target: 'parser', phase: 'execute', bound: 600_000 }]);
    expect(actionOf({ bound: '10m' })).toEqual([null]);
    expect(actionOf({ bound: '1h', action: 'roll_back' })).toEqual([]);
    expect(alertsSchema.safeParse({ phase_p95: { execute: { bound: '10m', action: 'revert' } } }).success).toBe(false);
  });

  it('ask for no machines where no work waits, and compare with nothing where little is known', () => {
    const low = { windowMs: rules.window, decided: 1, before: [10, 10, 10] };
    expect(conditionsOf({ ...quiet, throughput: low }, rules)).toMatchObject([{ action: null, text: expect.stringContaining('no work waits') }]);
    expect(conditionsOf({ ...quiet, throughput: { ...low, before: [10, 10] } }, rules)).toEqual([]);
    expect(conditionsOf({ ...quiet, throughput: low }, { ...rules, throughput: 0 })).toEqual([]);
  });
});

describe('the book of alerts', () => {
  const condition = { id: 'money', kind: 'money' as const, subject: 'fleet', text: 'too much', fix: 'less', action: null };
  const times = { remind: 10 * hour, escalate: 25 * hour };

  /** What is told at each hour, of an alert that is crossed there or not. */
  function told(crossed: readonly boolean[], change: (hour: number, open: Alert[]) => Alert[] = (_hour, open) => open): string[] {
    let open: Alert[] = [];
    return crossed.map((is, index) => {
      const booked = book(change(index, open), is ? [condition] : [], index * hour, times);
      open = booked.open;
      return booked.events.map(({ kind }) => kind).join();
    });
  }

  it('tells of what is crossed twice in a row, once, and when it is over', () => {
    expect(told([true, true, true, false, true, false, false, false])).toEqual(['', 'raised', '', '', '', '', 'cleared', '']);
    expect(told([true, false, true, false, true, false])).toEqual(['', '', '', '', '', '']);
  });

  it('reminds, escalates once, and is silent after somebody took care', () => {
    const always = Array.from({ length: 40 }, () => true);
    const events = told(always).map((kind, index) => (kind === '' ? [] : [[index, kind]])).flat();
    expect(events).toEqual([[1, 'raised'], [11, 'reminder'], [21, 'reminder'], [25, 'escalation'], [35, 'reminder']]);
    const acknowledged = told(always, (index, open) => open.map((alert) => (index === 5 ? { ...alert, acknowledged: { who: 'ann', why: 'on it', at: index * hour } } : alert)));
    expect(acknowledged.filter((kind) => kind !== '')).toEqual(['raised']);
  });

  it('acts once for each alert, when it is raised', () => {
    const failing = { ...condition, id: 'throughput', action: { kind: 'scale' as const, tag: 'cpu' } };
    const first = book([], [failing], 0, times);
    const second = book(first.open, [failing], hour, times);
    const third = book(second.open, [failing], 2 * hour, times);
    expect([first, second, third].map(({ actions }) => actions.length)).toEqual([0, 1, 0]);
    expect(second.actions).toEqual([{ alert: 'throughput', action: failing.action }]);
  });

  it('raises and clears in turns, whatever happens', () => {
    assert(
      property(array(boolean(), { maxLength: 200 }), (crossed) => {
        const turns = told(crossed).filter((kind) => kind === 'raised' || kind === 'cleared');
        expect(turns).toEqual(turns.map((_, index) => (index % 2 === 0 ? 'raised' : 'cleared')));
      }),
    );
  });
});
