import { isCancellation } from '@temporalio/workflow';
import type { CandidateRef } from '../core/candidate.js';
import { exhausted } from '../core/run/model.js';
import { whyWithout } from '../core/run/rests-on.js';
import { triedCandidates } from '../core/run/round.js';
import { acceptOne, conclude, numbered, runTrial } from './execute.js';
import { applicationCause, wasCancelled } from './failures.js';
import { warmup, warn, type Phases } from './phases.js';

/**
 * Judges what an earlier run of the fleet had accepted, in that order and whatever the steps of the run are: each on the
 * champion as it then is, so that one that rests on another finds it there. Needs the noise, which no warm-up has to measure again.
 */
export async function recheck(phases: Phases, { graph }: { /** The steps of the run form one. */ graph: boolean }): Promise<void> {
  const { input, model, control } = phases;
  const { recheck: again } = input;
  if (again?.inOrder !== true) return;
  const tried = triedCandidates(model.status.trials);
  const candidates = again.candidates.filter(({ id }) => !tried.includes(id));
  if (candidates.length === 0 || !(await isReady(phases, graph))) return;
  control.enter('execute', `judging again what run ${again.run} had accepted`);
  let number = numbered(model);
  for (const [index, candidate] of candidates.entries()) {
    await control.whilePaused();
    const stop = exhausted(model, Date.now());
    if (stop !== null) return warn(model, `Not all that run ${again.run} had accepted was judged again: ${stop}; left are ${candidates.slice(index).map(({ title }) => `"${title}"`).join(', ')}.`);
    const why = whyWithout(candidate, again.candidates, model.status.trials);
    if (why !== null) {
      warn(model, `Of run ${again.run}, "${candidate.title}" was not possible: ${why}.`);
      continue;
    }
    number += 1;
    await judgeAgain(phases, `r${model.status.round}-${number}`, candidate);
  }
}

async function judgeAgain(phases: Phases, id: string, candidate: CandidateRef): Promise<void> {
  const summary = await runTrial(phases, id, candidate, 'full');
  conclude(phases, summary);
  if (summary.state === 'passed') await acceptOne(phases, summary);
  await phases.control.record();
}

/** The base has to build and run. Steps that form a graph may have no need of that, and go on without. */
async function isReady(phases: Phases, graph: boolean): Promise<boolean> {
  const { input, model } = phases;
  if (model.noise !== null) return true;
  try {
    await warmup(input, phases, true);
    return true;
  } catch (error) {
    if (isCancellation(error) || wasCancelled(error) || !graph) throw error;
    warn(model, `What run ${input.recheck?.run ?? ''} had accepted was not judged again: ${applicationCause(error)?.message ?? String(error)}`);
    return false;
  }
}
