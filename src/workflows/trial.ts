import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { ArtifactRef } from '../core/artifact.js';
import { shownFlags } from '../core/flag.js';
import type { SharedChampion, Sides } from '../core/run/contracts.js';
import type { SecondLook, TrialState } from '../core/status.js';
import type { CommitRef } from '../core/target.js';
import { ablationDelta } from '../core/run/ablation.js';
import { verdictOfBoth, wantsSecondLook } from '../core/verdict/again.js';
import { assessStage, type TrialStage } from '../core/verdict/assess.js';
import { needsWarmUp, type Noise } from '../core/verdict/noise.js';
import { limitsOf, ruleFrom, ruleOfOneBuild, ruleOfSharing, schedulesFrom, type Rule } from '../core/verdict/rule.js';
import { allowanceOf } from '../core/verdict/schedules.js';
import type { Verdict } from '../core/verdict/verdict.js';
import type { TestedCandidate } from './candidate-tests.js';
import { HostSession, type HostHandle } from './host-session.js';
import { trialStateSignal } from './messages.js';
import { noiseOnHost } from './noise.js';
import { TrialBuilds } from './trial-builds.js';
import { correct, executed, rigged } from './trial-checks.js';
import type { TrialInput, TrialResult, TrialWork } from './trial-input.js';

/** One candidate against one champion: apply, build, test, compare outputs, screen, confirm on fresh builds. */
export async function trial(input: TrialInput): Promise<TrialResult> {
  const session = new HostSession(input.queuePrefix, { v: 1, run: input.run, trial: input.trial }, input.config.machine.tag, input.lease);
  // Where the work begins again, what was sampled before was spent all the same.
  let spent = 0;
  const result = await session.onHost((on) => new TrialOnHost(input, on, (samples) => void (spent += samples)).decide());
  return { ...result, spent, lease: session.lease };
}

type Outcome = Omit<TrialResult, 'lease' | 'spent'>;

class TrialOnHost {
  private readonly work: TrialWork;
  private readonly opened: string[] = [];
  private tested: TestedCandidate | null = null;

  constructor(
    private readonly input: TrialInput,
    private readonly on: HostHandle,
    private readonly spend: (samples: number) => void,
  ) {
    this.work = { input, on, scope: { v: 1, run: input.run, trial: input.trial }, opened: (...keys) => void this.opened.push(...keys), checked: [], notes: [] };
  }

  async decide(): Promise<Outcome> {
    const { scope, checked } = this.work;
    return this.on.withWorktrees({ ...scope, target: this.input.target, keys: this.opened }, async () => {
      const outcome = await this.steps();
      const { base = null, notes = [] } = this.tested ?? {};
      const { flags, more } = flagsToShow(outcome);
      return { ...outcome, ...flags, notes: [...outcome.notes, ...more, ...notes, ...this.work.notes], checked, ...(base === null ? {} : { baseTests: base }) };
    });
  }

  private async steps(): Promise<Outcome> {
    const { target, config, champion, candidate, madeFor, mode } = this.input;
    const { scope } = this.work;
    await this.tell('preparing');
    const applied = await this.on.host('applyCandidate', `apply ${candidate.title}`, { ...scope, target, config, champion, candidate, ...(madeFor === undefined ? {} : { madeFor }) });
    if (applied.kind === 'refused') return { verdict: applied.verdict, commit: null, diff: applied.diff, samples: null, notes: [] };
    const base: Pick<Outcome, 'commit' | 'diff' | 'notes' | 'flags'> = { commit: applied.commit, diff: applied.diff, notes: applied.notes, ...(applied.flags === undefined ? {} : { flags: applied.flags }) };
    const decided = (verdict: Verdict, samples: ArtifactRef | null): Outcome => ({ ...base, verdict, samples });

    const began = Date.now();
    const screened = mode !== 'confirm' && config.verdict.protocol === 'sequential';
    const first = new TrialBuilds(this.work, 'screen', applied.commit);
    const refused = await first.grow(schedulesFrom(config, screened).screen?.builds ?? 1);
    const preparing = (Date.now() - began) / 1000;
    const faulty = refused ?? (await this.correct(first.first));
    if (faulty !== null) return decided(faulty, null);

    const noise = await this.noise(first.first);
    const rule = this.rule(noise, mode !== 'confirm');
    const sampling: Sampling = { rule, noise, preparing, built: first };
    let samples: ArtifactRef | null = null;
    if (screened) {
      const passed = await this.sample('screen', first, sampling, null);
      if (passed.verdict !== null) return decided(passed.verdict, passed.samples);
      samples = passed.samples;
    }
    // The luck of a build survives any number of samples of it, so the evidence comes from others.
    const second = new TrialBuilds(this.work, 'confirm', applied.commit);
    const confirmed = await this.sample('confirm', second, sampling, samples);
    const { verdict } = confirmed;
    if (verdict === null) throw new Error('the confirmation stage always decides');
    if (confirmed.unbuilt) return decided(verdict, confirmed.samples);
    const empty = verdict.kind === 'accepted' || verdict.kind === 'quarantined' ? await rigged(this.work, applied.commit, this.tested?.wallMs ?? 0) : null;
    if (empty !== null) return decided({ kind: 'rejected', measured: verdict.measured, reasons: [empty] }, confirmed.samples);
    if (verdict.kind === 'accepted') {
      const flags = await executed(this.work, second.first.b, applied.flags);
      if (flags !== undefined) base.flags = flags;
    }
    // Inputs of earlier versions lack the limits, and their histories the second measurement.
    if (mode === 'ablate' || !wantsSecondLook(verdict) || limitsOf(config.verdict) === null) return decided(verdict, confirmed.samples);
    const again = await this.measureAgain(applied.commit, rule);
    return { ...decided(verdictOfBoth(verdict, again.verdict), confirmed.samples), again };
  }

