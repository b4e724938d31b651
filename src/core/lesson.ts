import type { Language } from './candidate.js';
import { oneLine } from './one-line.js';
import type { TrialSummary } from './status.js';
import type { VerdictKind } from './verdict/verdict.js';

/** What a trial taught. The wiki is made of these. */
export interface Lesson {
  /** `<run>/<trial>`; of one that a model wrote, `<run>/` and a hash of it. */
  id: string;
  run: string;
  /** Of one that a model wrote, those that show it, with commas. */
  trial: string;
  target: string;
  proposer: string;
  recipe: string | null;
  language: Language;
  /** `noted`: a model wrote it down. */
  verdict: VerdictKind | 'noted';
  /** Natural log of the measured ratio; null when nothing was sampled. */
  logGain: number | null;
  /** Model of the GPU or CPU that measured it; null where that is not known. */
  hardware: string | null;
  /** What the trial took; null where that is not known. */
  seconds: number | null;
  title: string;
  body: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** The lesson of a decided trial; null while it is undecided. */
export function lessonOf({ run, target, hardware }: { run: string; target: string; hardware: string | null }, trial: TrialSummary): Lesson | null {
  const { verdict, candidate } = trial;
  // A trial that was measured afresh teaches through its successor. One that was overruled is neither a gain nor a refusal.
  if (verdict === null || trial.state !== 'decided' || verdict.reasons.some(({ code }) => code === 'superseded' || code === 'overruled')) return null;
  const measured = verdict.measured;
  const numbers = measured === null ? 'It was never measured.' : `Measured ${measured.ratio.toFixed(3)}x (${measured.ci95[0].toFixed(3)} to ${measured.ci95[1].toFixed(3)}) over ${measured.pairs} pairs.`;
  const share = candidate.share === null ? '' : ` The touched code took ${(candidate.share * 100).toFixed(1)}% of the time.`;
  return {
    id: `${run}/${trial.id}`,
    run,
    trial: trial.id,
    target,
    proposer: candidate.proposer,
    recipe: candidate.recipe,
    language: candidate.language,
    verdict: verdict.kind,
    logGain: measured === null ? null : Math.log(measured.ratio),
    hardware,
    seconds: trial.startedAt === null || trial.endedAt === null ? null : (trial.endedAt - trial.startedAt) / 1000,
    title: `${candidate.title} (${candidate.file}:${candidate.line})`,
    body: `${verdict.kind}: ${verdict.reasons.map((reason) => reason.text).join(' ')} ${numbers}${share}`,
    at: trial.endedAt ?? 0,
  };
}

const longestNote = 800;

/** As a prompt tells it: an item of a list. */
export function noteText({ title, body }: { title: string; body: string }): string {
  return oneLine(`${title}: ${body.slice(0, longestNote)}`);
}

/** A lesson that a model wrote, with what became of the trials that it names. It is no record of a trial: no prior is made of it. */
export function notedLesson({ id, run, target, model }: { id: string; run: string; target: string; model: string }, written: { title: string; lesson: string; trials: readonly string[] }, trials: readonly TrialSummary[]): Lesson {
  const shown = trials.filter((trial) => written.trials.includes(trial.id));
  const seen = shown.map((trial) => `${trial.id} (${trial.verdict?.kind ?? trial.state}, ${trial.candidate.file})`);
  return {
    id, run, trial: written.trials.join(','), target, proposer: model, recipe: null, language: shown[0]?.candidate.language ?? 'other', verdict: 'noted', logGain: null, hardware: null, seconds: null,
    title: oneLine(written.title),
    body: `${oneLine(written.lesson)} Seen in ${run}: ${seen.join(', ')}. Written by ${model}.`,
    at: Math.max(0, ...shown.map(({ endedAt }) => endedAt ?? 0)),
  };
}
