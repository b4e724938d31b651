import { noCounts, parsedTests, type ParsedTests, type TestCounts, type TestOutcome, type TestResult } from './results.js';

const summary = /^test result: (?:ok|FAILED)\. (\d{1,9}) passed; (\d{1,9}) failed; (\d{1,9}) ignored; (\d{1,9}) measured; \d{1,9} filtered out/;

/**
 * `cargo test`, one block for each test program. The number of tests that a block announces must agree with what its
 * summary says. Null when it is none.
 */
export function parseCargo(lines: readonly string[]): ParsedTests | null {
  const counts = noCounts();
  let results: TestResult[] | null = [];
  let block: TestResult[] = [];
  let announced: number | null = null;
  let runs = 0;
  let found = false;
  let flaw: string | null = null;
  for (const line of lines) {
    const running = /^running (\d{1,9}) tests?$/.exec(line);
    if (running !== null) {
      if (announced !== null) flaw ??= 'a test program did not sum up';
      announced = Number(running[1]);
      block = [];
      continue;
    }
    const test = /^test (\S.*?) \.\.\. (ok|FAILED|ignored|bench:)(?:[ ,].*)?$/.exec(line);
    if (test !== null) block.push({ id: nameOf(test[1] ?? ''), outcome: outcomeOf(test[2] ?? '') });
    const end = summary.exec(line);
    if (end === null) continue;
    const [passed, failed, ignored, measured] = end.slice(1, 5).map(Number) as [number, number, number, number];
    const said: TestCounts = { passed: passed + measured, failed, skipped: ignored };
    if (announced !== said.passed + failed + ignored) flaw ??= `a test program announced ${announced ?? 0} tests and summed up ${said.passed + failed + ignored}`;
    // With --nocapture what a test prints stands within its line.
    if (results !== null && addsUp(block, said) && !block.some(({ id }) => id.includes(' ... '))) results.push(...block);
    else results = null;
    for (const outcome of ['passed', 'failed', 'skipped'] as const) counts[outcome] += said[outcome];
    // A program without tests, such as a new example, is no news.
    if (announced !== 0) runs += 1;
    found = true;
    announced = null;
    block = [];
  }
  if (announced !== null && found) flaw ??= 'a test program did not sum up';
  return !found ? null : parsedTests(results, { counts, runs, flaw });
}

/** libtest's `--format json`, one event a line. Null when it is none. */
export function parseLibtestJson(lines: readonly string[]): ParsedTests | null {
  const results: TestResult[] = [];
  let runs = 0;
  let announced = 0;
  for (const line of lines) {
    if (!line.startsWith('{') || !/"type": ?"(?:suite|test)".*"event":/.test(line)) continue;
    let event: Record<string, unknown>;
    try {
      event = JSON.parse(line) as Record<string, unknown>;
    } catch {
      continue;
    }
    const what = String(event['event']);
    if (event['type'] === 'suite' && what === 'started') announced += Number(event['test_count'] ?? 0);
    else if (event['type'] === 'suite') runs += 1;
    else if (event['type'] === 'test' && what !== 'started' && what !== 'timeout') results.push({ id: nameOf(String(event['name'])), outcome: outcomeOf(what) });
  }
  if (runs === 0) return null;
  return parsedTests(results, { runs, flaw: announced === results.length ? null : `${announced} tests were announced, and ${results.length} ended` });
}

/** A documentation test is named after its line, which an edit above it moves. */
const nameOf = (name: string): string => name.replace(/ - should panic$/, '').replace(/ \(line \d{1,9}\)/, '');

function outcomeOf(word: string): TestOutcome {
  if (word === 'ok' || word === 'bench:') return 'passed';
  return word === 'ignored' ? 'skipped' : 'failed';
}

function addsUp(block: readonly TestResult[], said: TestCounts): boolean {
  return (['passed', 'failed', 'skipped'] as const).every((outcome) => block.filter((test) => test.outcome === outcome).length === said[outcome]);
}
