import { countsInWords } from './lines.js';
import { addCounts, noCounts, parsedTests, type ParsedTests, type TestResult } from './results.js';

const words = { passed: 'passed', failed: 'failed', skipped: 'skipped', todo: 'skipped', total: null } as const;

/**
 * What jest prints (on stderr): with `--verbose`, or for a single file, the titles of the tests, else the files that passed.
 * Where neither adds up to the summary, its counts alone. Null when it is none.
 */
export function parseJest(lines: readonly string[]): ParsedTests | null {
  let counts = noCounts();
  let runs = 0;
  let suites = 0;
  const tests: TestResult[] = [];
  const files: TestResult[] = [];
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1] ?? '';
    const total = before.startsWith('Test Suites: ') && before.endsWith(' total') ? totals(line) : null;
    if (total !== null) {
      counts = addCounts(counts, total);
      suites += Number(/(\d{1,9}) passed/.exec(before)?.[1] ?? 0);
      runs += 1;
      continue;
    }
    const file = /^(PASS|FAIL) +(\S.*)$/.exec(line);
    if (file !== null) files.push({ id: (file[2] ?? '').replace(/(?: \([\d.]{1,20} (?:m?s|[kMG]?B heap size)\)){1,2}$/, ''), outcome: file[1] === 'PASS' ? 'passed' : 'failed' });
    const test = /^ +(✓|✕|○|✎) (?:skipped |todo )?(.*)$/.exec(line);
    if (test !== null) tests.push({ id: (test[2] ?? '').replace(/ \([\d.]{1,20} m?s\)$/, ''), outcome: test[1] === '✓' ? 'passed' : test[1] === '✕' ? 'failed' : 'skipped' });
  }
  if (runs === 0) return null;
  const passed = (found: readonly TestResult[]) => found.filter((result) => result.outcome === 'passed').length;
  // A file in which everything is skipped is not listed, so only what passed must add up.
  const results = tests.length > 0 && passed(tests) === counts.passed ? tests : passed(files) === suites ? files : null;
  return parsedTests(results, { counts, runs });
}

/** `Tests:       3 skipped, 1 todo, 5 passed, 9 total`. */
function totals(line: string): ReturnType<typeof countsInWords> {
  const text = /^Tests: +(\d.*)$/.exec(line)?.[1];
  return text === undefined ? null : countsInWords(text, ',', words);
}
