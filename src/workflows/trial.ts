import { getExternalWorkflowHandle, patched, workflowInfo } from '@temporalio/workflow';
import type { ArtifactRef } from '../core/artifact.js';
import { hasCases } from '../core/check/cases/has-cases.js';
import type { Checked } from '../core/check/checked.js';
import type { CandidateRef } from '../core/candidate.js';
import type { Config } from '../core/config/schema.js';
import type { Flag } from '../core/flag.js';
import type { BaseTests, CommandOutcome, CommandRole, Scope, WorktreeRef } from '../core/run/contracts.js';
import type { Lease } from '../core/run/lease.js';
import type { SecondLook, TrialState } from '../core/status.js';
import type { CommitRef, Target } from '../core/target.js';
import type { Budget } from '../core/verdict/budget.js';
import type { Noise } from '../core/verdict/noise.js';
import { ablationDelta } from '../core/run/ablation.js';
import { verdictOfBoth, wantsSecondLook } from '../core/verdict/again.js';
import { limitsOf, ruleFrom, type Rule } from '../core/verdict/rule.js';
import type { Reason, ReasonCode, Verdict } from '../core/verdict/verdict.js';
import { testCandidate, type TestedCandidate } from './candidate-tests.js';
import { testsReach } from './reach.js';
import { HostSession, type HostHandle } from './host-session.js';
import { trialStateSignal } from './messages.js';
import { noiseOnHost } from './noise.js';

export interface TrialInput {
  v: 1;
  run: string;
  trial: string;
  target: Target;
  config: Config;
  queuePrefix: string;
  champion: CommitRef;
  candidate: CandidateRef;
  lease: Lease | null;
  /** The noise that the run knows, and of which host. */
  noise: (Noise & { host: string }) | null;
  /** `confirm`: it passed against an earlier champion, so screening is skipped. `ablate`: it is the champion without one of its patches, and need not be faster. */
  mode: 'full' | 'confirm' | 'ablate';
  /** The earlier champion that it was made for, with `confirm`. */
  madeFor?: string;
  /** What its tests are compared with. Absent where only the exit code counts, and in inputs of earlier versions. */
  tests?: BaseTests;
  /** Of a judgement that has one. */
  budget?: Budget;
}

export interface TrialResult {
  verdict: Verdict;
  commit: CommitRef | null;
  diff: ArtifactRef | null;
  samples: ArtifactRef | null;
  spent: number;
  /** What a person should know of how it was judged. */
  notes: string[];
  /** What champion and candidate were compared by. Absent in results of earlier versions. */
  checked?: Checked[];
  /** What the tests of later trials are compared with, where that has changed. */
  baseTests?: BaseTests;
  flags?: Flag[];
  /** Of what was too good to believe. */
  again?: SecondLook;
  lease: Lease | null;
}

/** One candidate against one champion: apply, build, test, compare outputs, screen, rebuild, confirm. */
export async function trial(input: TrialInput): Promise<TrialResult> {
  const session = new HostSession(input.queuePrefix, { v: 1, run: input.run, trial: input.trial }, input.config.machine.tag, input.lease);
  const result = await session.onHost((on) => new TrialOnHost(input, on).decide());
  return { ...result, lease: session.lease };
}

type Outcome = Omit<TrialResult, 'lease'>;
type Side = 'a' | 'b';

class TrialOnHost {
  private readonly scope: Scope;
  private readonly opened: string[] = [];
  private spent = 0;
  private readonly checked: Checked[] = [];
  private tested: TestedCandidate | null = null;
  private readonly notes: string[] = [];

  constructor(
    private readonly input: TrialInput,
    private readonly on: HostHandle,
  ) {
    this.scope = { v: 1, run: input.run, trial: input.trial };
  }

  async decide(): Promise<Outcome> {
    return this.on.withWorktrees({ ...this.scope, target: this.input.target, keys: this.opened }, async () => {
      const outcome = await this.steps();
      const { base = null, notes = [] } = this.tested ?? {};
      return { ...outcome, notes: [...outcome.notes, ...notes, ...this.notes], checked: this.checked, ...(base === null ? {} : { baseTests: base }) };
    });
  }

