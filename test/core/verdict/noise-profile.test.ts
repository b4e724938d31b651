import { describe, expect, it } from 'vitest';
import type { Pair, Sample } from '../../../src/core/sample.js';
import { normalDeviate, seededRandom } from '../../../src/core/stats/random.js';
import { noiseProfile } from '../../../src/core/verdict/noise-profile.js';
import { pairsOf, wallOnly } from './pairs.js';

const random = seededRandom('noise profile');
const noisy = (wallMs: number, spread: number, more: Partial<Sample> = {}): Sample => ({ ok: true, wallMs: wallMs * Math.exp(spread * normalDeviate(random)), metrics: {}, ...more }) as Sample;
const pairs = (count: number, sample: (index: number) => Sample): Pair[] => pairsOf('noise', Array.from({ length: count }, (_, index) => [sample(2 * index), sample(2 * index + 1)]));

describe('the profile of a noise', () => {
  it('tells independent noise as it is', () => {
    const profile = noiseProfile(pairs(500, () => noisy(100, 0.05)), wallOnly);
    expect(profile.noise.spread).toBeCloseTo(0.05, 2);
    expect(profile.robustSpread).toBeCloseTo(0.05, 2);
    expect(profile.unpairedSpread).toBeCloseTo(0.05, 2);
    expect(Math.abs(profile.autocorrelation.value)).toBeLessThan(0.1);
    expect(profile.slow.samples).toBeLessThan(3);
    expect(profile.wallMs.median).toBeCloseTo(100, -1);
    expect(profile).toMatchObject({ cpu: null, throttled: 0, overheated: 0, otherLoad: null, setAside: 0 });
  });

  it('sees a drift in the neighbours, and that pairs take it out', () => {
    const profile = noiseProfile(pairs(100, (index) => noisy(100 * (1 + index / 200), 0.01)), wallOnly);
    expect(profile.autocorrelation.value).toBeGreaterThan(0.8);
    expect(profile.autocorrelation.notable).toBeCloseTo(1.96 / Math.sqrt(200), 6);
    expect(profile.unpairedSpread).toBeGreaterThan(5 * profile.noise.spread);
  });

  it('takes the order of a pair into account', () => {
    // Sample after sample 1 ms longer, whichever side comes first.
    const rising = Array.from({ length: 20 }, (_, index): Pair => {
      const [first, second] = [100 + 2 * index, 101 + 2 * index].map((wallMs): Sample => ({ ok: true, wallMs, metrics: {} })) as [Sample, Sample];
      return { stage: 'noise', index, order: index % 2 === 0 ? 'ab' : 'ba', a: index % 2 === 0 ? first : second, b: index % 2 === 0 ? second : first, load: 0, at: 0 };
    });
    expect(noiseProfile(rising, wallOnly).autocorrelation.value).toBeGreaterThan(0.85);
  });

  it('counts bursts, their size and their longest row', () => {
    const profile = noiseProfile(pairs(50, (index) => noisy(index >= 20 && index < 28 ? 160 : 100, 0.01)), wallOnly);
    expect(profile.slow).toMatchObject({ samples: 8, of: 100, longestRow: 8 });
    expect(profile.slow.factor).toBeCloseTo(Math.exp(0.1), 2);
    expect(profile.robustSpread).toBeLessThan(0.02);
  });

  it('tells what of the time is CPU time, and how that varies', () => {
    const profile = noiseProfile(pairs(200, () => noisy(100, 0.1, { cpuMs: 150 * Math.exp(0.01 * normalDeviate(random)) })), wallOnly);
    expect(profile.cpu?.perWall).toBeCloseTo(1.5, 1);
    expect(profile.cpu?.spread).toBeCloseTo(0.01, 2);
  });

  it('counts what held samples up, and the pairs set aside, which do not count for the spread', () => {
    const all = pairs(10, (index) => noisy(100, 0.001, index === 3 ? { throttledMs: 4 } : index === 5 ? { overheated: 1 } : {})).map((pair, index) => ({ ...pair, otherLoad: index === 9 ? 3 : 0 }));
    Object.assign(all[9] as Pair, { aside: true, b: { ok: true, wallMs: 300, metrics: {} } });
    expect(noiseProfile(all, wallOnly)).toMatchObject({ throttled: 1, overheated: 1, setAside: 1, otherLoad: 0.3, noise: { pairs: 9 } });
    expect(noiseProfile(all, wallOnly).noise.spread).toBeLessThan(0.01);
  });
});
