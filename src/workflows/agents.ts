import { ChildWorkflowCancellationType, executeChild, ParentClosePolicy, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { attemptsToBegin } from '../core/agent/adapt.js';
import type { AgentAttempt } from '../core/agent/attempt.js';
import { pastTrials } from '../core/agent/history.js';
import { mostAttempts } from '../core/agent/bounds.js';
import { attemptWarnings, unboundWarnings, unsafeWarnings } from '../core/agent/notes.js';
import type { ArtifactRef } from '../core/artifact.js';
import type { Config } from '../core/config/schema.js';
import type { RunModel } from '../core/run/model.js';
import { agentAttempt, type AgentAttemptInput, type AgentAttemptResult } from './agent.js';
import { warn, type Phases } from './phases.js';
import type { ProposalGround, ProposalSource } from './proposals.js';
import { unlessStopped } from './unless-stopped.js';

/** The command-line agents of the config, each attempt a source of its own; so many work at once as the config says. */
export function agentSources(phases: Phases, ground: ProposalGround): ProposalSource[] {
  const { config } = phases.input;
  // Configs of earlier versions have no agents.
  const agents = Object.entries(config.agents ?? {}).filter(([name]) => name !== config.propose.orchestrator);
  for (const text of unsafeWarnings(config)) warn(phases.model, text);
  const planned = agents.flatMap(([agent, { tries }]) => Array.from({ length: tries }, (_, index) => ({ agent, number: index + 1 })));
  // Configs in inputs of earlier versions lack it.
  const { adapt_agents: adapt = false } = config.propose as Partial<Config['propose']>;
  // What broke off before anything came of it says nothing of the agent.
  const attempts = (phases.model.status.agents ?? []).filter(({ iterations }) => iterations > 0);
  const begun = adapt ? attemptsToBegin(planned, attempts, phases.model.status.trials) : planned;
  const turn = turns(config.propose.agents_at_once);
  return begun.map(({ agent, number }) => {
    const attempt = { number, of: config.agents[agent]?.tries ?? 1 };
    return { name: attempt.of === 1 ? agent : `${agent} (attempt ${number})`, propose: () => turn(() => propose(phases, ground, agent, attempt)) };
  });
}

async function propose(phases: Phases, { on, findings }: ProposalGround, agent: string, attempt: { number: number; of: number }): Promise<ArtifactRef[]> {
  const { model, control } = phases;
  if (model.stopping) return [];
  const id = `r${model.status.round}-${agent}-${attempt.number}`;
  control.enter('optimize', `${agent} is at work`);
  const result = await runAttempt(phases, { id, agent, attempt, findings, lease: on.lease });
  return result === null || result.proposals === null ? [] : [result.proposals];
}

/** Runs the child workflow of an attempt, and keeps what it did. Null where a person stopped the run meanwhile. */
export async function runAttempt({ input, model }: Phases, asked: Pick<AgentAttemptInput, 'id' | 'agent' | 'attempt' | 'findings' | 'lease' | 'step'>, targets?: AgentAttempt['targets']): Promise<AgentAttemptResult | null> {
  const { id, agent, attempt } = asked;
  const began = Date.now();
  const result = await unlessStopped(model, () => executeChild(agentAttempt, {
    workflowId: `${input.run}/${id}`,
    args: [{ v: 1, run: input.run, round: model.status.round, target: input.target, config: input.config, queuePrefix: input.queuePrefix, champion: model.champion, ...asked, history: pastTrials(model.status.trials, model.status.agents ?? []), ...(model.notes === undefined ? {} : { notes: model.notes }), ...(model.tests === undefined ? {} : { tests: model.tests }) }],
    staticSummary: `${agent}: attempt ${attempt.number} of ${attempt.of}`,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    workflowTaskTimeout: '5 seconds',
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  }));
  if (result !== null) keep(model, { ...result.attempt, seconds: (Date.now() - began) / 1000, ...(targets === undefined ? {} : { targets }) }, input.config);
  return result;
}

function keep(model: RunModel, attempt: AgentAttempt, config: Config): void {
  const { status } = model;
  // By their ids, in whatever order they ended.
  status.agents = [...(status.agents ?? []).filter(({ id }) => id !== attempt.id), attempt].sort((one, other) => one.round - other.round || (one.id < other.id ? -1 : 1)).slice(-mostAttempts);
  for (const text of [...attemptWarnings(attempt), ...unboundWarnings(attempt, config)]) warn(model, text);
}

/** Lets so many pieces of work run at once; the others wait for their turn, in order. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => void waiting.push(resolve));
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
}
