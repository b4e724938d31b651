import type { TestComparison, TestReasonCode } from './compare.js';
import type { TestCounts } from './results.js';
import { countsText, listText } from './words.js';

export type TestsJudgement =
  | { kind: 'passed' }
  | { kind: 'refused'; code: TestReasonCode; text: string }
  /** Nothing failed but tests that fail at the base, too: it may try again. */
  | { kind: 'unsteady'; text: string };

/** What a candidate's run of the tests means. Without a comparison, the exit code alone counts. */
export function judgeTests({ ok, problem, tail }: { ok: boolean; problem: string; tail: string }, compared: TestComparison | undefined): TestsJudgement {
  const difference = compared?.difference ?? null;
  if (ok) return difference === null ? { kind: 'passed' } : { kind: 'refused', ...difference };
  if (difference === null && compared !== undefined && compared.unsteady.length > 0) return { kind: 'unsteady', text: `Tests failed that fail at times on the champion, too: ${listText(compared.unsteady)}.` };
  const what = difference === null ? problem : `${problem}. ${difference.text}`;
  return { kind: 'refused', code: 'tests-failed', text: tail === '' ? what : `${what}\n${tail}` };
}

/** `tests: 214 passed, 3 skipped (the same as the base)`. */
export function testsText(candidate: TestCounts, base: TestCounts): string {
  const same = candidate.passed === base.passed && candidate.failed === base.failed && candidate.skipped === base.skipped;
  return `tests: ${countsText(candidate)} (${same ? 'the same as the base' : `the base: ${countsText(base)}`})`;
}
