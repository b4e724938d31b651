import { describe, expect, test } from 'vitest';
import { samplesOf, type Pair } from '../../../src/core/sample.js';
import { sharesChampion, standIn, thatCanStandIn } from '../../../src/core/verdict/shared-champion.js';
import { validateConfig } from '../../../src/core/config/parse.js';
import { errorBound, ruleOfSharing } from '../../../src/core/verdict/rule.js';
import { current, failed, pairsOf, ran, sequential, wallOnly } from './pairs.js';

const spread = 0.003;
const earlier = pairsOf('screen', [60_000, 60_100, 59_900, 60_050].map((wallMs) => [ran(wallMs), ran(59_000)]));
const whole = (wallMs = 60_020): Pair => ({ ...pairsOf('screen', [[ran(wallMs), ran(58_000)]])[0] as Pair });
const half: Pair = { ...whole(60_000), shared: true };

const next = (taken: Pair[]): Pair | null => standIn(taken, earlier, wallOnly, spread);

describe('the champion samples of an earlier screening', () => {
  test('stand in one after the other, after a pair that shows that the champion is as fast as then', () => {
    expect(next([])).toBeNull();
    expect(next([whole()])).toBe(earlier[0]);
    expect(next([whole(), half])).toBe(earlier[1]);
    expect(next([whole(), half, half, half])).toBe(earlier[3]);
  });

  test('are controlled by every fifth pair, and end', () => {
    expect(next([whole(), half, half, half, half])).toBeNull();
    expect(next([whole(), half, half, half, half, whole()])).toBeNull();
    expect(standIn([whole(), half, half, half, half, whole()], [...earlier, ...earlier], wallOnly, spread)).toBe(earlier[0]);
  });

  test('do not once a pair shows that the champion has become slower or faster than by chance', () => {
    expect(next([whole(60_020 * (1 + 2.9 * spread))])).toBe(earlier[0]);
    for (const factor of [0.985, 1.015]) expect(next([whole(60_020 * factor)])).toBeNull();
    expect(next([whole(), half, half, half, half, whole(61_000), half])).toBeNull();
  });

  test('a pair that is set aside is no control, and takes nothing', () => {
    expect(next([whole(), { ...whole(90_000), aside: true }])).toBe(earlier[0]);
  });

  test('are those that screening executed itself, and that were no failure', () => {
    const others: Pair[] = [{ ...whole(), stage: 'confirm' }, half, { ...whole(), aside: true }, ...pairsOf('screen', [[failed, ran(1)]])];
    expect(thatCanStandIn([...others, ...earlier])).toEqual(earlier);
  });

  test('cost one execution a pair', () => {
    expect(samplesOf([whole(), half, half])).toBe(4);
  });
});

test('is worth it where a sample is dear and repeats well', () => {
  const { verdict } = validateConfig({ commands: { benchmark: 'true' } }, 'the test');
  expect(sharesChampion(verdict, { secondsPerSample: 60, spread: 0.003 })).toBe(true);
  expect(sharesChampion(verdict, { secondsPerSample: 60, spread: 0.03 })).toBe(false);
  expect(sharesChampion(verdict, { secondsPerSample: 1, spread: 0.003 })).toBe(false);
  expect(sharesChampion(verdict, null)).toBe(false);
  expect(sharesChampion({ ...verdict, share_champion: 'always' }, null)).toBe(true);
  expect(sharesChampion({ ...verdict, share_champion: 'never' }, { secondsPerSample: 60, spread: 0.003 })).toBe(false);
  expect(sharesChampion({ ...verdict, protocol: 'fixed' }, { secondsPerSample: 60, spread: 0.003 })).toBe(false);
});

test('the confirmation then errs as seldom as one without a screening', () => {
  const rule = current();
  const sharing = ruleOfSharing(rule);
  expect(sharing).toMatchObject({ screen: rule.screen, shared: true });
  expect(errorBound(rule)).toBeLessThanOrEqual(0.01);
  expect(errorBound(sharing)).toBeCloseTo(0.01, 10);
  expect(ruleOfSharing(sequential())).toEqual(sequential());
});
