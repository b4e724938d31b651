import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTests, type TestEvidence, type WantedFormat } from '../../../src/core/tests/read.js';
import type { TestSection } from '../../../src/core/tests/results.js';
import { countsText } from '../../../src/core/tests/words.js';

// test/fixtures/tests holds what real versions of the frameworks printed; see the README there.

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '../../fixtures/tests', name), 'utf8');

function read(evidence: Partial<TestEvidence>, wanted: WantedFormat = 'auto'): TestSection[] {
  return readTests(wanted, { stdout: '', stderr: '', countsOnly: false, reports: [], roots: ['/repo'], ...evidence }).sections;
}

function only(sections: TestSection[]): TestSection {
  expect(sections).toHaveLength(1);
  return sections[0] as TestSection;
}

const withoutForged = (text: string): string => text.split('\n').filter((line) => !/forged|3[01] pass|Subtest: forged|Tests {2}30/.test(line)).join('\n');

describe('what frameworks print', () => {
  // The programs under test print lines that look like results, too.
  it.each([
    ['node-20.tap', 'tap', '9 passed, 4 skipped'],
    ['node-20-direct.tap', 'tap', '7 passed, 4 skipped'],
    ['node-22.tap', 'tap', '9 passed, 4 skipped'],
    ['node-26.tap', 'tap', '9 passed, 4 skipped'],
    ['node-20.spec', 'node', '11 passed, 4 skipped'],
    ['node-24.spec', 'node', '11 passed, 4 skipped'],
    ['node-26.spec', 'node', '11 passed, 4 skipped'],
    ['tape-5.tap', 'tap', '3 passed, 1 skipped'],
    ['ava-7.tap', 'tap', '1 passed, 2 skipped'],
    ['node-tap-21.tap', 'tap', '2 passed, 1 skipped'],
    ['vitest-4.1.12.tap', 'tap', '7 passed, 2 failed, 6 skipped'],
    ['vitest-1.6.1-flat.tap', 'tap', '7 passed, 2 failed, 6 skipped'],
    ['vitest-0.34.6.out', 'vitest', '7 passed, 1 failed, 6 skipped'],
    ['vitest-1.6.1.out', 'vitest', '7 passed, 1 failed, 6 skipped'],
    ['vitest-2.1.9.out', 'vitest', '7 passed, 1 failed, 6 skipped'],
    ['vitest-3.2.4.out', 'vitest', '7 passed, 1 failed, 6 skipped'],
    ['vitest-4.1.12.out', 'vitest', '7 passed, 1 failed, 6 skipped'],
    ['vitest-4.1.12.json', 'json', '7 passed, 1 failed, 6 skipped'],
    ['jest-26.6.3.err', 'jest', '5 passed, 4 skipped'],
    ['jest-30.2.0.err', 'jest', '5 passed, 4 skipped'],
    ['jest-30.2.0-fail.err', 'jest', '6 passed, 1 failed, 4 skipped'],
    ['jest-30.2.0.json', 'json', '5 passed, 4 skipped'],
    ['mocha-8.4.0.out', 'mocha', '38 passed, 3 skipped'],
    ['mocha-11.7.5.out', 'mocha', '38 passed, 3 skipped'],
    ['mocha-11.7.5-fail.out', 'mocha', '38 passed, 2 failed, 3 skipped'],
    ['pytest-6.2.5.out', 'pytest', '6 passed, 5 skipped'],
    ['pytest-7.4.4-q.out', 'pytest', '6 passed, 5 skipped'],
    ['pytest-9.0.2.out', 'pytest', '6 passed, 5 skipped'],
    ['pytest-9.0.2-fail.out', 'pytest', '7 passed, 2 failed, 5 skipped'],
    ['unittest-3.8.18.out', 'unittest', '3 passed, 2 skipped'],
    ['unittest-3.13.0.out', 'unittest', '3 passed, 2 skipped'],
    ['go-1.26.out', 'go', '2 passed'],
    ['go-1.26-v.out', 'go', '11 passed, 1 skipped'],
    ['go-1.26-v-fail.out', 'go', '8 passed, 3 failed, 1 skipped'],
    ['go-1.26.json', 'go json', '10 passed, 1 skipped'],
    ['go-1.26-build-failed.json', 'go json', '1 passed'],
    ['cargo-1.95.out', 'cargo', '5 passed, 3 skipped'],
    ['cargo-1.95-q.out', 'cargo', '5 passed, 3 skipped'],
    ['cargo-1.95-fail.out', 'cargo', '6 passed, 1 failed, 3 skipped'],
    ['cargo-1.95-fail.json', 'cargo json', '5 passed, 1 failed, 2 skipped'],
    ['ctest-3.25.out', 'ctest', '3 passed, 2 skipped'],
    ['ctest-3.25-V.out', 'ctest', '3 passed, 2 skipped'],
    ['ctest-3.25-fail.out', 'ctest', '3 passed, 2 failed, 2 skipped'],
    ['ctest-3.25-none.out', 'ctest', '0 passed'],
  ])('%s is %s: %s', (file, name, text) => {
    const section = only(read({ stdout: fixture(file) }));
    expect(section.source).toBe(`${name} on stdout`);
    expect(section.flaw).toBeNull();
    expect(countsText(section.counts)).toBe(text);
  });

  it('is found on either stream', () => {
    expect(only(read({ stderr: fixture('unittest-3.13.0.out') })).source).toBe('unittest on stderr');
  });

  it('is not looked for where another form was named, or none', () => {
    expect(read({ stdout: fixture('pytest-9.0.2.out') }, 'unittest')).toEqual([]);
    expect(read({ stdout: fixture('pytest-9.0.2.out') }, 'exit')).toEqual([]);
    expect(only(read({ stdout: fixture('node-22.tap') }, 'node')).format).toBe('tap');
  });

  it('is nothing in the output of other programs', () => {
    const lines = ['ok', 'ok, let us go', '1..2 and 3', 'PASS', '12 passed the gate', 'Tests: none', 'Ran 3 tests in 0.1s', '✓ done', 'everything OK', '{"type": "suite"}', '<html><body>ok 1</body></html>'];
    expect(read({ stdout: lines.join('\n'), stderr: lines.join('\n') })).toEqual([]);
  });

  it('names no single tests where a part of it was cut', () => {
    expect(only(read({ stdout: fixture('cargo-1.95.out'), countsOnly: true }))).toMatchObject({ results: null, counts: { passed: 5 } });
  });
});