  private async steps(): Promise<Outcome> {
    const { target, config, champion, candidate, madeFor, budget } = this.input;
    await this.tell('preparing');
    const applied = await this.on.host('applyCandidate', `apply ${candidate.title}`, { ...this.scope, target, config, champion, candidate, ...(madeFor === undefined ? {} : { madeFor }) });
    if (applied.kind === 'refused') return { verdict: applied.verdict, commit: null, diff: applied.diff, samples: null, spent: 0, notes: [] };
    const base: Pick<Outcome, 'commit' | 'diff' | 'notes' | 'flags'> = { commit: applied.commit, diff: applied.diff, notes: applied.notes, ...(applied.flags === undefined ? {} : { flags: applied.flags }) };

    const began = Date.now();
    const first = await this.prepare('screen', applied.commit, true);
    const preparing = (Date.now() - began) / 1000;
    if (first.refused !== null) return { ...base, verdict: first.refused, samples: null, spent: this.spent };
    const faulty = await this.correct(first.b, first.a);
    if (faulty !== null) return { ...base, verdict: faulty, samples: null, spent: this.spent };

    const noise = await this.noise(first.a);
    const rule = ruleFrom(config, noise);
    if (this.input.mode === 'ablate') rule.delta = ablationDelta(config.verdict.min_gain, noise);
    const within = budget === undefined ? {} : { within: { budget, secondsPerSample: noise.secondsPerSample, aheadSeconds: preparing } };
    const sampling = { ...this.scope, target, config, lease: this.on.lease, rule, ...within };
    let samples: ArtifactRef | null = null;
    if (this.input.mode !== 'confirm' && config.verdict.protocol === 'sequential') {
      await this.tell('screening');
      const screened = await this.on.bench('sampleStage', 'screen', { ...sampling, a: first.a, b: first.b, stage: 'screen', earlier: null });
      this.spent += screened.spent;
      if (screened.kind === 'decided') this.checked.push(...(screened.checked ?? []));
      if (screened.kind === 'decided') return { ...base, verdict: screened.verdict, samples: screened.samples, spent: this.spent };
      samples = screened.samples;
    }
    // Layout luck survives any number of samples of one build, so the evidence comes from a second one.
    await this.tell('rebuilding');
    const second = await this.prepare('confirm', applied.commit, false);
    if (second.refused !== null) return { ...base, verdict: second.refused, samples, spent: this.spent };
    await this.tell('confirming');
    const confirmed = await this.on.bench('sampleStage', 'confirm', { ...sampling, a: second.a, b: second.b, stage: 'confirm', earlier: samples });
    this.spent += confirmed.spent;
    if (confirmed.kind !== 'decided') throw new Error('the confirmation stage always decides');
    this.checked.push(...(confirmed.checked ?? []));
    const { verdict } = confirmed;
    const rigged = verdict.kind === 'accepted' || verdict.kind === 'quarantined' ? await this.rigged(applied.commit) : null;
    if (rigged !== null) return { ...base, verdict: { kind: 'rejected', measured: verdict.measured, reasons: [rigged] }, samples: confirmed.samples, spent: this.spent };
    if (verdict.kind === 'accepted') base.flags = await this.executed(second.b, applied.flags);
    // Inputs of earlier versions lack the limits, and their histories the second measurement.
    if (this.input.mode === 'ablate' || !wantsSecondLook(verdict) || limitsOf(config.verdict) === null) return { ...base, verdict, samples: confirmed.samples, spent: this.spent };
    const again = await this.measureAgain(applied.commit, rule);
    return { ...base, verdict: verdictOfBoth(verdict, again.verdict), samples: confirmed.samples, again, spent: this.spent };
  }

  /** Why the tests say nothing of the candidate; null when they do, or nobody can tell. */
  private async rigged(candidate: CommitRef): Promise<Reason | null> {
    const { target, config, champion, tests, mode } = this.input;
    const wallMs = this.tested?.wallMs ?? 0;
    // A change that is measured afresh was looked at before. Configs of earlier versions lack [tests].
    if (mode !== 'full' || tests === undefined || !config.tests?.reach || !patched('tests-reach')) return null;
    const reach = await testsReach(this.on, { scope: this.scope, target, config, champion, candidate, tests, wallMs, opened: (key) => this.opened.push(key) });
    if (reach?.kind === 'reached') this.checked.push({ text: reach.text, seeds: [] });
    if (reach?.kind === 'untested') this.notes.push(reach.text);
    return reach?.kind === 'rigged' ? { code: 'tests-rigged', text: reach.text } : null;
  }

  /** Where a person would have to look at flags: only at those that the benchmark executes. */
  private async executed(worktree: WorktreeRef, flags: Flag[] | undefined): Promise<Flag[] | undefined> {
    const { target, config, mode } = this.input;
    if (flags === undefined || flags.length === 0 || mode === 'ablate' || !patched('executed-flags')) return flags;
    return this.on.host('executedFlags', 'which flagged lines are executed', { ...this.scope, target, config, worktree, flags });
  }

