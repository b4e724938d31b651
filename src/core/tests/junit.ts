import sax from 'sax';
import { parsedTests, testId, type ParsedTests, type TestOutcome, type TestResult } from './results.js';

/** Suites within suites are rare, and only a hostile file nests deeper. */
const deepest = 100;

/**
 * A report in the form that JUnit made common, as surefire, gradle, pytest, node, jest-junit, mocha, ctest, GoogleTest and
 * many more write it. An id is made of the names of the suites, the class and the test. Null when it is no such report.
 * Entities that a document defines are not known to the parser, so none can grow.
 */
export function parseJunit(text: string): ParsedTests | null {
  if (!/<testsuites?[\s>/]/.test(text.slice(0, 10_000))) return null;
  const results: TestResult[] = [];
  const open: string[] = [];
  const suites: string[] = [];
  let current: { id: string; outcome: TestOutcome } | null = null;
  let flaw: string | null = null;
  const parser = sax.parser(true);
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the parser knows no other way
  parser.onerror = (error) => {
    flaw ??= `it is not well-formed: ${error.message.split('\n')[0] ?? ''}`;
    // The parser goes on after an error only when it is told to; what follows is not looked at.
    throw error;
  };
  parser.onopentag = ({ name, attributes }) => {
    open.push(name);
    if (open.length > deepest) throw new RangeError('it is nested too deeply');
    const value = (attribute: string): string => {
      const found = attributes[attribute];
      return typeof found === 'string' ? found : '';
    };
    if (name === 'testsuite') suites.push(value('name'));
    else if (name === 'testcase') current = { id: testId([...new Set([...suites, value('classname')]), value('name')]), outcome: stateOf(value('status'), value('result')) };
    else if (current !== null && open.at(-2) === 'testcase') current.outcome = worse(current.outcome, name);
  };
  parser.onclosetag = (name) => {
    open.pop();
    if (name === 'testsuite') suites.pop();
    if (name === 'testcase' && current !== null) {
      results.push(current);
      current = null;
    }
  };
  try {
    parser.write(text.replace(/^\uFEFF/, '').trimEnd()).close();
  } catch (error) {
    flaw ??= error instanceof Error ? error.message : String(error);
  }
  return parsedTests(results, { flaw });
}

/** GoogleTest and ctest say in attributes what was not run. */
function stateOf(status: string, result: string): TestOutcome {
  return status === 'notrun' || status === 'disabled' || result === 'skipped' || result === 'suppressed' ? 'skipped' : 'passed';
}

/** A test that is both skipped and failed was expected to fail (`todo` of node). */
function worse(outcome: TestOutcome, element: string): TestOutcome {
  if (element === 'skipped') return 'skipped';
  if (element === 'failure' || element === 'error') return outcome === 'skipped' ? 'skipped' : 'failed';
  return outcome;
}
