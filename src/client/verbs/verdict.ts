import { PerfloopError } from '../../core/errors.js';
import type { RunStatus, TrialSummary } from '../../core/status.js';
import { finalMeasurement } from '../../core/verdict/final.js';
import { looksOf, type LookSeen } from '../../core/verdict/looks.js';
import { recheck, ruleOfRecord, sameNumbers, type Recheck } from '../../core/verdict/recheck.js';
import type { Rule } from '../../core/verdict/rule.js';
import type { Measured, Verdict } from '../../core/verdict/verdict.js';
import { samplesSchema, type StoredSamples } from '../../measure/stored-samples.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import { openStoreReader } from '../../store/reader.js';
import type { ArtifactRef } from '../../core/artifact.js';
import type { CliContext } from '../context.js';
import { noSuchRun, resolveRun } from '../resolve-run.js';

/** `unmeasured`: refused, or ended, before a sample. `undecided`: there is no verdict yet. `unknown`: what it takes is not there. */
export type Agreement = Recheck['kind'] | 'unmeasured' | 'undecided' | 'unknown';

export interface TrialCheck {
  trial: string;
  title: string;
  agreement: Agreement;
  /** Why it is unknown; empty otherwise. */
  why: string;
  recorded: Verdict | null;
  /** What the samples say. */
  again: Verdict | null;
  /** What it was computed by, and whether that was stored with the samples or is known from the run. */
  rule: Rule | null;
  ruleFrom: 'samples' | 'run' | null;
  looks: LookSeen[];
  /** Where its samples were taken, as they say. Null: nothing was sampled, or by a version that did not keep it. */
  device: string | null;
}

export interface VerdictCheck {
  run: string;
  /** Nothing differs, and everything that was sampled could be computed again. */
  agrees: boolean;
  trials: TrialCheck[];
  /** The final measurement of a run; null where there is none or only one trial was asked for. */
  final: { agreement: Agreement; why: string; recorded: Measured; again: Measured | null } | null;
}

/**
 * Computes verdicts again from the stored samples, by the rule that is stored with them: of one trial (`RUN/TRIAL`), or of
 * every trial of a run. Reads this home only. Throws PL_NO_SUCH_RUN and PL_NO_SUCH_TRIAL.
 */
export async function verdict(context: CliContext, text: string): Promise<VerdictCheck> {
  const store = openStoreReader(context.home);
  try {
    const index = { home: context.home.root, store };
    const [name = '', ...rest] = text.split('/');
    const run = await resolveRun(name, index);
    const status = store?.runStatus(run) ?? null;
    if (status === null) throw noSuchRun(text, index);
    const wanted = rest.length === 0 ? status.trials : [trialOf(status, rest.join('/'))];
    const artifacts = artifactsOf(context.home);
    const trials: TrialCheck[] = [];
    for (const summary of wanted) {
      trials.push(await checkTrial(artifacts, status, summary));
      // What was too good to believe has a second measurement with a verdict of its own.
      if (summary.again !== undefined) trials.push(await checkTrial(artifacts, status, { ...summary, id: `${summary.id} again`, ...summary.again }));
    }
    const final = rest.length === 0 ? await checkFinal(artifacts, status) : null;
    const bad = (agreement: Agreement) => agreement === 'differs' || agreement === 'unknown';
    return { run, agrees: !trials.some((trial) => bad(trial.agreement)) && !(final !== null && bad(final.agreement)), trials, final };
  } finally {
    store?.close();
  }
}

function trialOf({ run, trials }: RunStatus, id: string): TrialSummary {
  const found = trials.find((trial) => trial.id === id) ?? trials.findLast((trial) => trial.candidate.id === id);
  if (found !== undefined) return found;
  throw new PerfloopError('PL_NO_SUCH_TRIAL', `${run} has no trial ${id}`, { where: run, problems: trials.slice(0, 20).map((trial) => `${run}/${trial.id}  ${trial.candidate.title}`), fix: trials.length === 0 ? 'Nothing was tried in it.' : 'Name one of its trials, or the run alone for all of them.' });
}

async function checkTrial(artifacts: ArtifactStore, { evidence }: RunStatus, { id, candidate, verdict: recorded, samples }: TrialSummary): Promise<TrialCheck> {
  const about = { trial: id, title: candidate.title, recorded, why: '', again: null, rule: null, ruleFrom: null, looks: [], device: null } satisfies Partial<TrialCheck>;
  if (recorded === null) return { ...about, agreement: 'undecided' };
  if (samples === null) return { ...about, agreement: 'unmeasured' };
  const stored = await read(artifacts, samples);
  if (typeof stored === 'string') return { ...about, agreement: 'unknown', why: stored };
  const rule = stored.rule ?? ruleOfRecord(evidence, recorded);
  if (rule === null) return { ...about, agreement: 'unknown', why: 'it was measured by a version of perfloop that did not keep the rule' };
  if (rule.v !== 1 && rule.v !== 2) return { ...about, agreement: 'unknown', why: `it was decided by version ${String((rule as { v: unknown }).v)} of the rule, which this perfloop does not know` };
  const { kind, again } = recheck(stored.pairs, rule, recorded);
  return { ...about, agreement: kind, again, rule, ruleFrom: stored.rule === null ? 'run' : 'samples', looks: looksOf(stored.pairs, rule), device: stored.pairs.find(({ device }) => device !== undefined)?.device ?? null };
}

async function checkFinal(artifacts: ArtifactStore, { final, evidence }: RunStatus): Promise<VerdictCheck['final']> {
  if (final === null) return null;
  const recorded = final.measured;
  const stored = await read(artifacts, final.samples);
  if (typeof stored === 'string') return { agreement: 'unknown', why: stored, recorded, again: null };
  const metrics = stored.rule?.metrics ?? evidence?.metrics;
  if (metrics === undefined) return { agreement: 'unknown', why: 'the run did not keep how its metrics are read', recorded, again: null };
  const again = finalMeasurement(stored.pairs, metrics).measured;
  return { agreement: sameNumbers(recorded, again) ? 'agrees' : 'differs', why: '', recorded, again };
}

/** The samples, or why they cannot be read: one that is gone must not hide what the others say. */
async function read(artifacts: ArtifactStore, ref: ArtifactRef): Promise<StoredSamples | string> {
  try {
    return await artifacts.getJson(ref, samplesSchema);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
