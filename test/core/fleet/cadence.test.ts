import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calendarsOf, cronText } from '../../../src/core/fleet/calendar.js';
import { closestMs, parseCadence, runsADay } from '../../../src/core/fleet/cadence.js';

describe('a cadence', () => {
  test.each([
    ['daily at 02:30', { kind: 'cron', expression: '30 2 * * *' }],
    ['Weekdays at 9:05', { kind: 'cron', expression: '5 9 * * 1-5' }],
    ['monday at 00:00', { kind: 'cron', expression: '0 0 * * 1' }],
    ['sun at 23:59', { kind: 'cron', expression: '59 23 * * 0' }],
    ['hourly', { kind: 'interval', everyMs: 3_600_000 }],
    ['every 90m', { kind: 'interval', everyMs: 5_400_000 }],
    ['*/15 8-18 * jan,7 mon-fri', { kind: 'cron', expression: '*/15 8-18 * jan,7 mon-fri' }],
    ['manual', { kind: 'manual' }],
  ])('%s', (text, cadence) => expect(parseCadence(text)).toEqual(cadence));

  test.each(['', 'nightly', 'daily at 24:00', 'daily at 2:3', 'daily', 'every', 'every 10s', 'every 400d', 'every -1h', '60 * * * *', '* * 0 * *', '* * * * 8', '5-1 * * * *', '*/0 * * * *', '1-2-3 * * * *', '* * * *', '* * * * * *', 'm at 02:30', '1,,2 * * * *'])('%j is none', (text) => expect(parseCadence(text)).toBeNull());

  test.each([
    ['daily at 02:30', 1],
    ['hourly', 24],
    ['every 6h', 4],
    ['*/15 * * * *', 96],
    ['0 2 * * mon', 1 / 7],
    ['0 2 1 jan *', 1 / 31 / 12],
    ['manual', 0],
  ])('%s is run so many times a day: %s', (text, times) => expect(runsADay(parseCadence(text) ?? { kind: 'manual' })).toBeCloseTo(times));

  test.each([
    ['every 90m', 1.5],
    ['*/15 * * * *', 0.25],
    ['0 1,5,23 * * *', 2],
    ['weekdays at 02:30', 24],
    ['monday at 02:30', 7 * 24],
    ['30 2 * * mon,thu', 3 * 24],
    ['0 0 1 * *', 28 * 24],
    ['0 0 1 jan *', 365 * 24],
    ['0 0 15 * mon', 24],
    ['manual', Infinity],
  ])('two times of %s are at least %s h apart', (text, hours) => expect(closestMs(parseCadence(text) ?? { kind: 'manual' }) / 3_600_000).toBe(hours));

  test('a day of the month or one of the week is enough where both are given, as in cron', () => {
    const calendars = calendarsOf({ kind: 'cron', expression: '0 2 1,15 * 0,7' });
    expect(calendars.map(cronText)).toEqual(['0 2 1,15 * *', '0 2 * * 0']);
  });

  test('what is written out as cron means the same', () => {
    const values = (from: number, to: number) => fc.uniqueArray(fc.integer({ min: from, max: to }), { minLength: 1 }).map((list) => list.toSorted((one, other) => one - other));
    fc.assert(fc.property(fc.record({ minute: values(0, 59), hour: values(0, 23), dayOfMonth: fc.constant(Array.from({ length: 31 }, (_, index) => index + 1)), month: values(1, 12), dayOfWeek: values(0, 6) }), (calendar) => {
      const again = parseCadence(cronText(calendar));
      expect(again).not.toBeNull();
      expect(calendarsOf(again ?? { kind: 'manual' })).toEqual([calendar]);
    }));
  });
});
