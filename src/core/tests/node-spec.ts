import { addCounts, noCounts, parsedTests, type ParsedTests, type TestOutcome, type TestResult } from './results.js';

const testLine = /^ *(✔|✖|﹣|⚠) (.*) \(\d[\d.]*ms\)(?: (#.*))?$/;
const summaryLine = /^ℹ (tests|suites|pass|fail|cancelled|skipped|todo) (\d{1,9})$/;

/**
 * The `spec` reporter of `node --test`, the default from Node 23 on. Ids are the titles alone: what the tests print stands
 * between the lines and could pass for the name of a suite. Null when it is none.
 */
export function parseNodeSpec(lines: readonly string[]): ParsedTests | null {
  const results: TestResult[] = [];
  let counts = noCounts();
  let runs = 0;
  let consistent = true;
  let seen = 0;
  let summary = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    const total = summaryLine.exec(line);
    if (total !== null) {
      summary.set(total[1] ?? '', Number(total[2]));
      if (total[1] !== 'todo') continue;
      const of = (name: string) => summary.get(name) ?? 0;
      runs += 1;
      counts = addCounts(counts, { passed: of('pass'), failed: of('fail') + of('cancelled'), skipped: of('skipped') + of('todo') });
      if (results.length - seen !== of('tests') + of('suites')) consistent = false;
      seen = results.length;
      summary = new Map();
      continue;
    }
    const test = testLine.exec(line);
    // What failed is listed once more after the summary.
    if (test !== null && !(lines[index - 1] ?? '').startsWith('test at ')) results.push({ id: test[2] ?? '', outcome: outcomeOf(test[1] ?? '', test[3] ?? '') });
  }
  if (runs === 0) return null;
  return parsedTests(consistent ? results : null, { counts, runs });
}

function outcomeOf(mark: string, comment: string): TestOutcome {
  if (mark === '﹣' || mark === '⚠' || comment.startsWith('# TODO')) return 'skipped';
  return mark === '✔' ? 'passed' : 'failed';
}
