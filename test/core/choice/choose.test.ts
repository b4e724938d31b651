import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../../src/core/candidate.js';
import { amdahlCap } from '../../../src/core/choice/amdahl.js';
import { choose, type ChoiceInput } from '../../../src/core/choice/choose.js';
import type { TrialRecord } from '../../../src/core/choice/record.js';

function candidate(id: string, share: number | null, recipe: string | null = 'set-beside-array'): Candidate {
  return { id, proposer: 'recipes', recipe, title: id, rationale: '', findingId: null, file: 'a.js', line: 1, language: 'javascript', share, surroundings: 'same', change: { kind: 'edits', edits: [] } };
}

function record(recipe: string, tried: number, accepted: number, meanLogGain: number, rest: Partial<TrialRecord> = {}): TrialRecord {
  return { proposer: 'recipes', recipe, language: 'javascript', hardware: 'cpu', here: true, tried, accepted, logGain: accepted * meanLogGain, seconds: 0, timed: 0, ...rest };
}

const delta = Math.log(1.02);
const asked = (candidates: Candidate[], rest: Partial<ChoiceInput> = {}): ChoiceInput => ({ candidates, records: [], refused: [], hardware: 'cpu', delta, limit: 99, trialSeconds: null, seed: 's', ...rest });
const order = (input: ChoiceInput): string[] => choose(input).chosen.map((weighed) => weighed.candidate.id);

