import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { benchmarksText } from '../core/config/benchmarks.js';
import type { JudgeInput, RunInput } from '../core/inputs.js';
import { searchAttributes } from '../core/messages.js';

export type Start = { kind: 'run'; input: RunInput } | { kind: 'judge'; input: JudgeInput };

/** What a run is started with, by a client or by another workflow, so that lists and the Temporal UI show what it is. */
export function startOptions(start: Start) {
  const { target, who, run } = start.input;
  const keyword = (name: string, value: string) => ({ key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD), value });
  return {
    workflowId: run,
    // A worker that dies in the middle of one costs at most this; the default is 10 s.
    workflowTaskTimeout: '5 seconds' as const,
    staticSummary: start.kind === 'run' ? `${target.name}: faster than ${short(target.base.commit)}` : `${target.name}: is ${start.input.candidateRevision} faster than ${target.revision}?`,
    staticDetails: details(start),
    memo: { target: target.name, origin: target.origin, base: target.base.commit, who },
    typedSearchAttributes: new TypedSearchAttributes([
      keyword(searchAttributes.target, target.id),
      keyword(searchAttributes.status, 'running'),
      keyword(searchAttributes.phase, 'start'),
      { key: defineSearchAttributeKey(searchAttributes.round, SearchAttributeType.INT), value: start.kind === 'run' ? 1 : 0 },
    ]),
  };
}

function details(start: Start): string {
  const { target, config, who, run } = start.input;
  const lines = [`- target: ${target.name} (${target.origin})`, `- base: ${target.revision} = ${target.base.commit}`, `- benchmark: \`${benchmarksText(config)}\``, `- started by ${who}`, `- follow: \`perfloop attach ${run}\``];
  if (start.kind === 'judge') lines.splice(2, 0, `- candidate: ${start.input.candidateRevision} = ${start.input.candidate.commit}`);
  return lines.join('\n');
}

const short = (commit: string): string => commit.slice(0, 7);
