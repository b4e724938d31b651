import { countsInWords } from './lines.js';
import { addCounts, noCounts, parsedTests, type ParsedTests, type TestCounts, type TestOutcome, type TestResult } from './results.js';

const words = {
  passed: 'passed', xpassed: 'passed', failed: 'failed', error: 'failed', errors: 'failed', skipped: 'skipped', xfailed: 'skipped',
  deselected: null, warning: null, warnings: null, rerun: null, 'subtests passed': null, 'subtests failed': null, 'subtests skipped': null,
} as const;

const outcomes: Record<string, TestOutcome> = { PASSED: 'passed', XPASS: 'passed', FAILED: 'failed', ERROR: 'failed', SKIPPED: 'skipped', XFAIL: 'skipped' };

/**
 * The summary lines of pytest, and with `-v` the ids of the tests where they add up to it. A test that fails as expected
 * counts as skipped. Null when there is no summary (`-qq` prints none).
 */
export function parsePytest(lines: readonly string[]): ParsedTests | null {
  let counts = noCounts();
  let runs = 0;
  const results: TestResult[] = [];
  for (const line of lines) {
    const total = summary(line);
    if (total !== null) {
      counts = addCounts(counts, total);
      runs += 1;
      continue;
    }
    const serial = /^(\S.*?) (PASSED|XPASS|FAILED|ERROR|SKIPPED|XFAIL)(?: \(.*)?$/.exec(line.replace(/ \[ *\d{1,3}%\]$/, '').trimEnd());
    const parallel = /^\[gw\d+\] \[ *\d+%\] (PASSED|XPASS|FAILED|ERROR|SKIPPED|XFAIL) (\S.*)$/.exec(line.trimEnd());
    const [id, word] = serial !== null ? [serial[1], serial[2]] : [parallel?.[2], parallel?.[1]];
    if (id?.includes('::')) results.push({ id, outcome: outcomes[word ?? ''] ?? 'failed' });
  }
  if (runs === 0) return null;
  const named = (outcome: TestOutcome) => results.filter((result) => result.outcome === outcome).length;
  return parsedTests(named('passed') === counts.passed && named('skipped') === counts.skipped && results.length > 0 ? results : null, { counts, runs });
}

/** `=== 5 passed, 3 skipped, 1 warning in 0.03s ===`, with or without the frame. */
function summary(line: string): TestCounts | null {
  const text = /^(?:=+ )?(.{1,500}?) in \d[\d.]*s(?: \([\d:]+\))?(?: =+)?$/.exec(line)?.[1];
  if (text === undefined) return null;
  return text === 'no tests ran' ? noCounts() : countsInWords(text, ',', words);
}
