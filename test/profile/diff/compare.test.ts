import { describe, expect, it, test } from 'vitest';
import { seededRandom } from '../../../src/core/stats/random.js';
import { compareProfiles } from '../../../src/profile/diff/compare.js';
import type { Entry, Measured } from '../../../src/profile/diff/measure.js';
import { profileDiffSchema, type DiffRow } from '../../../src/profile/diff/schema.js';
import { unasked } from '../../../src/profile/diff/unit.js';

const measured = (sections: Measured['sections'], over: Partial<Measured> = {}): Measured => ({ kind: 'v8', programs: ['app'], gpus: [], wallMs: 1000, sampleMs: null, sections, ...over });
const fn = (name: string, file: string, line: number, ms: number, count: number | null = null): Entry => ({ name, file, line, count, ms });
const range = (name: string, count: number, ms: number): Entry => ({ name, file: null, line: null, count, ms });
const texts = (rows: DiffRow[]): string[] => rows.map(({ name, change, gainedMs }) => `${name} ${change} ${gainedMs}`);

describe('two profiles', () => {
  it('are compared like plain code compares their rows, by unit', () => {
    const random = seededRandom('diff');
    const some = (): Entry[] => ['a', 'b', 'c', 'd', 'größe', '__proto__'].filter(() => random() < 0.7).map((name) => range(name, 1 + Math.floor(random() * 9), 1 + Math.floor(random() * 900)));
    for (let i = 0; i < 200; i++) {
      const [before, after] = [some(), some()];
      const [a, b] = [1 + Math.floor(random() * 5), 1 + Math.floor(random() * 5)];
      const diff = compareProfiles(measured({ kernels: before }), measured({ kernels: after }), { ...unasked, unitsBefore: a, unitsAfter: b });
      profileDiffSchema.parse(diff);
      const expected = [...new Set([...before, ...after].map(({ name }) => name))].map((name) => {
        const [one, other] = [before.find((entry) => entry.name === name), after.find((entry) => entry.name === name)];
        return { name, change: !one ? 'new' : !other ? 'gone' : 'both', beforeMs: (one?.ms ?? 0) / a, afterMs: (other?.ms ?? 0) / b, beforeCount: one ? (one.count ?? 0) / a : null, afterCount: other ? (other.count ?? 0) / b : null };
      });
      const byName = (x: { name: string }, y: { name: string }) => (x.name < y.name ? -1 : 1);
      expect(diff.rows.map(({ name, change, beforeMs, afterMs, beforeCount, afterCount }) => ({ name, change, beforeMs, afterMs, beforeCount, afterCount })).toSorted(byName)).toEqual(expected.toSorted(byName));
      const gains = diff.rows.map(({ gainedMs }) => Math.abs(gainedMs));
      expect(gains).toEqual(gains.toSorted((x, y) => y - x));
      const [section] = diff.sections;
      expect(section?.gainedMs).toBeCloseTo(diff.rows.reduce((sum, { gainedMs }) => sum + gainedMs, 0), 6);
    }
  });

  it('know a function by its file and name, though its line and the folder of the program changed', () => {
    const before = measured({ functions: [fn('f', '/old/tree/src/a.js', 10, 300), fn('g', '/old/tree/src/b.js', 5, 100), fn('read', 'node:fs', 7, 10)] });
    const after = measured({ functions: [fn('f', '/new/src/a.js', 12, 50), fn('g', '/new/src/b.js', 5, 110), fn('h', '/new/src/a.js', 1, 40), fn('read', 'node:fs', 9, 10)] });
    const { rows } = compareProfiles(before, after);
    expect(texts(rows)).toEqual(['f both 250', 'h new -40', 'g both -10', 'read both 0']);
    expect(rows[0]).toMatchObject({ file: '/new/src/a.js', line: 12 });
  });

  it('tell functions of one name in one file apart by their order, else by their line', () => {
    const anonymous = (...of: [line: number, ms: number][]): Measured => measured({ functions: of.map(([line, ms]) => fn('(anonymous)', '/a.js', line, ms)) });
    expect(texts(compareProfiles(anonymous([10, 100], [20, 50]), anonymous([23, 50], [12, 30])).rows)).toEqual(['(anonymous) both 70', '(anonymous) both 0']);
    expect(texts(compareProfiles(anonymous([10, 100], [20, 50]), anonymous([20, 50])).rows)).toEqual(['(anonymous) gone 100', '(anonymous) both 0']);
  });

  it('are divided by the iterations that both mark, whatever number each carries', () => {
    const before = measured({ ranges: [range('step 1', 1, 10), range('step 2', 1, 10), range('load', 9, 90)] });
    const after = measured({ ranges: [range('step 1', 1, 5), range('load', 3, 30)] });
    const { unit, rows } = compareProfiles(before, after);
    expect(unit).toEqual({ basis: 'iterations', what: 'iterations (step)', before: 2, after: 1 });
    expect(rows.find(({ name }) => name === 'load')).toMatchObject({ beforeMs: 45, afterMs: 30, beforeCount: 4.5, afterCount: 3 });
    expect(compareProfiles(before, after, { ...unasked, range: 'load' }).unit).toMatchObject({ before: 9, after: 3 });
    expect(compareProfiles(before, after, { ...unasked, per: 'run' }).unit).toMatchObject({ basis: 'run', before: 1 });
    expect(compareProfiles(before, after, { ...unasked, per: 'wall' }).unit).toMatchObject({ basis: 'wall', before: 1 });
    expect(compareProfiles(before, after, { ...unasked, callsOf: 'load' }).unit).toMatchObject({ basis: 'calls', before: 9, after: 3 });
    expect(compareProfiles(before, after, { ...unasked, callsOf: 'nothing' }).notes[0]).toContain('not counted in both');
  });

  it.each([{ unitsBefore: 10 }, { unitsAfter: 10 }])('ask for the units of both where only %o are given', (units) => {
    expect(() => compareProfiles(measured({ kernels: [] }), measured({ kernels: [] }), { ...unasked, ...units })).toThrow(expect.objectContaining({ code: 'PL_TOOL_INPUT', fix: expect.stringContaining('both') as string }));
  });

  it('say what is not certain of samples', () => {
    const at = (ms: number): Measured => measured({ functions: [fn('f', '/a.js', 1, ms)] }, { sampleMs: 1 });
    // 100 samples are 100 plus or minus 10: of two, 28 are two standard errors.
    expect(compareProfiles(at(100), at(80)).rows[0]?.certain).toBe(false);
    expect(compareProfiles(at(100), at(60)).rows[0]?.certain).toBe(true);
  });

  test.each<[string, Measured, Measured, object]>([
    ['profilers', measured({ functions: [] }), measured({ functions: [] }, { kind: 'cprofile' }), { comparable: 'no' }],
    ['GPUs', measured({ kernels: [] }, { gpus: ['A'] }), measured({ kernels: [] }, { gpus: ['B'] }), { comparable: 'care', why: expect.stringContaining('1 × A, then 1 × B') as string }],
    ['numbers of GPUs', measured({ kernels: [] }, { gpus: ['A'] }), measured({ kernels: [] }, { gpus: ['A', 'A'] }), { comparable: 'care', why: expect.stringContaining('1 × A, then 2 × A') as string }],
    ['tables', measured({ kernels: [] }), measured({}), { comparable: 'no', why: 'the second profile did not capture it' }],
  ])('of different %s say so', (_, before, after, expected) => {
    expect(compareProfiles(before, after).sections).toMatchObject([expected]);
  });

  it('of other programs or lengths say so', () => {
    const { notes } = compareProfiles(measured({ kernels: [] }), measured({ kernels: [] }, { programs: ['other'], wallMs: 3000 }));
    expect(notes.join('\n')).toMatch(/different names: app, then other[^]*much longer/);
  });
});
