import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { pastTrials } from '../../core/agent/history.js';
import type { StepConfig } from '../../core/config/steps-schema.js';
import type { Work } from '../../core/pipeline/machine/ready.js';
import type { HostActivities } from '../../core/run/contracts.js';
import type { Draft } from '../../core/run/draft.js';
import type { Decision, Explained, ToldDecision } from '../../core/run/explained.js';
import { outOfTime, wallLeft } from '../../core/run/model.js';
import type { TrialSummary } from '../../core/status.js';
import { describeFailure } from '../failures.js';
import type { HostHandle } from '../host-session.js';
import { keepTalk } from '../keep-talk.js';
import { replayOf } from '../phase-models.js';
import { scopeOfStep, warn, type Phases } from '../phases.js';
import { unlessStopped } from '../unless-stopped.js';

/** Milliseconds: a decision waits no longer for its explanation. */
const longest = 600_000;

export interface Explaining {
  step: StepConfig;
  work: Work;
  draft: Draft;
  /** When the step began. Workflow time, milliseconds. */
  began: number;
}

/** Has a decision explained, where the config names somebody for that. Whatever comes of it, the decision stands: only an acceptance may be overruled, where the config says so. */
export async function explain(phases: Phases, { step, work, draft, began }: Explaining, trial: TrialSummary, decision: Decision): Promise<void> {
  const { model, control, input: { config } } = phases;
  const { explain: name, may_overrule: mayOverrule = false, timeout } = step;
  if (name === undefined || model.stopping) return;
  const now = Date.now();
  const spent = outOfTime(model, now);
  if (spent !== null) return warnNone(phases, name, trial, spent);
  const by = { kind: Object.hasOwn(config.agents, name) ? ('agent' as const) : ('model' as const), name };
  control.enterStep('decide', `${name} explains the decision on ${trial.id}`);
  // The step itself must not run into its own timeout for it.
  const ofStep = timeout === undefined ? longest : Math.max(1, (began + timeout - now) / 2);
  const limit = Math.min(longest, ofStep, wallLeft(model, now));
  const told = toldOf(phases, trial, decision, mayOverrule);
  try {
    const answer = await unlessStopped(model, () => CancellationScope.withTimeout(limit, () => phases.session.onHost((on) => ask(on, phases, { work, draft, by, told }))));
    if (answer === null) return;
    const { said, note, talk } = answer;
    if (talk !== undefined) keepTalk(model, talk, { position: -1, candidates: null, about: 'in decide' });
    if (said === null) return warnNone(phases, name, trial, note ?? 'no reason is known');
    trial.explained = { ...said, by: name, kind: by.kind, decision, ...(mayOverrule && decision === 'accepted' && said.would === 'drop' ? { overruled: true } : {}) } satisfies Explained;
  } catch (error) {
    if (CancellationScope.current().consideredCancelled) throw error;
    const { code, message } = describeFailure(error);
    warnNone(phases, name, trial, isCancellation(error) ? `it took longer than ${Math.round(limit / 1000)} s` : `${message} (${code})`);
  }
}

function warnNone({ model }: Phases, name: string, { id }: TrialSummary, why: string): void {
  warn(model, `${name} did not explain the decision on ${id}, which stands: ${why}`);
}

interface Asked {
  work: Work;
  draft: Draft;
  by: { kind: Explained['kind']; name: string };
  told: ToldDecision;
}

async function ask(on: HostHandle, phases: Phases, { work, draft, by, told }: Asked): Promise<Awaited<ReturnType<HostActivities['explainDecision']>>> {
  const { input } = phases;
  const { run, target, config } = input;
  const scope = scopeOfStep(phases, work);
  const asked = { ...scope, target, config, by, told, change: { champion: draft.champion, commit: draft.commit }, ...replayOf(input) };
  const summary = `${by.name} explains the decision on ${told.trial.id}`;
  if (by.kind === 'model') return on.host('explainDecision', summary, asked);
  const key = `${run}/${scope.trial}/explain`;
  return on.withWorktrees({ ...scope, target, keys: [key] }, async () => {
    const [worktree] = await on.host('openWorktrees', `worktree of ${draft.commit.commit.slice(0, 10)}`, { ...scope, target, config, worktrees: [{ key, commit: draft.commit }] });
    if (worktree === undefined) throw new Error('one worktree was asked for');
    return on.host('explainDecision', summary, { ...asked, worktree });
  });
}

function toldOf({ model }: Phases, trial: TrialSummary, decision: Decision, mayOverrule: boolean): ToldDecision {
  const { status, readings = [] } = model;
  const { id, round, candidate, verdict, champion } = trial;
  const others = status.trials.filter((other) => other.id !== id && other.round >= status.round - 1);
  return {
    trial: { id, round, candidate, verdict, champion }, decision, mayOverrule,
    readings: readings.filter((reading) => reading.round >= status.round - 1),
    best: status.benchmark?.best ?? null, baseline: status.benchmark?.baseline ?? null,
    speedup: status.speedup === null ? null : { ratio: status.speedup.ratio, ci95: status.speedup.ci95 },
    others: pastTrials(others, []),
  };
}
