import type { CandidateRef } from '../core/candidate.js';
import { ablationOf, isInChampion, weakestFirst } from '../core/run/ablation.js';
import { exhausted, wallLeft } from '../core/run/model.js';
import { compoundSpeedup } from '../core/run/round.js';
import type { Ablation, TrialSummary } from '../core/status.js';
import { runChild } from './execute.js';
import { scopeOf, warn, type Phases } from './phases.js';

/**
 * Backward elimination: the champion is measured without each accepted candidate, the weakest first, and goes on without
 * it where that is shown to cost less than half of the gain that was asked for. Each is left out once, from the champion
 * as it then is.
 */
export async function ablate(phases: Phases): Promise<void> {
  const { model, input, control } = phases;
  const order = weakestFirst(model.status.trials);
  if (!input.config.loop.ablation || order.length < 2) return;
  for (const summary of order) {
    // The last one left is what the final measurement is about.
    if (model.status.trials.filter(isInChampion).length < 2) break;
    const stop = model.stopping || wallLeft(model, Date.now()) <= 0 ? exhausted(model, Date.now()) : null;
    if (stop !== null) {
      warn(model, `What each accepted candidate is worth was not measured to the end: ${stop}.`);
      break;
    }
    control.enter('ablation', `measuring the champion without ${summary.id}`);
    (model.status.ablations ??= []).push(await leaveOut(phases, summary));
    await control.record();
  }
}

async function leaveOut(phases: Phases, summary: TrialSummary): Promise<Ablation> {
  const { input, model, session } = phases;
  const id = `${summary.id}x`;
  const drop = summary.commit;
  if (drop === null) throw new Error(`no commit of ${summary.id}`);
  const title = `without ${summary.candidate.title}`;
  const left = await session.onHost((on) => on.host('leaveOut', `the champion without ${summary.id}`, { ...scopeOf(input, id), target: input.target, champion: model.champion, drop, title }));
  if (left.kind === 'conflict') return { trial: summary.id, state: 'needed', measured: null, text: `It cannot be left out: ${left.text}.` };
  const candidate: CandidateRef = { ...summary.candidate, id: left.commit.commit.slice(0, 12), proposer: 'ablation', recipe: null, title, share: null, patch: left.patch };
  const { verdict, commit } = await runChild(phases, id, candidate, 'ablate');
  const ablation = ablationOf(summary.id, verdict);
  if (ablation.state !== 'dropped' || commit === null) return ablation;
  summary.dropped = true;
  model.champion = left.commit;
  model.status.champion = left.commit.commit;
  model.status.accepted -= 1;
  const speedup = compoundSpeedup(model.status.trials.filter(isInChampion));
  model.status.speedup = speedup === null ? null : { ...speedup, final: false };
  for (const other of model.status.trials) if (other.commit !== null) other.commit = left.renamed[other.commit] ?? other.commit;
  return ablation;
}