  private rule(noise: Noise, screened: boolean): Rule {
    const { config, mode } = this.input;
    const rule = ruleFrom(config, noise, screened);
    if (screened && this.sharing(noise).shared !== undefined) return ruleOfSharing(rule);
    if (mode === 'ablate') rule.delta = ablationDelta(config.verdict.min_gain, noise) + (rule.v === 1 ? 0 : allowanceOf(rule));
    return rule;
  }

  /** Takes a stage to its end, on builds that are made as its looks need them. The verdict is null where screening passed. */
  private async sample(stage: TrialStage, builds: TrialBuilds, { rule, noise, preparing, built }: Sampling, before: ArtifactRef | null): Promise<{ verdict: Verdict | null; samples: ArtifactRef | null; unbuilt?: true }> {
    const { target, config, budget } = this.input;
    const { scope, on } = this.work;
    let earlier = before;
    for (let wanted = buildsAtFirst(stage, rule); ; ) {
      if (stage === 'confirm') await this.tell('rebuilding');
      const refused = await builds.grow(wanted);
      if (refused !== null) return { verdict: refused, samples: earlier, unbuilt: true };
      await this.tell(stage === 'screen' ? 'screening' : 'confirming');
      const buildSeconds = Math.max(built.seconds ?? 0, builds.seconds ?? 0, noise.buildSeconds ?? 0);
      const aheadSeconds = rule.v === 1 ? preparing : 2 * buildSeconds * buildsAtFirst('confirm', rule);
      const within = budget === undefined ? {} : { within: { budget, secondsPerSample: noise.secondsPerSample, aheadSeconds, ...(rule.v === 1 ? {} : { buildSeconds }) } };
      const warmth = rule.v === 1 || needsWarmUp(noise) ? {} : { coldIsAsFast: true as const };
      const sampled = await on.bench('sampleStage', stage, { ...scope, target, config, lease: on.lease, rule, ...within, ...warmth, ...builds.sampled, stage, earlier, ...(stage === 'screen' ? this.sharing(noise) : {}) });
      this.spend(sampled.spent);
      if (sampled.kind === 'more') {
        earlier = sampled.samples;
        wanted = sampled.builds;
        continue;
      }
      if (sampled.kind === 'passed') return { verdict: null, samples: sampled.samples };
      this.work.checked.push(...(sampled.checked ?? []));
      return { verdict: sampled.verdict, samples: sampled.samples };
    }
  }

  /** Samples of another host say nothing here. */
  private sharing({ spread }: Noise): { shared?: SharedChampion } {
    const { shared } = this.input;
    return shared === undefined || shared.samples.length === 0 || shared.host !== this.on.lease.host ? {} : { shared: { samples: shared.samples, spread } };
  }

  /** Whether it is correct, besides being fast: its verdict where it is not. */
  private async correct(sides: Sides): Promise<Verdict | null> {
    const { refused, tested } = await correct(this.work, sides);
    this.tested = tested;
    return refused;
  }

  /** All of it once more, in worktrees of a new clone, with nothing kept from before: what an exploit left behind is not there. */
  private async measureAgain(commit: CommitRef, rule: Rule): Promise<SecondLook> {
    const { target, config } = this.input;
    const { scope, on, checked } = this.work;
    await this.tell('measuring-again');
    const fresh = new TrialBuilds(this.work, 'again', commit);
    const faulty = (await fresh.grow(1)) ?? (await this.correct(fresh.first));
    if (faulty !== null) return { verdict: faulty, samples: null };
    const measured = await on.bench('sampleStage', 'measure again', { ...scope, trial: `${scope.trial}-again`, target, config, lease: on.lease, rule: ruleOfOneBuild(rule), ...fresh.first, stage: 'confirm', earlier: null });
    this.spend(measured.spent);
    if (measured.kind !== 'decided') throw new Error('the confirmation stage always decides');
    checked.push(...(measured.checked ?? []));
    return { verdict: measured.verdict, samples: measured.samples };
  }

  /** Another host than the run's has a noise of its own. */
  private async noise({ a }: Sides): Promise<Noise> {
    const { noise } = this.input;
    if (noise !== null && noise.host === this.on.lease.host) return noise;
    const measured = await noiseOnHost(this.on, this.input, [{ a, b: a }]);
    this.spend(measured.spent);
    return measured.noise;
  }

  private async tell(state: TrialState): Promise<void> {
    const parent = workflowInfo().parent;
    if (parent === undefined) return;
    await getExternalWorkflowHandle(parent.workflowId).signal(trialStateSignal, { trial: this.input.trial, state });
  }
}

/** What a run keeps of the flags, and a note on how many it does not. */
function flagsToShow({ flags }: Pick<Outcome, 'flags'>): { flags: Pick<Outcome, 'flags'>; more: string[] } {
  if (flags === undefined) return { flags: {}, more: [] };
  const { shown, more } = shownFlags(flags);
  return { flags: { flags: shown }, more: more === 0 ? [] : [`There are ${more} more flags than the ${shown.length} that are shown.`] };
}

interface Sampling {
  rule: Rule;
  noise: Noise;
  /** What the first builds of both sides took, in seconds. */
  preparing: number;
  built: TrialBuilds;
}

/** Of each side. */
function buildsAtFirst(stage: TrialStage, rule: Rule): number {
  const assessed = assessStage(stage, [], rule);
  return assessed.kind === 'more' ? assessed.builds : 1;
}
