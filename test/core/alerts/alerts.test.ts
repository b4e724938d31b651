import { array, assert, boolean, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { book, type Alert } from '../../../src/core/alerts/book.js';
import { conditionsOf } from '../../../src/core/alerts/conditions.js';
import { growthPerHour, heldMb, tooMuch } from '../../../src/core/alerts/memory.js';
import type { FleetObservation } from '../../../src/core/alerts/observation.js';
import { alertsSchema } from '../../../src/core/alerts/schema.js';
import type { HostMemory } from '../../../src/core/hosts/host-record.js';

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
    const tooMuchMemory = (readings: ReturnType<typeof memory>, bounds = { most: 450, mostGrowth: 10 }): string | null => tooMuch({ mb: heldMb(readings), growth: growthPerHour(readings) }, bounds);
    expect(tooMuchMemory(memory(3, () => 300))).toBeNull();
    expect(tooMuchMemory(memory(3, (hours) => (hours > 2.8 ? 460 : 300)))).toBeNull();
    expect(tooMuchMemory(memory(3, () => 460))).toBe('it holds 460 MB, more than 450 MB');
    expect(tooMuchMemory(memory(3, (hours) => 300 + 11 * hours))).toBe('it grows by 11 MB an hour, more than 10 MB');
    expect(tooMuchMemory(memory(3, (hours) => 300 + 9 * hours))).toBeNull();
  });
});

describe('a worker that takes too much memory', () => {
  const host = (seen: Partial<HostMemory>, more: object = {}) => [{ host: 'aa', hostname: 'one', silentSince: null, leases: 0, failures: { count: 0, last: '' }, memory: { mb: 300, growth: 2, done: null, ...seen }, ...more }];
  const texts = (hosts: FleetObservation['hosts'], given = rules): string[] => conditionsOf({ ...quiet, hosts }, given).map(({ id, kind, subject, text, action }) => [id, kind, subject, text, JSON.stringify(action)].join(' | '));

  it('is told by its bounds, with what it did about it', () => {
    expect(texts(host({}))).toEqual([]);
    expect(texts(host({ mb: null, growth: null }))).toEqual([]);
    expect(texts(host({ mb: 512 }))).toEqual(['host/aa/memory | memory | aa | The worker of host one (aa) takes too much memory: it holds 512 MB, more than 450 MB. | null']);
    expect(texts(host({ growth: 25, done: { what: 'cleaned', at: at - hour / 2, why: 'it grows by 24 MB an hour, more than 10 MB' } }))).toEqual(['host/aa/memory | memory | aa | The worker of host one (aa) takes too much memory: it grows by 25 MB an hour, more than 10 MB. It cleaned up at 2026-11-22 11:30 UTC (it grows by 24 MB an hour, more than 10 MB). | null']);
  });

  it('is told when it has begun anew already, for an hour, or until it is seen twice', () => {
    const done = { what: 'restarted', at: at - hour / 2, why: 'it holds 600 MB, more than 450 MB' } as const;
    expect(texts(host({ mb: null, growth: null, done }))).toEqual(['host/aa/memory | memory | aa | The worker of host one (aa) took too much memory. It began anew at 2026-11-22 11:30 UTC (it holds 600 MB, more than 450 MB). | null']);
    const late = { ...done, at: at - hour };
    expect(texts(host({ done: late }))).toEqual([]);
    expect(texts(host({ done: late }), { ...rules, every: hour })).toHaveLength(1);
  });

  it('is not told where its bounds are 0, by workers that say nothing, or of one that is silent', () => {
    const heavy = { mb: 900, growth: 90 };
    expect(texts(host(heavy), { ...rules, memory: 0 })).toEqual([expect.stringContaining('it grows by 90 MB an hour')]);
    expect(texts(host(heavy), { ...rules, memory: 0, memory_growth: 0 })).toEqual([]);
    expect(texts(host(heavy, { memory: undefined }))).toEqual([]);
    expect(texts(host(heavy, { silentSince: at - hour }))).toEqual([]);
    // An alert workflow keeps the rules that it was given until the next `apply`: those of earlier versions have no such bounds.
    const { memory: _memory, memory_growth: _growth, ...earlier } = rules;
    expect(texts(host(heavy), earlier as typeof rules)).toEqual([]);
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
