import { exitCodes, PerfloopError } from '../core/errors.js';
import type { RunStatus, TrialSummary } from '../core/status.js';
import { fingerprintSchema, type Fingerprint } from '../measure/fingerprint.js';
import { errorComment, judgeComment } from '../report/judge-comment.js';
import { loadReport } from '../report/load.js';
import { metricRows } from '../report/metric-rows.js';
import { artifactsOf } from '../store/artifacts-of.js';
import type { Home } from '../store/home.js';
import type { CliContext } from './context.js';
import { jsonText } from './json-text.js';
import { printDetached, printEnd } from './print/end.js';
import { printRegression, regressionCode, regressionResult } from './print/regression.js';
import { printJudge, type JudgeResult } from './print/judge.js';
import type { Style } from './style.js';
import type { Watched } from './watch.js';

/** How the following of a run or a judgement ended, in every form that it can be told in. */
export interface Outcome {
  code: number;
  json: unknown;
  words: (style: Style) => string;
  /** The text of a comment on a pull request; of judgements only. */
  comment: () => Promise<string>;
}

/** Prints how it ended, and gives the exit code. */
export async function reportOutcome(context: CliContext, watched: Watched): Promise<number> {
  const { code, json, words } = await outcomeOf(context, watched);
  context.stdout.write(context.json ? jsonText(json) : `${words(context.style)}\n`);
  return code;
}

export async function outcomeOf({ home }: CliContext, { status, detached, run, branch }: Watched): Promise<Outcome> {
  const comment = async (): Promise<string> => {
    if (status === null) return errorComment({ code: 'PL_DETACHED', message: 'it was left before it said anything', fix: `perfloop attach ${run}` }, run);
    return judgeComment(await loadReport({ status, artifacts: artifactsOf(home) }));
  };
  if (detached || status === null) {
    const left = { run, detached: true, state: status?.state ?? null };
    // A judgement that was left has no verdict, and must not pass for one.
    return { code: run.startsWith('j-') ? exitCodes.refused : exitCodes.ok, json: left, words: (style) => printDetached(left, style), comment };
  }
  if (status.kind === 'judge' && status.error === null && status.state === 'done') {
    if (status.regression !== undefined) {
      const result = regressionResult(status);
      return { code: regressionCode[result.regression], json: result, words: (style) => printRegression(result, style), comment: noComment };
    }
    const result = await wholeResult(status, home);
    return { code: verdictCode[result.verdict], json: result, words: (style) => printJudge(result, style), comment };
  }
  const code = status.state === 'done' ? exitCodes.ok : status.error?.code === 'PL_BUG' ? exitCodes.bug : exitCodes.refused;
  return { code, json: { ...status, branch }, words: (style) => printEnd({ status, branch }, style), comment };
}

/** Refused before anything is started; one that was attached to has none either. */
async function noComment(): Promise<string> {
  throw new PerfloopError('PL_USAGE', 'there is no comment on a judgement with --regression', { where: 'perfloop judge', fix: 'Use --json or --json-file.' });
}

const verdictCode: Record<JudgeResult['verdict'], number> = { accepted: exitCodes.ok, rejected: exitCodes.rejected, inconclusive: exitCodes.inconclusive, quarantined: exitCodes.quarantined };

/** With what the samples say of each metric, and what they were taken on, as far as this home has it. */
async function wholeResult(status: RunStatus, home: Home): Promise<JudgeResult> {
  const { trials } = await loadReport({ status, artifacts: artifactsOf(home) });
  const [trial] = trials;
  const metrics = trial?.pairs.kind === 'there' && trial.rule !== null ? metricRows(trial.pairs.value, trial.rule) : [];
  return { ...judgeResult(status), metrics, environment: await measuredOn(status, home) };
}

async function measuredOn({ evidence }: RunStatus, home: Home): Promise<Fingerprint | null> {
  const { environment = null } = evidence ?? {};
  return environment === null ? null : await artifactsOf(home).getJson(environment, fingerprintSchema).catch(() => null);
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
    builds: measured === null ? 0 : (measured.builds ?? 1),
    samples: recorded?.samples ?? 0,
    delta: measured?.delta ?? status.plan?.delta ?? null,
    metrics: [],
    reasons,
    checked: trial.checked ?? [],
    facts,
    flags: trial.flags ?? [],
    again: againOf(trial),
    base: status.target.base,
    candidate: trial.candidate.title,
    target: status.target.name,
    warnings: status.warnings,
    tests: status.tests ?? null,
    seconds: ((status.endedAt ?? status.startedAt + status.budget.wallMs) - status.startedAt) / 1000,
    budgetSeconds: status.budget.enforced === true ? status.budget.maxWallMs / 1000 : null,
    plan: status.plan,
    machines: status.machines ?? [],
  };
}

function againOf({ again }: TrialSummary): JudgeResult['again'] {
  if (again === undefined) return null;
  const { kind, measured } = again.verdict;
  return { verdict: kind, ratio: measured?.ratio ?? null, ci95: measured?.ci95 ?? null, pairs: measured?.pairs ?? 0, samples: measured?.samples ?? 0 };
}
