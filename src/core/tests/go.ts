import { countOf, parsedTests, testId, type ParsedTests, type TestOutcome, type TestResult } from './results.js';

const words: Record<string, TestOutcome> = { PASS: 'passed', FAIL: 'failed', SKIP: 'skipped', pass: 'passed', fail: 'failed', skip: 'skipped' };

/** `go test -v`: tests and packages; without `-v` it names packages alone. Null when it is none. */
export function parseGo(lines: readonly string[]): ParsedTests | null {
  const packages: TestResult[] = [];
  const tests: TestResult[] = [];
  let unassigned: TestResult[] = [];
  /** Packages without test files are all that it found. */
  let without = false;
  for (const line of lines) {
    const test = /^ *--- (PASS|FAIL|SKIP): (\S+) \(\d[\d.]*s\)$/.exec(line);
    if (test !== null) unassigned.push({ id: test[2] ?? '', outcome: words[test[1] ?? ''] ?? 'failed' });
    const done = /^(ok {2}|FAIL|\? {3})\t(\S+)(?:[\t ](.*))?$/.exec(line);
    if (done === null) continue;
    const [, word, name = '', rest = ''] = done;
    tests.push(...unassigned.map(({ id, outcome }) => ({ id: testId([name, id]), outcome })));
    unassigned = [];
    if (word === '?   ') without = true;
    else if (word === 'FAIL') packages.push({ id: name, outcome: 'failed' });
    else if (!rest.includes('[no tests to run]')) packages.push({ id: name, outcome: 'passed' });
  }
  if (packages.length === 0 && !without) return null;
  return ofPackages(packages, [...tests, ...unassigned]);
}

/** `go test -json`, one event a line. Null when it is none. */
export function parseGoJson(lines: readonly string[]): ParsedTests | null {
  const packages: TestResult[] = [];
  const tests: TestResult[] = [];
  let any = false;
  for (const line of lines) {
    if (!line.startsWith('{') || !line.includes('"Action":') || !line.includes('"Package":')) continue;
    const event = eventOf(line);
    if (event === null) continue;
    any = true;
    const outcome = words[String(event['Action'])];
    if (outcome === undefined) continue;
    const name = String(event['Package']);
    const test = event['Test'];
    if (typeof test === 'string') tests.push({ id: testId([name, test]), outcome });
    else if (outcome !== 'skipped') packages.push({ id: name, outcome });
  }
  return any ? ofPackages(packages, tests) : null;
}

function eventOf(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** A package must still be there, but is no test where tests are named. */
function ofPackages(packages: TestResult[], tests: TestResult[]): ParsedTests {
  return parsedTests([...packages, ...tests], { counts: countOf(tests.length > 0 ? tests : packages) });
}
