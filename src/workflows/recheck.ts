import { isCancellation } from '@temporalio/workflow';
import type { CandidateRef } from '../core/candidate.js';
import type { Recheck } from '../core/fleet/fleet-run.js';
import { exhausted } from '../core/run/model.js';
import { leaveForNext } from '../core/run/not-judged.js';
import { isRefusedWith, whyWithout } from '../core/run/rests-on.js';
import { triedCandidates } from '../core/run/round.js';
import { acceptOne, conclude, numbered, runTrial } from './execute.js';
import { applicationCause, wasCancelled } from './failures.js';
import { warmup, warn, type Phases } from './phases.js';

/**
 * Judges what an earlier run of the fleet had accepted, in that order and whatever the steps of the run are: each on the
 * champion as it then is, so that one that rests on another finds it there. Needs the noise, which no warm-up has to measure again.
 */
export async function recheck(phases: Phases, { graph }: { /** The steps of the run form one. */ graph: boolean }): Promise<void> {
  const { input, model } = phases;
  // A run that goes on after another one has it from there.
  if (input.recheck?.inOrder === true) model.recheck = input.recheck;
  const { recheck: again } = model;
  if (again === undefined) return;
  // What an end interrupted is tried here, and not by the steps.
  model.ranked = model.ranked.filter(({ id }) => !again.candidates.some((candidate) => candidate.id === id));
  const tried = triedCandidates(model.status.trials);
  const candidates = again.candidates.filter(({ id }) => !tried.includes(id));
  if (candidates.length > 0) leaveForNext(model.status, (await isReady(phases, again, graph)) ? await judgeInOrder(phases, again, candidates) : candidates);
  // What a stop left is judged by the run that goes on after this one.
  if (!model.stopping) delete model.recheck;
}

/** Gives what was left. */
async function judgeInOrder(phases: Phases, again: Recheck, candidates: readonly CandidateRef[]): Promise<CandidateRef[]> {
  const { model, control } = phases;
  control.enter('execute', `judging again what run ${again.run} had accepted`);
  // Of the run that this one goes on after.
  const notAll = `Not all that run ${again.run} had accepted was judged again: `;
  model.status.warnings = model.status.warnings.filter((text) => !text.startsWith(notAll));
  const left: CandidateRef[] = [];
  let number = numbered(model);
  for (const [index, candidate] of candidates.entries()) {
    await control.whilePaused();
    const stop = exhausted(model, Date.now());
    if (stop !== null) {
      warn(model, `${notAll}${stop}; left are ${candidates.slice(index).map(({ title }) => `"${title}"`).join(', ')}.`);
      return [...left, ...candidates.slice(index)];
    }
    const why = whyWithout(candidate, again.candidates, model.status.trials);
    if (why === null) {
      number += 1;
      await judgeAgain(phases, `r${model.status.round}-${number}`, candidate);
      continue;
    }
    warn(model, `Of run ${again.run}, "${candidate.title}" was not possible: ${why}.`);
    if (!isRefusedWith(candidate, model.status.trials)) left.push(candidate);
  }
  return left;
}

async function judgeAgain(phases: Phases, id: string, candidate: CandidateRef): Promise<void> {
  const summary = await runTrial(phases, id, candidate, 'full');
  conclude(phases, summary);
  if (summary.state === 'passed') await acceptOne(phases, summary);
  await phases.control.record();
}

/** The base has to build and run. Steps that form a graph may have no need of that, and go on without. */
async function isReady(phases: Phases, again: Recheck, graph: boolean): Promise<boolean> {
  const { input, model } = phases;
  if (model.noise !== null) return true;
  try {
    await warmup(input, phases, true);
    return true;
  } catch (error) {
    if (isCancellation(error) || wasCancelled(error) || !graph) throw error;
    warn(model, `What run ${again.run} had accepted was not judged again: ${applicationCause(error)?.message ?? String(error)}`);
    return false;
  }
}
