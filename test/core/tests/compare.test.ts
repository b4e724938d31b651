import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTests, countsOfRun } from '../../../src/core/tests/compare.js';
import { parsedTests, type TestCounts, type TestResult, type TestRun, type TestSection } from '../../../src/core/tests/results.js';

/** `a b -c !d`: a and b passed, c was skipped, d failed. */
function results(text: string): TestResult[] {
  return text.split(' ').filter((word) => word !== '').map((word) => ({ id: word.replace(/^[-!]/, ''), outcome: word.startsWith('-') ? 'skipped' : word.startsWith('!') ? 'failed' : 'passed' }));
}

const section = (text: string, more: Partial<TestSection> = {}): TestSection => ({ source: 'the report', format: 'junit', ...parsedTests(results(text)), ...more });
const run = (...sections: (string | TestSection)[]): TestRun => ({ v: 1, sections: sections.map((each) => (typeof each === 'string' ? section(each) : each)) });
const counted = (counts: Partial<TestCounts>, more: Partial<TestSection> = {}): TestRun => run(section('', { results: null, counts: { passed: 0, failed: 0, skipped: 0, ...counts }, ...more }));
const said = (base: TestRun | TestRun[], candidate: TestRun): string => {
  const { difference } = compareTests(Array.isArray(base) ? base : [base], candidate);
  return difference === null ? 'fine' : `${difference.code}: ${difference.text}`;
};

describe('tests with names', () => {
  it.each([
    ['the same', 'a b -c', 'a b -c', 'fine'],
    ['in another order', 'a b -c', '-c b a', 'fine'],
    ['more of them', 'a b', 'a b new', 'fine'],
    ['a skipped one that passes now', 'a -c', 'a c', 'fine'],
    ['a failing one that passes now', 'a !c', 'a c', 'fine'],
    ['one that fails at the base, too', 'a !c', 'a !c', 'fine'],
    ['a failing one that is gone', 'a !c', 'a', 'fine'],
    ['a skipped one that is gone', 'a -c', 'a', 'fine'],
    ['one less', 'a b c', 'a c', 'tests-missing: 1 test did not run that passed at the base: b.'],
    ['none', 'a b', '', 'tests-missing: 2 tests did not run that passed at the base: a, b.'],
    ['another one in its place', 'a b', 'a forged', 'tests-missing: 1 test did not run that passed at the base: b.'],
    ['one of two of the same name', 'a a', 'a', 'tests-missing: 1 test did not run that passed at the base: a.'],
    ['one that is skipped now', 'a b', 'a -b', 'tests-skipped: 1 test is skipped now: b.'],
    ['all of them skipped', 'a b c d e', '-a -b -c -d -e', 'tests-skipped: 5 tests are skipped now: a, b, c and 2 more.'],
    ['one of two of the same name skipped', 'a a', 'a -a', 'tests-skipped: 1 test is skipped now: a.'],
    ['a new one that is skipped', 'a', 'a -new', 'tests-skipped: 1 test is skipped now: new.'],
    ['one that fails', 'a b', 'a !b', 'tests-failed: 1 test failed that passed at the base: b.'],
    ['one that fails and one that is gone', 'a b', '!b', 'tests-failed: 1 test failed that passed at the base: b.'],
  ])('%s', (_what, base, candidate, expected) => {
    expect(said(run(base), run(candidate))).toBe(expected);
  });

  it('that are all there and more pass, whatever they are called and in whatever order', () => {
    const tests = fc.array(fc.record({ id: fc.string(), outcome: fc.constantFrom('passed' as const, 'failed' as const, 'skipped' as const) }), { maxLength: 30 });
    fc.assert(fc.property(tests, fc.array(fc.string(), { maxLength: 5 }), (base, more) => {
      const now = [...base.toReversed(), ...more.map((id) => ({ id, outcome: 'passed' as const }))];
      expect(said(run(section('', parsedTests(base))), run(section('', parsedTests(now))))).toBe('fine');
    }));
  });

  it('of which any one does not pass are refused', () => {
    const names = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 20 });
    fc.assert(fc.property(names, fc.nat(), fc.constantFrom('failed' as const, 'skipped' as const, 'gone' as const), (ids, at, fate) => {
      const base = ids.map((id) => ({ id, outcome: 'passed' as const }));
      const now = base.flatMap<TestResult>((test, index) => (index !== at % ids.length ? [test] : fate === 'gone' ? [] : [{ ...test, outcome: fate }]));
      expect(said(run(section('', parsedTests(base))), run(section('', parsedTests(now))))).toMatch({ failed: /^tests-failed/, skipped: /^tests-skipped/, gone: /^tests-missing/ }[fate]);
    }));
  });
});

