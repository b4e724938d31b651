import type { ArtifactRef } from '../../core/artifact.js';
import { lessonOf } from '../../core/lesson.js';
import type { TrialSummary } from '../../core/status.js';
import type { ToldTrial } from './learn.js';

/** The trials that taught something, for a prompt. `read`: the text of an artifact; null where it is gone. */
export async function toldTrials(trials: readonly TrialSummary[], { run, target }: { run: string; target: string }, read: (ref: ArtifactRef) => Promise<string | null>): Promise<ToldTrial[]> {
  const told = await Promise.all(trials.map(async (trial): Promise<ToldTrial[]> => {
    const lesson = lessonOf({ run, target, hardware: null }, trial);
    if (lesson === null) return [];
    const { title, file, line, recipe, proposer } = trial.candidate;
    return [{ id: trial.id, title, place: `${file}:${line}`, by: recipe ?? proposer, outcome: lesson.body, diff: trial.diff === null ? '' : ((await read(trial.diff)) ?? '') }];
  }));
  return told.flat();
}
