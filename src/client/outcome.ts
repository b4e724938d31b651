import { exitCodes, PerfloopError } from '../core/errors.js';
import type { RunStatus, TrialSummary } from '../core/status.js';
import { fingerprintSchema, type Fingerprint } from '../measure/fingerprint.js';
import { openArtifacts } from '../store/artifacts.js';
import type { Home } from '../store/home.js';
import { emit, type CliContext } from './context.js';
import { printDetached, printEnd } from './print/end.js';
import { printJudge, type JudgeResult } from './print/judge.js';
import type { Watched } from './watch.js';

/** Prints how the following of a run or a judgement ended, and gives the exit code. */
export async function reportOutcome(context: CliContext, watched: Watched): Promise<number> {
  const { status, detached, run, branch } = watched;
  if (detached || status === null) {
    emit(context, { run, detached: true, state: status?.state ?? null }, printDetached);
    // A judgement that was left has no verdict, and must not pass for one.
    return run.startsWith('j-') ? exitCodes.refused : exitCodes.ok;
  }
  if (status.kind === 'judge' && status.error === null && status.state === 'done') {
    const result = { ...judgeResult(status), environment: await measuredOn(status, context.home) };
    emit(context, result, printJudge);
    return verdictCode[result.verdict];
  }
  emit(context, { ...status, branch }, (_data, style) => printEnd({ status, branch }, style));
  if (status.state === 'done') return exitCodes.ok;
  return status.error?.code === 'PL_BUG' ? exitCodes.bug : exitCodes.refused;
}

const verdictCode: Record<JudgeResult['verdict'], number> = { accepted: exitCodes.ok, rejected: exitCodes.rejected, inconclusive: exitCodes.inconclusive, quarantined: exitCodes.quarantined };

/** What it was measured on, where this home has it. */
async function measuredOn({ evidence }: RunStatus, home: Home): Promise<Fingerprint | null> {
  const { environment = null } = evidence ?? {};
  return environment === null ? null : await openArtifacts(home.artifacts).getJson(environment, fingerprintSchema).catch(() => null);
}

/** The one trial of a judgement. Throws PL_NO_VERDICT when it was stopped before it came to one. */
export function judgeResult(status: RunStatus): JudgeResult {
  const trial = status.trials[0];
  if (!trial?.verdict) throw new PerfloopError('PL_NO_VERDICT', 'it ended before there was a verdict', { where: status.run, fix: 'Start it again.' });
  const { kind, reasons, measured: recorded, facts = [] } = trial.verdict;
  const measured = recorded !== null && recorded.pairs > 0 ? recorded : null;
  return {
    run: status.run,
    verdict: kind,
    ratio: measured?.ratio ?? null,
    ci95: measured?.ci95 ?? null,
    pairs: measured?.pairs ?? 0,
    samples: recorded?.samples ?? 0,
    delta: measured?.delta ?? status.plan?.delta ?? null,
    reasons,
    checked: trial.checked ?? [],
    facts,
    flags: trial.flags ?? [],
    again: againOf(trial),
    base: status.target.base,
    candidate: trial.candidate.title,
    target: status.target.name,
    warnings: status.warnings,
  };
}

function againOf({ again }: TrialSummary): JudgeResult['again'] {
  if (again === undefined) return null;
  const { kind, measured } = again.verdict;
  return { verdict: kind, ratio: measured?.ratio ?? null, ci95: measured?.ci95 ?? null, pairs: measured?.pairs ?? 0, samples: measured?.samples ?? 0 };
}
