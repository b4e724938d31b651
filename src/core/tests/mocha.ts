import { noCounts, parsedTests, type ParsedTests, type TestResult } from './results.js';

const summaryLine = /^ *(\d{1,9}) passing \(\d[\d.]*(?:ms|s|m|h|d)\)$/;
const restLine = /^ *(\d{1,9}) (pending|failing)$/;

/**
 * The totals of mocha's reporters, and the titles of its default one, `spec`, where they add up to the totals. Ids are the
 * titles alone: what the tests print stands between the lines. Null when it is none.
 */
export function parseMocha(lines: readonly string[]): ParsedTests | null {
  const counts = noCounts();
  const results: TestResult[] = [];
  let runs = 0;
  let inSummary = false;
  for (const line of lines) {
    const passing = summaryLine.exec(line);
    if (passing !== null) {
      counts.passed += Number(passing[1]);
      runs += 1;
      inSummary = true;
      continue;
    }
    const rest = inSummary ? restLine.exec(line) : null;
    if (rest !== null) {
      counts[rest[2] === 'pending' ? 'skipped' : 'failed'] += Number(rest[1]);
      continue;
    }
    if (line.trim() !== '') inSummary = false;
    const test = /^ +(✔|✓|√|-|\d{1,9}\)) (.*)$/.exec(line);
    // Only a slow test is followed by its time.
    if (test !== null && (runs === 0 || counts.failed === 0)) results.push({ id: (test[2] ?? '').replace(/ \(\d[\d.]*m?s\)$/, ''), outcome: test[1] === '-' ? 'skipped' : /\d/.test(test[1] ?? '') ? 'failed' : 'passed' });
  }
  if (runs === 0) return null;
  const named = (outcome: TestResult['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const consistent = named('passed') === counts.passed && named('skipped') === counts.skipped && named('failed') === counts.failed;
  return parsedTests(consistent ? results : null, { counts, runs });
}
