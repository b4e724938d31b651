import { countsInWords } from './lines.js';
import { addCounts, countOf, noCounts, parsedTests, testId, type ParsedTests, type TestCounts, type TestResult } from './results.js';

const words = { passed: 'passed', 'expected fail': 'passed', failed: 'failed', skipped: 'skipped', todo: 'skipped' } as const;
const marks = { '✓': 'passed', '❯': 'failed', '×': 'failed', '↓': 'skipped', '□': 'skipped' } as const;

/**
 * What vitest prints: with the reporter `verbose` each test, by default each file with its number of tests, which then
 * stands for that many tests of one id. Where they do not add up to the summary, its counts alone. Null when it is none.
 */
export function parseVitest(lines: readonly string[]): ParsedTests | null {
  let counts = noCounts();
  let runs = 0;
  const tests: TestResult[] = [];
  const files: TestResult[] = [];
  for (const [index, line] of lines.entries()) {
    const total = /^ *Test Files /.test(lines[index - 1] ?? '') ? totals(line) : null;
    if (total !== null) {
      counts = addCounts(counts, total);
      runs += 1;
      continue;
    }
    const match = /^ (✓|❯|×|↓|□) (.*)$/.exec(line);
    if (match === null) continue;
    const [, mark = '', text = ''] = match;
    const file = / \((\d{1,9}) tests?((?: \| \d{1,9} \w{1,20}){0,9})\)/.exec(text);
    if (file !== null) files.push(...ofFile(text.slice(0, file.index).trim(), Number(file[1]), file[2] ?? ''));
    else if (text.includes(' > ')) tests.push({ id: testId([plain(text)]), outcome: marks[mark as keyof typeof marks] });
  }
  if (runs === 0) return null;
  // Before version 3 `verbose` leaves out what is skipped, so only what passed must add up.
  if (tests.length > 0 && countOf(tests).passed === counts.passed) return parsedTests(tests, { counts, runs });
  return parsedTests(same(countOf(files), counts) ? files : null, { counts, runs });
}

/** `Tests  1 failed | 6 passed | 1 expected fail | 5 skipped | 1 todo (14)`. */
function totals(line: string): TestCounts | null {
  const text = /^ *Tests {2}(.*)$/.exec(line)?.[1]?.trim();
  if (text === undefined) return null;
  return text === 'no tests' ? noCounts() : countsInWords(text.replace(/ \(\d{1,9}\)$/, ''), '|', words);
}

function ofFile(path: string, tests: number, parts: string): TestResult[] {
  const said = parts === '' ? noCounts() : countsInWords(parts.replace(/^ \| /, ''), '|', words);
  if (said === null || tests > 100_000) return [];
  const each = (outcome: TestResult['outcome'], number: number): TestResult[] => Array.from({ length: Math.max(0, number) }, () => ({ id: path, outcome }));
  return [...each('failed', said.failed), ...each('skipped', said.skipped), ...each('passed', tests - said.failed - said.skipped)];
}

/** Without time and number of tries. */
const plain = (text: string): string => text.replace(/(?: \((?:retry|repeat) x\d{1,9}(?:, \w{1,10} x\d{1,9})?\))?(?: {1,2}\d{1,9}(?:\.\d{1,9})?m?s)?(?: \(\w{1,10} x\d{1,9}\))?$/, '');

const same = (one: TestCounts, other: TestCounts): boolean => one.passed === other.passed && one.failed === other.failed && one.skipped === other.skipped;
