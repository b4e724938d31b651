/** The forms that results of tests come in. */
export type ResultFormat = 'junit' | 'tap' | 'node' | 'mocha' | 'vitest' | 'jest' | 'pytest' | 'unittest' | 'go' | 'cargo' | 'ctest';

export type TestOutcome = 'passed' | 'failed' | 'skipped';

/** One test of a run. An id may stand for several tests of one name; what counts is how many of them passed. */
export interface TestResult {
  id: string;
  outcome: TestOutcome;
}

/** `skipped` holds what was not run and what was not expected to pass: skip, ignore, todo, pending, xfail. */
export type TestCounts = Record<TestOutcome, number>;

/** What one framework said of a test command. */
export interface ParsedTests {
  /** Null where it names no single tests, or where the names do not add up to its own totals. */
  results: TestResult[] | null;
  counts: TestCounts;
  /** How many times it summed up: a command may run it several times. */
  runs: number;
  /** What is inconsistent about it; null when nothing is. */
  flaw: string | null;
}

export interface TestSection extends ParsedTests {
  /** The same for base and candidate, such as `pytest report` or `tap on stdout`. */
  source: string;
  format: ResultFormat;
}

/** All that was found of one run of the test command. */
export interface TestRun {
  v: 1;
  sections: TestSection[];
}

/** A larger suite is compared by its counts alone. */
export const mostResults = 100_000;
const longestId = 500;

export const noCounts = (): TestCounts => ({ passed: 0, failed: 0, skipped: 0 });

export function countOf(results: readonly TestResult[]): TestCounts {
  const counts = noCounts();
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}

export function addCounts(one: TestCounts, other: TestCounts): TestCounts {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed, skipped: one.skipped + other.skipped };
}

export const totalOf = ({ passed, failed, skipped }: TestCounts): number => passed + failed + skipped;

/** Single tests that add up to the totals of the framework; without totals of its own, theirs. */
export function parsedTests(results: TestResult[] | null, { counts, runs = 1, flaw = null }: { counts?: TestCounts; runs?: number; flaw?: string | null } = {}): ParsedTests {
  return { results: results === null || results.length > mostResults ? null : results, counts: counts ?? countOf(results ?? []), runs, flaw };
}

/** Names joined to one id, bounded. */
export function testId(parts: readonly string[]): string {
  const id = parts.filter((part) => part !== '').join(' > ');
  return id.length <= longestId ? id : `${id.slice(0, longestId - 101)}…${id.slice(-100)}`;
}
