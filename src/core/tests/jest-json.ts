import { countOf, parsedTests, testId, type ParsedTests, type TestOutcome, type TestResult } from './results.js';

/** The JSON of jest (`--json`) and of vitest (`--reporter=json`), which has the same form. Null when it is none. */
export function parseJestJson(text: string): ParsedTests | null {
  const start = /(?:^|\n)(?=\{\s{0,20}"num(?:Failed|Total|Passed)Test)/.exec(text);
  if (start === null) return null;
  const report = jsonFrom(text.slice(start.index));
  if (report === null) return parsedTests(null, { flaw: 'it is not whole' });
  const results: TestResult[] = [];
  for (const file of listOf(report['testResults'])) {
    for (const test of listOf(file['assertionResults'])) {
      const titles = Array.isArray(test['ancestorTitles']) ? test['ancestorTitles'].map(String) : [];
      results.push({ id: testId([textOf(file['name']), ...titles, textOf(test['title'])]), outcome: outcomeOf(textOf(test['status'])) });
    }
  }
  const { passed, failed, skipped } = countOf(results);
  // Before version 2, vitest counts what was skipped as passed.
  const said = report['numPassedTests'];
  return parsedTests(results, { flaw: said === passed || said === passed + skipped || said === passed + failed + skipped ? null : `it says that ${String(said)} tests passed, and names ${passed}` });
}

type Table = Record<string, unknown>;

/** The whole text, or its first line where something else follows. */
function jsonFrom(text: string): Table | null {
  for (const candidate of [text, text.trimStart().split('\n')[0] ?? '']) {
    try {
      const value: unknown = JSON.parse(candidate);
      if (isTable(value)) return value;
    } catch {
      // Tried in the other form.
    }
  }
  return null;
}

const isTable = (value: unknown): value is Table => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): Table[] => (Array.isArray(value) ? value.filter(isTable) : []);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function outcomeOf(status: string): TestOutcome {
  if (status === 'passed') return 'passed';
  return ['pending', 'skipped', 'todo', 'disabled'].includes(status) ? 'skipped' : 'failed';
}
