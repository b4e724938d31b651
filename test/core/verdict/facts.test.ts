import { describe, expect, it } from 'vitest';
import type { Outside, Pair, Sample } from '../../../src/core/sample.js';
import { isSetAside, isUnusual } from '../../../src/core/verdict/aside.js';
import { assessStage } from '../../../src/core/verdict/assess.js';
import { estimate, verdictOf } from '../../../src/core/verdict/judge.js';
import { noiseOf, noisePairsDue } from '../../../src/core/verdict/noise.js';
import { around, pairsOf, sequential, wallOnly, wallPairs } from './pairs.js';

const used = (wallMs: number, outside: Partial<Outside>): Sample => ({ ok: true, wallMs, metrics: {}, ...outside });
const confirmed = (champion: Partial<Outside>, candidate: Partial<Outside>, wall: [number, number] = [100, 50]): Pair[] =>
  pairsOf('confirm', around(0, 9).map((off) => [used(wall[0] * (1 + off), champion), used(wall[1], candidate)]));
const textsOf = (pairs: Pair[]): string[] => (verdictOf(pairs, sequential()).facts ?? []).map(({ code, text }) => `${code}: ${text}`);

describe('facts beside a verdict', () => {
  it('are absent where nothing is known besides', () => {
    expect(verdictOf(wallPairs('confirm', around(0.5, 9)), sequential())).not.toHaveProperty('facts');
  });

  it('say what the work cost in CPU time', () => {
    expect(textsOf(confirmed({ cpuMs: 1000 }, { cpuMs: 500 }))).toEqual(['cpu-time: CPU time of all processes: 1.00 s to 500 ms, -50.0% (95% interval -50.0 to -50.0%)']);
  });

  it('tell less time by more work side by side from less work', () => {
    expect(textsOf(confirmed({ cpuMs: 100 }, { cpuMs: 120 }))).toEqual(['cpu-time: CPU time of all processes: 100 ms to 120 ms, +20.0% (95% interval +20.0 to +20.0%); there is not less work, more of it runs side by side']);
    expect(textsOf(confirmed({ cpuMs: 100 }, { cpuMs: 120 }, [100, 100]))[0]).not.toContain('side by side');
  });

  it('name memory when it has changed', () => {
    expect(textsOf(confirmed({ peakBytes: 100e6 }, { peakBytes: 150e6 }))).toEqual(['memory: peak memory: 100 MB to 150 MB, +50.0% (95% interval +50.0 to +50.0%)']);
    expect(textsOf(confirmed({ peakBytes: 100e6 }, { peakBytes: 100.2e6 }))).toEqual([]);
  });

  it('count the samples that the machine held up, by side', () => {
    const pairs = confirmed({}, {});
    pairs.slice(0, 3).forEach((pair) => (pair.a.throttledMs = 12));
    (pairs[5] as Pair).b.throttledMs = 3;
    (pairs[6] as Pair).b.overheated = 2;
    expect(textsOf(pairs)).toEqual([
      "throttled: the container's CPU quota slowed down 3 of the champion's 9 runs and 1 of the candidate's",
      "throttled: the heat of the processor slowed down 0 of the champion's 9 runs and 1 of the candidate's",
    ]);
  });
});

describe('a pair that is set aside before it is taken', () => {
  const calm = (count: number): Pair[] => wallPairs('noise', around(0, count)).map((pair) => ({ ...pair, otherLoad: 0.25 }));

  it('began while more than usual ran besides', () => {
    expect(isUnusual(calm(4), 1)).toBe(true);
    expect(isUnusual(calm(4), 0.7)).toBe(false);
    expect(isUnusual(calm(3), 9)).toBe(false);
    const busy = calm(8).map((pair) => ({ ...pair, otherLoad: 3 }));
    expect(isUnusual(busy, 3.4)).toBe(false);
  });

  it('is never one of more than a fifth', () => {
    const pairs: Pair[] = [];
    for (let index = 0; index < 200; index++) {
      const aside = isSetAside(pairs, index < 4 ? 0 : 5);
      pairs.push({ ...(calm(1)[0] as Pair), index, otherLoad: index < 4 ? 0 : index % 2 === 0 ? 5 : 0, ...(aside ? { aside } : {}) });
      expect(pairs.filter((pair) => pair.aside).length).toBeLessThanOrEqual(0.2 * pairs.length);
    }
    expect(pairs.filter((pair) => pair.aside).length).toBe(40);
  });

  /** Two of them set aside, with numbers that would undo the rest. */
  const withAside = (stage: 'screen' | 'confirm' | 'noise', gains: number[]): Pair[] =>
    wallPairs(stage, [...gains.slice(0, 4), -3, -3, ...gains.slice(4)]).map((pair, index) => (index === 4 || index === 5 ? { ...pair, otherLoad: 4, aside: true as const } : pair));

  it('decides nothing, in any stage', () => {
    const gains = around(0.5, 9);
    const without = verdictOf(wallPairs('confirm', gains), sequential());
    const verdict = verdictOf(withAside('confirm', gains), sequential());
    expect(verdict).toMatchObject({ kind: 'accepted', measured: { ...without.measured, samples: 22 }, reasons: without.reasons });
    expect(assessStage('screen', withAside('screen', gains).slice(0, 5), sequential())).toEqual(assessStage('screen', wallPairs('screen', gains.slice(0, 4)), sequential()));
    expect(estimate(withAside('confirm', gains), wallOnly)).toEqual(estimate(wallPairs('confirm', gains), wallOnly));
    expect(noiseOf(withAside('noise', gains), wallOnly).spread).toBe(noiseOf(wallPairs('noise', gains), wallOnly).spread);
    expect(noisePairsDue(withAside('noise', gains.slice(0, 6)), wallOnly, { minGain: 0.02, planned: 8 })).toBe(8);
  });

  it('is told with what it would have changed', () => {
    expect(textsOf(withAside('confirm', around(0.5, 9)))).toEqual([expect.stringMatching(/^set-aside: 2 of 11 pairs began while other programs wanted the machine, .*; with them they would not have decided yet: \d/) as string]);
    const same = withAside('confirm', around(0.5, 9)).map((pair) => (pair.aside ? { ...pair, ...wallPairs('confirm', [0.5])[0], index: pair.index, aside: true as const } : pair));
    expect(textsOf(same)[0]).toContain('with them the verdict is accepted too: ');
  });
});