describe('counts alone', () => {
  it.each([
    ['the same', { passed: 3, skipped: 1 }, 'fine'],
    ['more', { passed: 4 }, 'fine'],
    ['fewer', { passed: 2, skipped: 1 }, 'tests-missing: 2 tests passed (the report), and 3 at the base.'],
    ['more skipped', { passed: 3, skipped: 2 }, 'tests-skipped: 2 tests skipped (the report), and 1 at the base.'],
    ['one that fails', { passed: 3, failed: 1 }, 'tests-failed: 1 test failed (the report), and 0 at the base.'],
  ])('%s', (_what, candidate, expected) => {
    expect(said(counted({ passed: 3, skipped: 1 }), counted(candidate))).toBe(expected);
  });

  it('are not enough where the base named its tests', () => {
    expect(said(run('a b c'), counted({ passed: 3 }))).toBe('tests-missing: The names of the tests (the report) do not add up to their number, which at the base they do.');
  });

  it('are compared beside names that stand for files', () => {
    const files = (passed: number): TestRun => run(section('a.test.js b.test.js', { counts: { passed, failed: 0, skipped: 0 } }));
    expect(said(files(9), files(8))).toMatch(/^tests-missing: 8 tests passed/);
  });
});

describe('results that a candidate could forge', () => {
  it('are refused where they contradict themselves', () => {
    expect(said(run('a'), run(section('a', { flaw: 'two plans' })))).toBe('tests-missing: The results of the tests (the report) cannot be right: two plans.');
  });

  it('are missed where the framework wrote nothing', () => {
    expect(said(run('a -b'), run())).toBe('tests-missing: No results of the tests (the report): at the base there are 1 passed, 1 skipped.');
    expect(said(run('a'), run(section('a', { source: 'printed' })))).toMatch(/^tests-missing: No results/);
  });

  it('are refused where there is a summary more than at the base', () => {
    expect(said(counted({ passed: 3 }), counted({ passed: 30 }, { runs: 2 }))).toBe('tests-missing: The tests summed up 2 times (the report), and 1 time at the base.');
  });

  it('must agree in every source that the base has', () => {
    const printed = (passed: number) => section('', { source: 'printed', results: null, counts: { passed, failed: 0, skipped: 0 } });
    expect(said(run('a b', printed(2)), run('a b', printed(2)))).toBe('fine');
    expect(said(run('a b', printed(2)), run('a b', printed(1)))).toMatch(/^tests-missing: 1 test passed \(printed\)/);
    expect(said(run('a b'), run('a b', printed(1)))).toBe('fine');
  });
});

describe('a base that ran twice', () => {
  const compare = (one: string, other: string, candidate: string) => compareTests([run(one), run(other)], run(candidate));

  it('holds a test that fails at the base, too, against nobody, and names it', () => {
    expect(compare('a b', 'a !b', 'a !b')).toEqual({ difference: null, unsteady: ['b'] });
    expect(compare('a b', 'a !b', 'a b')).toEqual({ difference: null, unsteady: [] });
  });

  it('still refuses a steady test that fails', () => {
    expect(compare('a b', 'a !b', '!a b').difference?.code).toBe('tests-failed');
  });

  it('still refuses a flaky test that is skipped or gone', () => {
    expect(compare('a b', 'a !b', 'a -b').difference?.code).toBe('tests-skipped');
    expect(compare('a b', 'a !b', 'a').difference?.code).toBe('tests-missing');
  });

  it('takes tests whose names change each time for as many', () => {
    expect(compare('a at-1 at-2', 'a at-3 at-4', 'a at-5 at-6').difference).toBeNull();
    expect(compare('a at-1 at-2', 'a at-3 at-4', 'a at-5').difference).toEqual({ code: 'tests-missing', text: 'Of the tests whose names or outcomes vary at the base, 1 ran, and at least 2 at the base.' });
  });

  it('refuses as if it had run once where both runs agree', () => {
    expect(compare('a b', 'a b', 'a').difference?.code).toBe('tests-missing');
  });

  it('asks for the smaller count', () => {
    expect(said([counted({ passed: 3 }), counted({ passed: 2, failed: 1 })], counted({ passed: 2, failed: 1 }))).toBe('fine');
    expect(said([counted({ passed: 3 }), counted({ passed: 2, failed: 1 })], counted({ passed: 1, failed: 2 }))).toMatch(/^tests-failed/);
  });
});

describe('the counts that are shown of a run', () => {
  it('are those of the section that knows most', () => {
    const shown = countsOfRun(run(section('', { source: 'printed', results: null, counts: { passed: 2, failed: 0, skipped: 1 } }), 'a b -c', section('x', { source: 'other' })));
    expect(shown).toEqual({ counts: { passed: 2, failed: 0, skipped: 1 }, source: 'the report', named: true });
    expect(countsOfRun(run())).toBeNull();
  });
});
