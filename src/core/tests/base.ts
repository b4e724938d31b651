import type { TestsConfig } from '../config/tests-schema.js';
import type { ErrorCode } from '../errors.js';
import { countsOfRun, isNamed } from './compare.js';
import { namedReport } from './read.js';
import { totalOf, type TestRun } from './results.js';
import { plural } from './words.js';

/** Why the results of the base's tests cannot be compared with. */
export interface Unusable {
  code: ErrorCode;
  message: string;
  fix: string;
}

export interface BaseReading {
  /** The results without those that contradict themselves. */
  run: TestRun;
  unusable: Unusable | null;
  /** What a person should know of how little the results say. */
  warnings: string[];
}

const naming = 'Under [tests], `report` names files in JUnit XML, TAP or JSON that the tests write, and `format` the form of what they print; `format = "exit"` says that the exit code is all there is.';

/**
 * What the base's own results are good for. Asked for in a form that is not there, or no test at all: an error, because a
 * candidate could not lose what is not seen. No known form: the exit code alone, with a warning.
 */
export function readBase(found: TestRun, { format, report }: TestsConfig, command: string, missing: string | null): BaseReading {
  const run: TestRun = { v: 1, sections: found.sections.filter(({ flaw }) => flaw === null) };
  const flawed = found.sections.filter(({ flaw }) => flaw !== null).map(({ source, flaw }) => `${source}: ${flaw}`);
  const unusable = (code: ErrorCode, message: string, fix: string): BaseReading => ({ run, unusable: { code, message, fix }, warnings: [] });
  if (format === 'exit') return { run, unusable: null, warnings: [] };
  if (report !== undefined && missing !== null) return unusable('PL_TESTS_NO_REPORT', `the test command left no results in ${report}: ${missing}`, 'Run it by hand in a fresh clone and look where it writes them; they must be new files of each run.');
  const counted = report === undefined ? run.sections : run.sections.filter(({ source }) => source.endsWith(` in ${namedReport}`));
  if (counted.length === 0 && (format !== 'auto' || report !== undefined)) {
    const why = flawed.length > 0 ? flawed.join('; ') : `nothing in ${report ?? 'what it prints'} has the form ${format}`;
    return unusable('PL_TESTS_UNREADABLE', `the results of the base's tests cannot be read: ${why}`, naming);
  }
  if (counted.length > 0 && counted.every(({ counts }) => totalOf(counts) === 0)) {
    return unusable('PL_TESTS_NONE', 'the test command runs no test at the base, so no candidate could fail one', 'Correct `commands.test`, or leave it out; then the report says that nothing is tested. If this is a mistake of the reader, set `format = "exit"` under [tests].');
  }
  return { run, unusable: null, warnings: warningsOf(run, flawed, command) };
}

function warningsOf(run: TestRun, flawed: readonly string[], command: string): string[] {
  const shown = countsOfRun(run);
  if (shown === null) {
    const why = flawed.length > 0 ? `The results of \`${command}\` contradict themselves (${flawed.join('; ')})` : `The results of \`${command}\` are in no form that is known`;
    return [`${why}: only its exit code counts, so a candidate that skips or loses tests is not seen. ${naming}`];
  }
  const warnings: string[] = [];
  if (!isNamed(run)) warnings.push(`\`${command}\` does not name its tests (${shown.source}): only their number is compared, ${shown.counts.passed} passed. With the names, a test could not take the place of another.`);
  if (shown.counts.failed > 0) warnings.push(`${plural(shown.counts.failed, 'test')} of the base fail (${shown.source}), though \`${command}\` ends with 0; they are held against no candidate.`);
  return warnings;
}
