import { patched } from '@temporalio/workflow';
import type { Config } from '../core/config/schema.js';
import type { BaseTests, CommandOutcome, Scope, WorktreeRef } from '../core/run/contracts.js';
import type { RunModel } from '../core/run/model.js';
import type { Target } from '../core/target.js';
import { judgeTests, testsText, type TestsJudgement } from '../core/tests/judge.js';
import type { Verdict } from '../core/verdict/verdict.js';
import { refusal } from './failures.js';
import type { HostHandle } from './host-session.js';
import { wroteProtected } from './wrote-protected.js';

/** How often a candidate may run its tests when only such fail as fail at the base, too. */
const mostTries = 3;

interface Work {
  scope: Scope;
  target: Target;
  config: Config;
}

export interface TestedCandidate {
  refused: Verdict | null;
  /** What later trials compare with. */
  base: BaseTests | null;
  notes: string[];
  /** The line of the report; null where only the exit code is known. */
  text: string | null;
  /** How long the last run took. */
  wallMs: number;
}

/** Takes the results of the base's tests for those that candidates are compared with; fails the run where that is not possible. */
export function adoptBaseTests(model: RunModel, { tests }: Pick<CommandOutcome, 'tests'>, host: string, command: string, warn: (text: string) => void): void {
  if (tests === undefined) return;
  const { unusable, warnings, results, plain, shown } = tests;
  if (unusable !== null) throw refusal(unusable.code, unusable.message, { where: `commands.test: ${command}`, fix: unusable.fix });
  warnings.forEach(warn);
  model.tests = { runs: [results], plain, shown, host };
  if (shown !== null) model.status.tests = shown;
}

/**
 * Runs the candidate's tests and compares them with the base's. When they are worse for the first time in a run, the
 * champion's tests run once more: what differs between two runs of code that passed is not the candidate's fault. It
 * passes only with a run that passes as a whole.
 */
export async function testCandidate(on: HostHandle, work: Work, a: WorktreeRef, b: WorktreeRef, known: BaseTests | null): Promise<TestedCandidate | null> {
  const { scope, target, config } = work;
  const { test: command } = config.commands;
  if (command === undefined) return null;
  const run = (worktree: WorktreeRef, whose: string, base: BaseTests | null): Promise<CommandOutcome> =>
    on.host('runCommand', `test ${whose}`, { ...scope, target, config, worktree, role: 'test', command, cache: false, ...(base === null ? {} : { tests: { base: base.runs, plain: base.plain } }) });

  let base = known;
  if (base !== null && base.host !== on.lease.host) {
    const here = await run(a, 'champion', { ...base, runs: [] });
    if (!here.ok || here.tests === undefined) return { ...nothing, base, refused: rejected('champion-failed', `${here.problem}\n${here.tail}`) };
    base = { ...base, runs: [here.tests.results], host: on.lease.host };
  }
  const notes: string[] = [];
  for (let tries = 1; ; tries++) {
    const outcome = await run(b, 'candidate', base);
    const shown = outcome.tests?.shown ?? null;
    let judged = judgeTests(outcome, outcome.tests?.compared);
    // An exit code does not say which test it was, so nothing could be learned from another.
    const canTell = (known: BaseTests): boolean => known.shown !== null || !patched('no-tests-again-by-exit-code');
    if (judged.kind === 'refused' && base !== null && base.runs.length === 1 && outcome.tests !== undefined && canTell(base)) {
      const again = await run(a, 'champion, once more', { ...base, runs: [] });
      if (again.tests !== undefined && again.tests.shown !== null) {
        base = { ...base, runs: [...base.runs, again.tests.results] };
        judged = judgeTests(outcome, await on.host('compareTests', 'is it the tests?', { ...scope, base: base.runs, candidate: outcome.tests.results }));
      }
    }
    if (judged.kind === 'unsteady') notes.push(judged.text);
    if (judged.kind === 'unsteady' && tries < mostTries) continue;
    const champion = base;
    const tampered = judged.kind === 'passed' ? await wroteProtected('test', outcome, () => run(a, 'champion, for what it writes', champion === null ? null : { ...champion, runs: [] })) : null;
    if (tampered !== null) return { ...nothing, refused: tampered, base: base === known ? null : base, notes };
    const text = shown === null || base?.shown == null ? null : testsText(shown, base.shown);
    return { refused: verdictOf(judged), base: base === known ? null : base, notes, text, wallMs: outcome.wallMs };
  }
}

const nothing: TestedCandidate = { refused: null, base: null, notes: [], text: null, wallMs: 0 };

function verdictOf(judged: TestsJudgement): Verdict | null {
  if (judged.kind === 'passed') return null;
  return judged.kind === 'refused' ? rejected(judged.code, judged.text) : rejected('tests-failed', `${judged.text} So they did ${mostTries} times in a row.`);
}

function rejected(code: 'tests-missing' | 'tests-skipped' | 'tests-failed' | 'champion-failed', text: string): Verdict {
  return { kind: 'rejected', measured: null, reasons: [{ code, text }] };
}
