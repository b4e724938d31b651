import { addCounts, countOf, noCounts, type TestCounts, type TestResult, type TestRun, type TestSection } from './results.js';
import { countsText, listText, plural } from './words.js';

export type TestReasonCode = 'tests-missing' | 'tests-skipped' | 'tests-failed';

/** Why a candidate's tests are worse than the base's. */
export interface TestDifference {
  code: TestReasonCode;
  text: string;
}

export interface TestComparison {
  /** Null when nothing is worse. */
  difference: TestDifference | null;
  /** Ids that failed at the candidate, and whose outcome varies at the base itself. */
  unsteady: string[];
}

/**
 * The rule: every test that passed at the base passes at the candidate, nothing is skipped that was not, and more tests are
 * fine. `base` holds one run, or several of the same code: then what varies between them (flaky tests, names with a time in
 * them) is held against nobody, as long as as many tests of that kind were run. Sections that only the candidate has count
 * for nothing. Linear in the number of tests.
 */
export function compareTests(base: readonly TestRun[], candidate: TestRun): TestComparison {
  const unsteady: string[] = [];
  for (const section of base[0]?.sections ?? []) {
    const now = candidate.sections.find((other) => other.source === section.source);
    const again = base.slice(1).map((run) => run.sections.find((other) => other.source === section.source)).filter((other) => other !== undefined && other.flaw === null);
    const difference = compareSections([section, ...(again as TestSection[])], now, unsteady);
    if (difference !== null) return { difference, unsteady };
  }
  return { difference: null, unsteady };
}

function compareSections(base: readonly TestSection[], now: TestSection | undefined, unsteady: string[]): TestDifference | null {
  const [first] = base as [TestSection];
  const where = first.source;
  if (now === undefined) return { code: 'tests-missing', text: `No results of the tests (${where}): at the base there are ${countsText(first.counts)}.` };
  if (now.flaw !== null) return { code: 'tests-missing', text: `The results of the tests (${where}) cannot be right: ${now.flaw}.` };
  if (!base.some((section) => section.runs === now.runs)) {
    return { code: 'tests-missing', text: `The tests summed up ${plural(now.runs, 'time')} (${where}), and ${plural(first.runs, 'time')} at the base.` };
  }
  const names = base.every((section) => section.results !== null) ? base.map((section) => tally(section.results ?? [])) : null;
  if (names !== null && now.results === null) return { code: 'tests-missing', text: `The names of the tests (${where}) do not add up to their number, which at the base they do.` };
  const named = names === null ? { difference: null, failedUnsteady: 0 } : compareNames(names, tally(now.results ?? []), unsteady);
  return named.difference ?? compareCounts(base.map((section) => section.counts), now.counts, named.failedUnsteady, where);
}

type Tally = Map<string, TestCounts>;

function tally(results: readonly TestResult[]): Tally {
  const counts: Tally = new Map();
  for (const { id, outcome } of results) {
    const known = counts.get(id) ?? noCounts();
    known[outcome] += 1;
    counts.set(id, known);
  }
  return counts;
}

function compareNames(base: readonly Tally[], now: Tally, unsteady: string[]): { difference: TestDifference | null; failedUnsteady: number } {
  const ids = new Set(base.flatMap((run) => [...run.keys()]));
  const none = noCounts();
  const worse = { failed: [] as string[], skipped: [] as string[], missing: [] as string[] };
  const ran = base.map(() => 0);
  let ranNow = 0;
  let failedUnsteady = 0;
  let varies = false;
  for (const id of ids) {
    const before = base.map((run) => run.get(id) ?? none);
    const after = now.get(id) ?? none;
    const [least, most] = [Math.min(...before.map(({ passed }) => passed)), Math.max(...before.map(({ passed }) => passed))];
    if (least !== most) {
      varies = true;
      before.forEach(({ passed, failed }, index) => (ran[index] = (ran[index] ?? 0) + passed + failed));
      ranNow += after.passed + after.failed;
      failedUnsteady += after.failed;
      if (after.failed > 0) unsteady.push(id);
    }
    if (after.skipped > Math.max(...before.map(({ skipped }) => skipped))) worse.skipped.push(id);
    else if (least === most && after.failed > Math.max(...before.map(({ failed }) => failed))) worse.failed.push(id);
    else if (after.passed < least) worse.missing.push(id);
  }
  for (const [id, { skipped, passed, failed }] of now) {
    if (ids.has(id)) continue;
    if (skipped > 0) worse.skipped.push(id);
    // Tests whose names vary come under another name each time.
    else if (varies) ranNow += passed + failed;
  }
  const difference = namedDifference(worse);
  if (difference !== null) return { difference, failedUnsteady };
  if (varies && ranNow < Math.min(...ran)) return { difference: { code: 'tests-missing', text: `Of the tests whose names or outcomes vary at the base, ${ranNow} ran, and at least ${Math.min(...ran)} at the base.` }, failedUnsteady };
  return { difference: null, failedUnsteady };
}

function namedDifference({ failed, missing, skipped }: Record<'failed' | 'missing' | 'skipped', string[]>): TestDifference | null {
  if (failed.length > 0) return { code: 'tests-failed', text: `${plural(failed.length, 'test')} failed that passed at the base: ${listText(failed)}.` };
  if (missing.length > 0) return { code: 'tests-missing', text: `${plural(missing.length, 'test')} did not run that passed at the base: ${listText(missing)}.` };
  if (skipped.length > 0) return { code: 'tests-skipped', text: `${plural(skipped.length, 'test')} ${skipped.length === 1 ? 'is' : 'are'} skipped now: ${listText(skipped)}.` };
  return null;
}

function compareCounts(base: readonly TestCounts[], now: TestCounts, failedUnsteady: number, where: string): TestDifference | null {
  const passed = Math.min(...base.map((counts) => counts.passed));
  const skipped = Math.max(...base.map((counts) => counts.skipped));
  const failed = Math.max(...base.map((counts) => counts.failed));
  if (now.failed - failedUnsteady > failed) return { code: 'tests-failed', text: `${plural(now.failed, 'test')} failed (${where}), and ${failed} at the base.` };
  if (now.skipped > skipped) return { code: 'tests-skipped', text: `${plural(now.skipped, 'test')} skipped (${where}), and ${skipped} at the base.` };
  if (now.passed + failedUnsteady < passed) return { code: 'tests-missing', text: `${plural(now.passed, 'test')} passed (${where}), and ${passed} at the base.` };
  return null;
}

/** The counts to show of a run: of the section that knows most, one that names tests first. Null without any. */
export function countsOfRun({ sections }: TestRun): { counts: TestCounts; source: string; named: boolean } | null {
  const best = sections.filter(({ flaw }) => flaw === null).toSorted((a, b) => rank(b) - rank(a))[0];
  return best === undefined ? null : { counts: best.counts, source: best.source, named: best.results !== null };
}

function rank({ results, counts }: TestSection): number {
  const { passed, failed, skipped } = addCounts(counts, noCounts());
  return passed + failed + skipped + (results === null ? 0 : 0.5);
}

/** Whether single tests are known by name in any part of a run. */
export const isNamed = (run: TestRun): boolean => run.sections.some(({ results, flaw }) => flaw === null && results !== null && countOf(results).passed > 0);
