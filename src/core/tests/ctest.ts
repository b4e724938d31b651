import { parsedTests, type ParsedTests, type TestOutcome, type TestResult } from './results.js';

/** ctest fills the column of names with dots: a space and at least two of them, or three that end a name that is too long. */
const testLine = /^ *(\d{1,9})\/(\d{1,9}) Test +#\d{1,9}: (.*?)(?: \.{2,}|\.{3})(?: {3}(Passed) |\*{3}(\w[\w ]{0,40}(?:\(\w{1,40}\))?) )/;

/** The results of ctest; each place in the list of tests must be there once. Null when it is none. */
export function parseCtest(lines: readonly string[]): ParsedTests | null {
  const results: TestResult[] = [];
  let runs = 0;
  let flaw: string | null = null;
  let places = new Set<number>();
  let listed = 0;
  const end = () => {
    if (places.size !== listed) flaw ??= `${listed} tests are listed, and ${places.size} ended`;
    places = new Set();
    listed = 0;
  };
  for (const line of lines) {
    const test = testLine.exec(line);
    if (test !== null) {
      const [, place = '', of = '', name = '', passed, other = ''] = test;
      if (places.has(Number(place))) flaw ??= `two tests have the place ${place}`;
      places.add(Number(place));
      listed = Number(of);
      results.push({ id: name, outcome: passed === undefined ? outcomeOf(other.trim()) : 'passed' });
    } else if ((/^\d{1,3}% tests passed, \d{1,9} tests? failed out of \d{1,9}$/.test(line) && listed > 0) || line === 'No tests were found!!!') {
      end();
      runs += 1;
    }
  }
  if (runs === 0) return null;
  if (places.size > 0) flaw ??= 'no summary';
  return parsedTests(results, { runs, flaw });
}

function outcomeOf(word: string): TestOutcome {
  return /^(?:Skipped|Not Run \(Disabled\))/.test(word) ? 'skipped' : 'failed';
}
