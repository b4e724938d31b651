import { parseCargo, parseLibtestJson } from './cargo.js';
import { parseCtest } from './ctest.js';
import { parseGo, parseGoJson } from './go.js';
import { parseJest } from './jest.js';
import { parseJestJson } from './jest-json.js';
import { parseJunit } from './junit.js';
import { linesOf } from './lines.js';
import { parseMocha } from './mocha.js';
import { parseNodeSpec } from './node-spec.js';
import { parsePytest } from './pytest.js';
import { mostResults, parsedTests, type ParsedTests, type ResultFormat, type TestResult, type TestRun, type TestSection } from './results.js';
import { parseTap } from './tap.js';
import { parseUnittest } from './unittest.js';
import { parseVitest } from './vitest.js';

/** What the user says of the form of the results: one form, `auto` for whichever is found, `exit` for none. */
export type WantedFormat = ResultFormat | 'auto' | 'exit';

/** Name of the files that the user said hold the results. */
export const namedReport = 'the report';

/** What a run of the test command left behind. */
export interface TestEvidence {
  stdout: string;
  stderr: string;
  /** Single tests in the output count for nothing: part of it was dropped, or the user named files. */
  countsOnly: boolean;
  /** Files that the command wrote. `name` is the same for base and candidate. */
  reports: readonly { name: string; text: string }[];
  /** Folders whose names differ from run to run: they are taken out of ids. */
  roots: readonly string[];
}

interface Parser {
  format: ResultFormat;
  name: string;
  parse(lines: readonly string[], text: string): ParsedTests | null;
}

const printed: readonly Parser[] = [
  { format: 'tap', name: 'tap', parse: parseTap },
  { format: 'node', name: 'node', parse: parseNodeSpec },
  { format: 'mocha', name: 'mocha', parse: parseMocha },
  { format: 'vitest', name: 'vitest', parse: parseVitest },
  { format: 'jest', name: 'jest', parse: parseJest },
  { format: 'jest', name: 'json', parse: (_lines, text) => parseJestJson(text) },
  { format: 'pytest', name: 'pytest', parse: parsePytest },
  { format: 'unittest', name: 'unittest', parse: parseUnittest },
  { format: 'go', name: 'go', parse: parseGo },
  { format: 'go', name: 'go json', parse: parseGoJson },
  { format: 'cargo', name: 'cargo', parse: parseCargo },
  { format: 'cargo', name: 'cargo json', parse: parseLibtestJson },
  { format: 'ctest', name: 'ctest', parse: parseCtest },
  { format: 'junit', name: 'junit', parse: (_lines, text) => (/^\s*</.test(text) ? parseJunit(text) : null) },
];

/** Whether results in this form are what the user asked for. */
function isWanted(wanted: WantedFormat, { format, name }: Parser): boolean {
  if (wanted === 'auto' || wanted === format) return true;
  // Both print TAP on some versions, and vitest's JSON is jest's.
  return (format === 'tap' && (wanted === 'node' || wanted === 'vitest' || wanted === 'mocha')) || (wanted === 'vitest' && name === 'json');
}

/** All results that were found, in the files first. */
export function readTests(wanted: WantedFormat, evidence: TestEvidence): TestRun {
  if (wanted === 'exit') return { v: 1, sections: [] };
  const sections = inReports(wanted, evidence);
  // Beside files that the user named, what is printed must agree in number, whatever its form.
  const form = evidence.reports.some(({ name }) => name === namedReport) ? 'auto' : wanted;
  for (const stream of ['stdout', 'stderr'] as const) {
    const text = evidence[stream];
    const lines = linesOf(text);
    for (const parser of printed) {
      const parsed = isWanted(form, parser) ? parser.parse(lines, text) : null;
      if (parsed !== null) sections.push({ source: `${parser.name} on ${stream}`, format: parser.format, ...(evidence.countsOnly ? { ...parsed, results: null } : parsed) });
    }
  }
  return { v: 1, sections: sections.map((section) => withoutRoots(section, evidence.roots)) };
}

/** Files of one name and form are one section: a framework may write one for each of its suites. */
function inReports(wanted: WantedFormat, { reports }: TestEvidence): TestSection[] {
  const sections = new Map<string, TestSection>();
  for (const { name, text } of reports) {
    const found = parseReport(text);
    const format = found?.format ?? (wanted === 'auto' ? 'junit' : (wanted as ResultFormat));
    const parsed = found?.parsed ?? parsedTests([], { flaw: 'it is of no known form' });
    const source = `${found?.name ?? format} in ${name}`;
    const before = sections.get(source);
    sections.set(source, { source, format, ...(before === undefined ? parsed : merged(before, parsed)) });
  }
  return [...sections.values()];
}

function parseReport(text: string): { format: ResultFormat; name: string; parsed: ParsedTests } | null {
  const start = text.slice(0, 200).trimStart().replace(/^\uFEFF/, '');
  const lines = start.startsWith('<') ? [] : linesOf(text);
  for (const parser of printed) {
    if ((parser.format === 'junit') !== start.startsWith('<')) continue;
    const parsed = parser.parse(lines, text);
    if (parsed !== null) return { format: parser.format, name: parser.name, parsed };
  }
  return null;
}

function merged(one: ParsedTests, other: ParsedTests): ParsedTests {
  const results: TestResult[] | null = one.results === null || other.results === null || one.results.length + other.results.length > mostResults ? null : [...one.results, ...other.results];
  const counts = { passed: one.counts.passed + other.counts.passed, failed: one.counts.failed + other.counts.failed, skipped: one.counts.skipped + other.counts.skipped };
  // How many files there are says nothing: a suite may be split anew.
  return { results, counts, runs: 1, flaw: one.flaw ?? other.flaw };
}

function withoutRoots(section: TestSection, roots: readonly string[]): TestSection {
  if (section.results === null) return section;
  const strip = (id: string) => roots.reduce((text, root) => text.replaceAll(`${root}/`, '').replaceAll(root, '.'), id);
  return { ...section, results: section.results.map(({ id, outcome }) => ({ id: strip(id), outcome })) };
}