/** How often each candidate comes first, over many seeds. */
function firsts(input: ChoiceInput, seeds = 400): Map<string, number> {
  const counts = new Map<string, number>();
  for (let n = 0; n < seeds; n++) {
    const [first = ''] = order({ ...input, seed: String(n) });
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  return counts;
}

describe('what is believed', () => {
  test('without lessons: accepted once in three, with a tenth gained', () => {
    const [only] = choose(asked([candidate('a', 0.9)])).chosen;
    expect(only?.expected).toBeCloseTo(Math.log(1.1) / 3, 12);
    expect(only?.arms[0]?.belief).toMatchObject({ accepted: 1, refused: 2 });
  });

  test('follows the documented formula', () => {
    const [only] = choose(asked([candidate('a', 0.9)], { records: [record('set-beside-array', 10, 6, 0.4)] })).chosen;
    expect(only?.expected).toBeCloseTo((7 / 13) * ((Math.log(1.1) + 6 * 0.4) / 7), 12);
  });

  test('a trial in another target, language or on other hardware counts less, each of them by its factor', () => {
    const weight = (rest: Partial<TrialRecord>): number => (choose(asked([candidate('a', 0.9)], { records: [record('set-beside-array', 1, 1, 0.1, rest)] })).chosen[0]?.arms[0]?.belief.accepted ?? 0) - 1;
    expect(weight({})).toBeCloseTo(1);
    expect(weight({ here: false })).toBeCloseTo(0.5);
    expect(weight({ language: 'python' })).toBeCloseTo(0.3);
    expect(weight({ hardware: null })).toBeCloseTo(0.5);
    expect(weight({ here: false, language: 'python', hardware: 'H100' })).toBeCloseTo(0.075);
  });

  test('a combination is believed to be its parts, until it has a record of its own', () => {
    const records = [record('a', 4, 4, 0.1), record('b', 4, 0, 0)];
    const [parts] = choose(asked([candidate('x', 0.9, 'a+b')], { records })).chosen;
    expect(parts?.arms.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(parts?.expected).toBeCloseTo(5 / 7 * ((Math.log(1.1) + 0.4) / 5) + 1 / 7 * Math.log(1.1), 12);
    expect(choose(asked([candidate('x', 0.9, 'a+b')], { records: [...records, record('a+b', 1, 1, 0.5)] })).chosen[0]?.arms.map(({ name }) => name)).toEqual(['a+b']);
  });
});

describe('the choice', () => {
  test('what was accepted most comes first mostly, and what is unknown is tried now and then', () => {
    const counts = firsts(asked([candidate('bad', 0.9, 'bad'), candidate('new', 0.9, 'new'), candidate('good', 0.9, 'good')], { records: [record('good', 5, 4, 0.3), record('bad', 40, 0, 0)] }));
    expect(counts.get('good')).toBeGreaterThan(300);
    expect(counts.get('new')).toBeGreaterThan(4);
    expect(counts.get('bad') ?? 0).toBeLessThan(4);
  });

  test('of two that are believed the same the one with the larger share comes first, and one that takes less time', () => {
    expect(order(asked([candidate('small', 0.03), candidate('large', 0.05)]))).toEqual(['large', 'small']);
    const records = [record('quick', 8, 4, 0.1, { seconds: 80, timed: 8 }), record('slow', 8, 4, 0.1, { seconds: 8000, timed: 8 })];
    expect(firsts(asked([candidate('s', 0.9, 'slow'), candidate('q', 0.9, 'quick')], { records, trialSeconds: 60 })).get('q')).toBeGreaterThan(350);
  });

  test('what a trial takes is shrunk towards what the plan expects', () => {
    const records = [record('set-beside-array', 2, 1, 0.1, { seconds: 200, timed: 2 })];
    expect(choose(asked([candidate('a', 0.9)], { records, trialSeconds: 50 })).chosen[0]?.seconds).toBeCloseTo(75);
    expect(choose(asked([candidate('a', 0.9)])).chosen[0]?.seconds).toBe(1);
  });

  test('of two that are the same in all this the one that was proposed first comes first', () => {
    expect(order(asked([candidate('z', null), candidate('a', null)]))).toEqual(['z', 'a']);
  });

  test('what could not pass the verdict even at no cost is hopeless, with the numbers', () => {
    const { chosen, hopeless } = choose(asked([candidate('small', 0.015), candidate('large', 0.5), candidate('unknown', null)]));
    expect(chosen.map((entry) => entry.candidate.id).sort()).toEqual(['large', 'unknown']);
    expect(hopeless).toMatchObject([{ candidate: { id: 'small' }, why: expect.stringMatching(/1\.5%.*more than 2\.0%/) as string }]);
  });

  test('what was refused before is not tried again, unless its surroundings or its share changed', () => {
    const before = { id: 'a', surroundings: 'same', share: 0.2, run: 'r-1', trial: 'r1-2', why: 'It was no faster.' };
    const left = (one: Candidate): string[] => choose(asked([one], { refused: [before] })).hopeless.map(({ why }) => why);
    expect(left(candidate('a', 0.2))).toEqual([expect.stringMatching(/refused before, as r1-2 of r-1.*no faster/)]);
    expect(left({ ...candidate('a', 0.2), surroundings: 'other' })).toEqual([]);
    expect(left(candidate('a', 0.31))).toEqual([]);
    expect(left(candidate('b', 0.2))).toEqual([]);
    expect(choose(asked([candidate('a', null)], { refused: [{ ...before, share: null }] })).hopeless).toHaveLength(1);
  });

  test('of one change that is found from two places the larger share counts', () => {
    const { chosen } = choose(asked([candidate('a', 0.03), candidate('b', 0.5), candidate('a', 0.9)]));
    expect(chosen.map((entry) => `${entry.candidate.id} ${entry.candidate.share}`).toSorted()).toEqual(['a 0.9', 'b 0.5']);
    expect(choose(asked([candidate('a', null), candidate('a', 0.9)])).chosen[0]?.cap).toBeNull();
  });

  test('where nobody knows what a trial of a kind takes, it counts as one of this target', () => {
    const records = [record('timed', 4, 2, 0.1, { seconds: 1200, timed: 4 })];
    const { chosen } = choose(asked([candidate('a', 0.9, 'timed'), candidate('b', 0.9, 'untimed')], { records }));
    expect(chosen.map(({ seconds }) => seconds)).toEqual([300, 300]);
  });

  test('is the same for the same seed, has each candidate once, no more than the limit, and no drawn gain above the cap', () => {
    const share = fc.oneof(fc.constant(null), fc.double({ min: 0, max: 1, noNaN: true }));
    const one = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), share, recipe: fc.constantFrom('x', 'y', 'x+y', null) });
    const records = fc.array(fc.record({ recipe: fc.constantFrom('x', 'y'), tried: fc.nat(50), part: fc.double({ min: 0, max: 1, noNaN: true }), gain: fc.double({ min: 0, max: 2, noNaN: true }) }), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), records, fc.nat(8), fc.string(), (ones, known, limit, seed) => {
        const input = asked(ones.map((each) => candidate(each.id, each.share, each.recipe)), { records: known.map(({ recipe, tried, part, gain }) => record(recipe, tried, Math.floor(tried * part), gain)), limit, seed });
        const { chosen, left, hopeless } = choose(input);
        expect(choose(input)).toEqual({ chosen, left, hopeless });
        const ids = [...chosen, ...left, ...hopeless].map((entry) => entry.candidate.id);
        expect(ids.toSorted()).toEqual([...new Set(ones.map((each) => each.id))].toSorted());
        expect(chosen.length).toBeLessThanOrEqual(limit);
        for (const { candidate: { share: of }, drawn, expected } of [...chosen, ...left]) {
          expect(Math.max(drawn, expected)).toBeLessThanOrEqual(amdahlCap(of));
          expect(Math.min(drawn, expected)).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