const idsOf = (section: TestSection, outcome = 'passed'): string[] => section.results?.filter((result) => result.outcome === outcome).map(({ id }) => id) ?? ['none'];

describe('the ids of tests', () => {
  const nested = ['adds', 'name with # hash and \\ backslash - dash', 'suite > shouts', 'suite > deeper > adds', 'suite > deeper > adds', 'parent with subtests > child 1', 'parent with subtests > child 2 > grandchild', 'other file', 'test/empty.test.mjs'];

  it.each(['node-20.tap', 'node-22.tap', 'node-26.tap'])('are the path of the names in %s, and prints are not among them', (file) => {
    const section = only(read({ stdout: fixture(file) }));
    expect(idsOf(section)).toEqual(nested);
    expect(idsOf(section, 'skipped')).toEqual(['skipped one', 'todo one', 'dynamic skip', 'suite > deeper > inner skip']);
  });

  it('leave out what a program prints before TAP begins', () => {
    expect(idsOf(only(read({ stdout: fixture('node-20-direct.tap') })))).not.toContain('forged from src');
  });

  it.each(['pytest-6.2.5-v.out', 'pytest-9.0.2-v.out', 'pytest-6.2.5-xdist-v.out', 'pytest-9.0.2-xdist-v.out'])('are the node ids in %s', (file) => {
    expect(idsOf(only(read({ stdout: fixture(file) }))).toSorted()).toEqual(['TestThings::test_in_class', 'test_adds', 'test_param[a::b[c]]', 'test_param[one two]', 'test_xpass'].map((id) => `tests/test_a.py::${id}`).concat('tests/test_b.py::Case::test_one'));
  });

  it.each(['unittest-3.8.18-v.out', 'unittest-3.13.0-v.out'])('are names and classes in %s, also where a test prints over its outcome', (file) => {
    const section = only(read({ stderr: fixture(file) }));
    expect(idsOf(section)).toHaveLength(3);
    expect(idsOf(section)[2]).toMatch(/^test_prints \(test_b\.Case/);
  });

  it.each(['vitest-3.2.4-verbose.out', 'vitest-4.1.12-verbose.out', 'vitest-0.34.6-verbose.out'])('are file and titles in %s', (file) => {
    const passed = idsOf(only(read({ stdout: fixture(file) }))).toSorted();
    expect(passed.slice(-3)).toEqual(['test/a.test.js > suite > odd > adds', 'test/a.test.js > suite > odd > expected', 'test/b.test.js > other']);
  });

  it.each(['vitest-0.34.6.out', 'vitest-4.1.12.out'])('are files, once for each test in them, where %s names no tests', (file) => {
    const passed = idsOf(only(read({ stdout: withoutForged(fixture(file)) })));
    expect(passed.filter((id) => id === 'test/a.test.js')).toHaveLength(5);
    expect(passed.filter((id) => id === 'test/b.test.js')).toHaveLength(1);
  });

  it.each(['jest-30.2.0.json', 'jest-26.6.3.json'])('are file and titles in %s', (file) => {
    expect(idsOf(only(read({ stdout: fixture(file) })))).toEqual(['test/b.test.js > other', 'test/a.test.js > adds', 'test/a.test.js > prints', 'test/a.test.js > suite > adds', 'test/a.test.js > suite > adds']);
  });

  it('are titles where jest names them, else files', () => {
    expect(idsOf(only(read({ stderr: fixture('jest-30.2.0-verbose.err') })))).toEqual(['adds', 'prints', 'adds', 'adds', 'other']);
    expect(idsOf(only(read({ stderr: fixture('jest-30.2.0.err') })))).toEqual(['test/a.test.js', 'test/b.test.js']);
  });

  it('are titles in the default output of mocha and node, without the times', () => {
    expect(idsOf(only(read({ stdout: withoutForged(fixture('mocha-11.7.5.out')) })))).toEqual(['adds', 'prints', 'slow', 'adds', 'adds', '- dash', '12 passing', '1) looks failed']);
    expect(idsOf(only(read({ stdout: withoutForged(fixture('node-24.spec')) })))).toEqual(['adds', 'name with # hash and \\ backslash - dash', 'shouts', 'adds', 'adds', 'deeper', 'suite', 'child 1', 'grandchild', 'child 2', 'parent with subtests', 'other file', 'test/empty.test.mjs']);
  });

  it('are package and name in Go, which its JSON tells from prints', () => {
    expect(idsOf(only(read({ stdout: fixture('go-1.26.json') })))).toContain('example.com/gop > TestTable/a/b#01');
    expect(idsOf(only(read({ stdout: fixture('go-1.26.json') })))).not.toContain('example.com/gop > TestForged');
  });

  it('leave out the lines of documentation tests, which an edit above moves', () => {
    expect(idsOf(only(read({ stdout: fixture('cargo-1.95.out') })))).toEqual(['tests::adds', 'tests::deep::adds', 'tests::panics', 'adds', 'src/lib.rs -']);
  });

  it('are not known where prints stand among them, and the counts are', () => {
    for (const file of ['vitest-4.1.12.out', 'mocha-11.7.5.out', 'node-24.spec', 'cargo-1.95-nocapture.out']) expect(only(read({ stdout: fixture(file) })).results).toBeNull();
  });

  it('do not hold the folder that the tests ran in', () => {
    const [section] = read({ stdout: 'TAP version 13\nok 1 - in /tmp/x/y of /tmp/x\n1..1\n', roots: ['/tmp/x'] });
    expect(section?.results).toEqual([{ id: 'in y of .', outcome: 'passed' }]);
  });
});

describe('reports in files', () => {
  it.each([
    ['pytest-6.2.5.xml', '6 passed, 5 skipped', 'pytest > tests.test_a > test_adds'],
    ['pytest-9.0.2.xml', '6 passed, 5 skipped', 'pytest > tests.test_a > test_adds'],
    ['pytest-8.3.5-xunit1.xml', '6 passed, 5 skipped', 'pytest > tests.test_a > test_adds'],
    ['pytest-9.0.2-fail.xml', '7 passed, 2 failed, 5 skipped', 'pytest > tests_fail > test_ok'],
    ['node-20-junit.xml', '9 passed, 4 skipped', 'test > adds'],
    ['node-24-junit.xml', '9 passed, 4 skipped', 'test > adds'],
    ['vitest-4.1.12-junit.xml', '7 passed, 2 failed, 6 skipped', 'fail/d.test.js > passes'],
    ['ctest-3.25-junit.xml', '3 passed, 2 skipped', '(empty) > adds > adds'],
    ['surefire.xml', '2 passed, 2 failed, 1 skipped', 'org.example.AddTest > adds'],
    ['gradle.xml', '1 passed, 1 failed, 1 skipped', 'org.example.AddTest > adds()'],
    ['googletest.xml', '1 passed, 1 failed, 2 skipped', 'Add > Adds'],
    ['go-junit-report.xml', '1 passed, 1 failed, 1 skipped', 'example.com/gop > gop > TestAdd'],
    ['jest-30.2.0.json', '5 passed, 4 skipped', 'test/b.test.js > other'],
    ['vitest-0.34.6.json', '7 passed, 1 failed, 6 skipped', 'fail/d.test.js > passes'],
    ['vitest-4.1.12.json', '7 passed, 1 failed, 6 skipped', 'fail/d.test.js > passes'],
    ['go-1.26.json', '10 passed, 1 skipped', 'example.com/gop'],
    ['node-26.tap', '9 passed, 4 skipped', 'adds'],
  ])('%s: %s', (file, text, first) => {
    const section = only(read({ reports: [{ name: 'the report', text: fixture(file) }] }));
    expect(section.flaw).toBeNull();
    expect(section.source).toMatch(/ in the report$/);
    expect(countsText(section.counts)).toBe(text);
    expect(idsOf(section)[0]).toBe(first);
  });

  it('that are one file for each suite are one list of tests', () => {
    const suite = (name: string) => ({ name: 'the report', text: `<testsuite name="${name}"><testcase classname="${name}" name="t"/></testsuite>` });
    expect(idsOf(only(read({ reports: [suite('A'), suite('B')] })))).toEqual(['A > t', 'B > t']);
  });

  it('that the user named count by their names, and what is printed beside them by its numbers', () => {
    const sections = read({ reports: [{ name: 'the report', text: fixture('jest-30.2.0.json') }], stderr: fixture('jest-30.2.0.err'), countsOnly: true }, 'jest');
    expect(sections.map(({ source, results, counts }) => [source, results?.length, countsText(counts)])).toEqual([['json in the report', 9, '5 passed, 4 skipped'], ['jest on stderr', undefined, '5 passed, 4 skipped']]);
  });

  it.each([
    ['nothing', '', 'it is of no known form'],
    ['another form', 'all is well\n', 'it is of no known form'],
    ['XML that ends early', fixture('pytest-9.0.2.xml').slice(0, 900), 'it is not well-formed'],
    ['JSON that ends early', fixture('jest-30.2.0.json').slice(0, 900), 'it is not whole'],
    ['an own entity', '<!DOCTYPE t [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite name="&b;"><testcase name="x"/></testsuite>', 'it is not well-formed: Invalid character entity'],
    ['a suite in a suite, and so on', `<testsuite>${'<testsuite name="s">'.repeat(10_000)}`, 'it is nested too deeply'],
  ])('that hold %s are not believed', (_what, text, flaw) => {
    expect(only(read({ reports: [{ name: 'the report', text }] })).flaw).toMatch(new RegExp(`^${flaw}`));
  });
});

describe('results that cannot be right', () => {
  it.each([
    ['a plan that was not kept', 'TAP version 13\nok 1 - a\n1..2\n', 'a plan of 2 tests, and 1 results'],
    ['more results than planned', 'TAP version 13\nok 1 - a\nok 2 - forged\n1..1\n', 'a plan of 1 tests, and 2 results'],
    ['a plan of subtests that was not kept', 'TAP version 13\n    ok 1 - a\n    1..2\nok 1 - p\n1..1\n', 'a plan of 2 tests, and 1 results'],
    ['no plan', 'TAP version 13\nok 1 - a\n', 'no plan'],
    ['two plans', '1..1\nok 1 - a\n1..1\n', 'two plans'],
    ['an end in the middle', 'TAP version 13\nok 1 - a\nBail out! no more\n1..1\n', 'it bailed out'],
    ['a test program that ended before its summary', 'running 2 tests\ntest a ... ok\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\nrunning 3 tests\ntest x ... ok\n', 'a test program did not sum up'],
    ['a summary of other tests than announced', 'running 3 tests\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n', 'a test program announced 3 tests and summed up 2'],
    ['a test of ctest twice', '1/1 Test #1: a ......   Passed    0.00 sec\n1/1 Test #1: b ......   Passed    0.00 sec\n100% tests passed, 0 tests failed out of 1\n', 'two tests have the place 1'],
    ['ctest ended early', '1/3 Test #1: a ......   Passed    0.00 sec\n100% tests passed, 0 tests failed out of 1\n', '3 tests are listed, and 1 ended'],
  ])('%s', (_what, stdout, flaw) => {
    expect(only(read({ stdout })).flaw).toBe(flaw);
  });
});

describe('hostile output', () => {
  // With a parser that goes back and forth on a line, each of these would take hours.
  const size = 2 << 20;
  const lines = [' '.repeat(4000), '('.repeat(4000), ' ('.repeat(2000), '='.repeat(4000), ' > '.repeat(1300), ' ✓ a (1 test (1 test', '1/1 Test #1: .'.padEnd(4000, ' .'), 'x PASSED ('.repeat(400), '[gw0] [ 1%] PASSED a'.padEnd(3999).concat('b'), '    '.repeat(900).concat('ok 1'), 'ok 1 - #'.padEnd(4000, ' #'), 'test a ... '.repeat(360), 'in 1'.repeat(1000), '\u001B['.repeat(2000), '\u001B]'.repeat(2000), '--- PASS: a ('.padEnd(4000, '1'), '{"Action":"Package":'.repeat(200), '✔ a (1'.padEnd(4000, '.')];
  it.each(lines.map((line) => [line.slice(0, 30), line]))('of lines like %j is read to its end', (_name, line) => {
    const text = `${line}\n`.repeat(Math.ceil(size / line.length));
    for (const section of read({ stdout: text, reports: [{ name: 'r', text }] })) expect(section.results?.length ?? 0).toBeLessThanOrEqual(100_000);
  });

  it.each([
    ['an attribute', `<testsuite name="${'x'.repeat(size)}"><testcase name="a"/></testsuite>`],
    ['a text', `<testsuite><testcase name="a"><failure>${'&lt;'.repeat(size / 4)}</failure></testcase></testsuite>`],
    ['a tag', `<testsuite ${'a'.repeat(size)}`],
    ['an entity', `<testsuite>${'&'.repeat(size)}</testsuite>`],
    ['tests', `<testsuite>${'<testcase name="a"/>'.repeat(size / 20)}</testsuite>`],
    ['JSON in JSON', `{"numTotalTests":${'['.repeat(size)}`],
  ])('of endless %s is read to its end', (_name, text) => {
    for (const section of read({ reports: [{ name: 'r', text }] })) expect((section.results ?? []).every(({ id }) => id.length <= 500)).toBe(true);
  });

  it('of more tests than anybody names is compared by its counts', () => {
    expect(only(read({ stdout: `TAP version 13\n${'ok 1 - a\n'.repeat(150_000)}1..150000\n` }))).toMatchObject({ results: null, counts: { passed: 150_000 }, flaw: null });
  });
});
