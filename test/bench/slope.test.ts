import { expect, it } from 'vitest';
import { slopeOf } from '../../bench/fleet/slope.js';

it('finds the slope of a line exactly, and an interval that holds it of one that jitters', () => {
  const line = Array.from({ length: 200 }, (_, index) => ({ at: index / 100, value: 300 + 12 * (index / 100) }));
  const exact = slopeOf(line);
  expect(exact?.slope).toBeCloseTo(12);
  expect(exact?.ci95[0]).toBeCloseTo(12);
  const jittering = slopeOf(line.map(({ at, value }, index) => ({ at, value: value + (index % 7) - 3 })));
  expect(jittering?.ci95[0]).toBeLessThan(12);
  expect(jittering?.ci95[1]).toBeGreaterThan(12);
});

it('says nothing of too few readings', () => {
  expect(slopeOf([])).toBeNull();
  expect(slopeOf([{ at: 0, value: 1 }, { at: 1, value: 2 }])).toBeNull();
});
