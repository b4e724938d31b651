import { addCounts, noCounts, parsedTests, type ParsedTests, type TestCounts, type TestOutcome, type TestResult } from './results.js';

/**
 * The summary of Python's unittest (on stderr), and with `-v` the names of the tests. A test that fails as expected counts
 * as skipped. Null when it is none.
 */
export function parseUnittest(lines: readonly string[]): ParsedTests | null {
  let counts = noCounts();
  let runs = 0;
  const named: { id: string; outcome: TestOutcome | null }[] = [];
  for (const [index, line] of lines.entries()) {
    const ran = /^Ran (\d{1,9}) tests? in \d[\d.]*s$/.exec(line);
    if (ran !== null && /^-{70}$/.test(lines[index - 1] ?? '')) {
      const verdict = lines[index + 2] ?? '';
      counts = addCounts(counts, countsOf(Number(ran[1]), verdict));
      runs += 1;
      continue;
    }
    const head = /^(\w{1,300} \([\w.<>]{1,300}\))(?: \.\.\. (.*))?$/.exec(line);
    if (head === null) continue;
    // A test with a docstring has its outcome on the next line.
    const said = head[2] ?? / \.\.\. (.*)$/.exec(lines[index + 1] ?? '')?.[1];
    if (said !== undefined) named.push({ id: head[1] ?? '', outcome: outcomeOf(said) });
  }
  if (runs === 0) return null;
  return parsedTests(resultsOf(named, counts), { counts, runs });
}

/** `OK (skipped=2, expected failures=1)` after `Ran N tests`. */
function countsOf(ran: number, verdict: string): TestCounts {
  const of = (name: string) => Number(new RegExp(String.raw`(?:\(|, )${name}=(\d{1,9})`).exec(verdict)?.[1] ?? 0);
  const failed = of('failures') + of('errors') + of('unexpected successes');
  const skipped = of('skipped') + of('expected failures');
  return { passed: Math.max(0, ran - failed - skipped), failed, skipped };
}

/** Null where what the test prints stands in the place of its outcome. */
function outcomeOf(said: string): TestOutcome | null {
  if (said === 'ok') return 'passed';
  if (/^(?:FAIL|ERROR|unexpected success)$/.test(said)) return 'failed';
  return /^(?:skipped |expected failure$)/.test(said) ? 'skipped' : null;
}

/** Outcomes that are hidden by prints passed, when all that did not pass is known. */
function resultsOf(named: readonly { id: string; outcome: TestOutcome | null }[], { passed, failed, skipped }: TestCounts): TestResult[] | null {
  const known = (outcome: TestOutcome) => named.filter((test) => test.outcome === outcome).length;
  if (named.length !== passed + failed + skipped || known('failed') !== failed || known('skipped') !== skipped) return null;
  return named.map(({ id, outcome }) => ({ id, outcome: outcome ?? 'passed' }));
}
