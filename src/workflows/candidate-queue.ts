import { condition } from '@temporalio/workflow';
import type { CandidateRef } from '../core/candidate.js';
import { exhausted, wallLeft, type RunModel } from '../core/run/model.js';
import { isUnderWay, undecidedWhole } from '../core/run/turned.js';
import type { TrialSummary } from '../core/status.js';
import { rankAgain } from './optimize.js';
import { warn, type Phases } from './phases.js';

/** The candidates of a round in the order of their rank, which is made anew when more are proposed meanwhile. */
export class CandidateQueue {
  private turn: Promise<unknown> = Promise.resolve();
  private ended = false;

  constructor(private readonly phases: Phases) {}

  /** The next to be tried; null where there is none, or none may be tried any more. One caller after the other. */
  next(): Promise<CandidateRef | null> {
    const mine = this.turn.then(() => this.take());
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async take(): Promise<CandidateRef | null> {
    const { model, control, late } = this.phases;
    while (!this.ended) {
      const aside = model.ranked.filter((candidate) => isDoneAlready(model, candidate));
      if (aside.length > 0) model.aside = [...(model.aside ?? []), ...aside];
      model.ranked = model.ranked.filter((candidate) => !aside.includes(candidate));
      const next = firstFree(model);
      if (next === -1 && model.ranked.length > 0 && late?.fresh !== true && !model.stopping) {
        await condition(() => firstFree(model) !== -1 || model.ranked.some((candidate) => isDoneAlready(model, candidate)) || late?.fresh === true || model.stopping);
        continue;
      }
      if (model.ranked.length === 0 && late?.fresh !== true && late?.pending !== true) break;
      await control.whilePaused();
      if (!this.mayGoOn()) break;
      if (late?.fresh === true) await rankAgain(this.phases, late);
      else if (next !== -1) return model.ranked.splice(next, 1)[0] ?? null;
      else if (late !== undefined) {
        control.enter('execute', 'waiting for what models propose');
        await late.more(Math.max(1, wallLeft(model, Date.now())));
      }
    }
    this.ended = true;
    return null;
  }

  private mayGoOn(): boolean {
    const stop = exhausted(this.phases.model, Date.now());
    if (stop === null) return true;
    warn(this.phases.model, `Not everything was tried: ${stop}.`);
    return false;
  }
}

/** The trial of this change together with others, on which nothing is decided yet. */
function togetherWith({ status }: RunModel, candidate: CandidateRef): TrialSummary | undefined {
  return undecidedWhole(status.trials, candidate);
}

/** What passed together with others is no gain of its own any more. Where that is refused after all, a later round proposes it again. */
function isDoneAlready(model: RunModel, candidate: CandidateRef): boolean {
  const trial = togetherWith(model, candidate);
  return trial !== undefined && !isUnderWay(trial);
}

/** The place of the first that is not being tried together with others, which may make it needless; -1: there is none. */
function firstFree(model: RunModel): number {
  return model.ranked.findIndex((candidate) => togetherWith(model, candidate) === undefined);
}