  /** All of it once more, in worktrees of a new clone, with nothing kept from before: what an exploit left behind is not there. */
  private async measureAgain(commit: CommitRef, rule: Rule): Promise<SecondLook> {
    const { target, config } = this.input;
    await this.tell('measuring-again');
    const fresh = await this.prepare('again', commit, false);
    const faulty = fresh.refused ?? (await this.correct(fresh.b, fresh.a));
    if (faulty !== null) return { verdict: faulty, samples: null };
    const measured = await this.on.bench('sampleStage', 'measure again', { ...this.scope, trial: `${this.scope.trial}-again`, target, config, lease: this.on.lease, rule, a: fresh.a, b: fresh.b, stage: 'confirm', earlier: null });
    this.spent += measured.spent;
    if (measured.kind !== 'decided') throw new Error('the confirmation stage always decides');
    this.checked.push(...(measured.checked ?? []));
    return { verdict: measured.verdict, samples: measured.samples };
  }

  /** Opens and builds both sides; the champion first, since its failure is not the candidate's fault. */
  private async prepare(purpose: 'screen' | 'confirm' | 'again', commit: CommitRef, cache: boolean): Promise<{ a: WorktreeRef; b: WorktreeRef; refused: Verdict | null }> {
    const { target, config, champion, run, trial } = this.input;
    const wanted = [
      { key: `${run}/${trial}/${purpose}/a`, commit: champion },
      { key: `${run}/${trial}/${purpose}/b`, commit },
    ];
    this.opened.push(...wanted.map((worktree) => worktree.key));
    const [a, b] = await this.on.host('openWorktrees', `${purpose}: two worktrees`, { ...this.scope, target, config, worktrees: wanted, ...(purpose === 'again' ? { fresh: true } : {}) });
    if (a === undefined || b === undefined) throw new Error('two worktrees were asked for');
    const sides: [Side, WorktreeRef][] = [['a', a], ['b', b]];
    for (const [side, worktree] of sides) {
      const setup = await this.command(worktree, side, 'setup', purpose !== 'again');
      const built = setup?.ok === false ? setup : await this.command(worktree, side, 'build', cache);
      if (built?.ok === false) return { a, b, refused: failed(side, 'build-failed', built) };
    }
    return { a, b, refused: null };
  }

  /** Tests, smoke run and output check of the candidate. */
  private async correct(b: WorktreeRef, a: WorktreeRef): Promise<Verdict | null> {
    const { target, config, tests = null } = this.input;
    this.tested = await testCandidate(this.on, { scope: this.scope, target, config }, a, b, tests);
    const text = this.tested?.text ?? null;
    if (text !== null && !this.checked.some((other) => other.text === text)) this.checked.push({ text, seeds: [] });
    if (this.tested !== null && this.tested.refused !== null) return this.tested.refused;
    const smoke = await this.command(b, 'b', 'smoke', false);
    if (smoke?.ok === false) return failed('b', 'smoke-failed', smoke);
    const compare = async (name: 'compareOutputs' | 'compareCases', summary: string): Promise<Verdict | null> => {
      const compared = await this.on.host(name, summary, { ...this.scope, target, config, a, b });
      this.checked.push(...(compared.checked ?? []));
      return compared.ok ? null : failed(compared.whose ?? 'b', 'output-differs', compared);
    };
    const differs = config.commands.check === undefined ? null : await compare('compareOutputs', 'compare outputs');
    if (differs !== null || !hasCases(config)) return differs;
    return compare('compareCases', 'compare functions case by case');
  }

  private async command(worktree: WorktreeRef, side: Side, role: CommandRole, cache: boolean): Promise<CommandOutcome | null> {
    const { target, config } = this.input;
    const command = role === 'setup' ? config.target.setup : role === 'command' ? undefined : config.commands[role];
    if (command === undefined) return null;
    const whose = side === 'a' ? 'champion' : 'candidate';
    return this.on.host('runCommand', `${role} ${whose}`, { ...this.scope, target, config, worktree, role, command, cache });
  }

  /** Another host than the run's has a noise of its own. */
  private async noise(worktree: WorktreeRef): Promise<Noise> {
    const { noise } = this.input;
    if (noise !== null && noise.host === this.on.lease.host) return noise;
    const measured = await noiseOnHost(this.on, this.input, worktree, worktree);
    this.spent += measured.spent;
    return measured.noise;
  }

  private async tell(state: TrialState): Promise<void> {
    const parent = workflowInfo().parent;
    if (parent === undefined) return;
    await getExternalWorkflowHandle(parent.workflowId).signal(trialStateSignal, { trial: this.input.trial, state });
  }
}

function failed(side: Side, code: ReasonCode, outcome: CommandOutcome): Verdict {
  const reason = { code: side === 'a' ? ('champion-failed' as const) : code, text: outcome.tail === '' ? outcome.problem : `${outcome.problem}\n${outcome.tail}` };
  return { kind: 'rejected', measured: null, reasons: [reason] };
}
