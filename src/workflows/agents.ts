import { ChildWorkflowCancellationType, executeChild, ParentClosePolicy, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { pastTrials } from '../core/agent/history.js';
import { mostAttempts } from '../core/agent/bounds.js';
import { attemptWarnings, unsafeWarnings } from '../core/agent/notes.js';
import type { ArtifactRef } from '../core/artifact.js';
import type { RunModel } from '../core/run/model.js';
import { agentAttempt, type AgentAttemptResult } from './agent.js';
import { warn, type Phases } from './phases.js';
import type { ProposalGround, ProposalSource } from './proposals.js';
import { unlessStopped } from './unless-stopped.js';

/** The command-line agents of the config, each attempt a source of its own; so many work at once as the config says. */
export function agentSources(phases: Phases, ground: ProposalGround): ProposalSource[] {
  const { config } = phases.input;
  // Configs of earlier versions have no agents.
  const agents = Object.entries(config.agents ?? {}).filter(([name]) => name !== config.propose.orchestrator);
  for (const text of unsafeWarnings(config)) warn(phases.model, text);
  const turn = turns(config.propose.agents_at_once);
  return agents.flatMap(([name, { tries }]) => Array.from({ length: tries }, (_, index) => {
    const attempt = { number: index + 1, of: tries };
    return { name: tries === 1 ? name : `${name} (attempt ${attempt.number})`, propose: () => turn(() => propose(phases, ground, name, attempt)) };
  }));
}

async function propose(phases: Phases, { on, findings }: ProposalGround, agent: string, attempt: { number: number; of: number }): Promise<ArtifactRef[]> {
  const { input, model, control } = phases;
  if (model.stopping) return [];
  const id = `r${model.status.round}-${agent}-${attempt.number}`;
  control.enter('optimize', `${agent} is at work`);
  const result = await unlessStopped(model, () => executeChild(agentAttempt, {
    workflowId: `${input.run}/${id}`,
    args: [{ v: 1, run: input.run, id, round: model.status.round, target: input.target, config: input.config, queuePrefix: input.queuePrefix, champion: model.champion, lease: on.lease, agent, attempt, findings, history: pastTrials(model.status.trials, model.status.agents ?? []), ...(model.tests === undefined ? {} : { tests: model.tests }) }],
    staticSummary: `${agent}: attempt ${attempt.number} of ${attempt.of}`,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    workflowTaskTimeout: '5 seconds',
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  }));
  if (result === null) return [];
  keep(model, result);
  return result.proposals === null ? [] : [result.proposals];
}

function keep(model: RunModel, { attempt }: AgentAttemptResult): void {
  const { status } = model;
  // By their ids, in whatever order they ended.
  status.agents = [...(status.agents ?? []).filter(({ id }) => id !== attempt.id), attempt].sort((one, other) => one.round - other.round || (one.id < other.id ? -1 : 1)).slice(-mostAttempts);
  for (const text of attemptWarnings(attempt)) warn(model, text);
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
