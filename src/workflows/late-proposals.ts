import { CancellationScope, condition, isCancellation } from '@temporalio/workflow';
import type { ArtifactRef } from '../core/artifact.js';
import { firstTrials, placesLeft } from '../core/run/round.js';
import { modelSources } from './ask-models.js';
import { describeFailure } from './failures.js';
import { HostSession } from './host-session.js';
import { championWorktree, scopeOf, warn, type Phases } from './phases.js';
import { proposalsOf } from './proposals.js';

/**
 * Proposers that mostly wait for a server, at work while candidates are tried: what they propose joins the round as it
 * comes. They begin on the champion of the round, which stays the same until all trials of the round have ended.
 */
export class LateProposals {
  /** What other proposers made before the first trial: JSON of Candidate[] each. */
  others: readonly ArtifactRef[] = [];
  private readonly found: ArtifactRef[] = [];
  private readonly scope = new CancellationScope();
  private readonly ended: Promise<void>;
  /** What the last ranking knew of. */
  private ranked = { found: 0, pending: false };
  pending = true;
  private readonly triedBefore: number;

  constructor(
    private readonly phases: Phases,
    findings: ArtifactRef,
  ) {
    const { input, model, session } = phases;
    this.triedBefore = firstTrials(model.status);
    // Of its own: the run's goes on with its trials meanwhile.
    const own = new HostSession(input.queuePrefix, scopeOf(input, `optimize-${model.status.round}`), input.config.machine.tag, session.lease);
    const work = async (): Promise<void> => own.onHost(async (on) => {
      const worktree = await championWorktree(on, phases);
      await proposalsOf(phases, modelSources(phases, { on, worktree, findings }, (candidates) => this.take(candidates)));
    });
    this.ended = this.scope.run(work).catch((error: unknown) => {
      if (!isCancellation(error)) warn(phases.model, `Models proposed nothing more: ${describeFailure(error).message}`);
    }).then(() => void (this.pending = false));
  }

  /** Whether something came that was not ranked yet, or the places that were kept for it are free. */
  get fresh(): boolean {
    return this.found.length > this.ranked.found || (this.ranked.pending && !this.pending);
  }

  /** All that was proposed, to be ranked now. */
  all(): ArtifactRef[] {
    this.ranked = { found: this.found.length, pending: this.pending };
    return [...this.others, ...this.found];
  }

  /** How many of the candidates that this step may try are yet to be. */
  placesLeft(limit: number): number {
    return placesLeft(limit, firstTrials(this.phases.model.status) - this.triedBefore, this.pending);
  }

  /** Until something more came, all of them ended, a person stopped the run, or so many milliseconds have passed. */
  async more(atMostMs: number): Promise<void> {
    await condition(() => this.fresh || !this.pending || this.phases.model.stopping, atMostMs);
  }

  /** Nothing more is wanted of them. */
  async end(): Promise<void> {
    if (this.pending) this.scope.cancel();
    await this.ended;
  }

  /** Where its host was lost, the same comes once more. */
  private take(candidates: ArtifactRef): void {
    if (!this.found.some(({ sha }) => sha === candidates.sha)) this.found.push(candidates);
  }
}
