import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes, WorkflowIdReusePolicy } from '@temporalio/common';
import { benchmarksText } from '../core/config/benchmarks.js';
import { workflowTypes, type JudgeInput, type RunInput } from '../core/inputs.js';
import { searchAttributes } from '../core/messages.js';
import { queues } from '../core/queues.js';
import type { Session } from './session.js';
import { shortCommit } from './print/numbers.js';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);
const roundKey = defineSearchAttributeKey(searchAttributes.round, SearchAttributeType.INT);

/** Starts the run's workflow under its id, with what lists and the Temporal UI show of it. */
export async function startWorkflow(session: Session, start: { kind: 'run'; input: RunInput } | { kind: 'judge'; input: JudgeInput }): Promise<void> {
  const { client, settings } = session;
  const { input } = start;
  const { target } = input;
  // Setting an attribute that the server does not know wedges the workflow, so that is found out before.
  const { ensureSearchAttributes } = await import('../worker/engine/search-attributes.js');
  await ensureSearchAttributes(client);
  const round = start.kind === 'run' ? 1 : 0;
  await client.workflow.start(workflowTypes[start.kind], {
    taskQueue: queues.workflows(settings.queuePrefix),
    workflowId: input.run,
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    // A worker that dies in the middle of one costs at most this; the default is 10 s.
    workflowTaskTimeout: '5 seconds',
    args: [input],
    staticSummary: start.kind === 'run' ? `${target.name}: faster than ${shortCommit(target.base.commit)}` : `${target.name}: is ${start.input.candidateRevision} faster than ${target.revision}?`,
    staticDetails: details(start),
    memo: { target: target.name, origin: target.origin, base: target.base.commit, who: input.who },
    typedSearchAttributes: new TypedSearchAttributes([
      { key: keyword(searchAttributes.target), value: target.id },
      { key: keyword(searchAttributes.status), value: 'running' },
      { key: keyword(searchAttributes.phase), value: 'start' },
      { key: roundKey, value: round },
    ]),
  });
}

/** Markdown for the Temporal UI. */
function details(start: { kind: 'run'; input: RunInput } | { kind: 'judge'; input: JudgeInput }): string {
  const { target, config, who, run } = start.input;
  const lines = [`- target: ${target.name} (${target.origin})`, `- base: ${target.revision} = ${target.base.commit}`, `- benchmark: \`${benchmarksText(config)}\``, `- started by ${who}`, `- follow: \`perfloop attach ${run}\``];
  if (start.kind === 'judge') lines.splice(2, 0, `- candidate: ${start.input.candidateRevision} = ${start.input.candidate.commit}`);
  return lines.join('\n');
}
