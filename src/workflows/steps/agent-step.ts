import { unsafeWarnings } from '../../core/agent/notes.js';
import { beginningOf, mostText } from '../../core/agent/bounds.js';
import type { ArtifactRef } from '../../core/artifact.js';
import type { Json } from '../../core/json-value.js';
import { draftKey, type Draft } from '../../core/run/draft.js';
import { exhausted } from '../../core/run/model.js';
import { runAttempt } from '../agents.js';
import type { AgentAttemptInput } from '../agent.js';
import { refusal } from '../failures.js';
import { warn, type Phases } from '../phases.js';
import { draftOf } from './draft.js';
import type { StepRunner } from './run-step.js';
import { targetsOf } from './select-targets.js';
import { promptKey } from './write-prompt.js';

/**
 * Has an agent edit: what it leaves is the draft of the branch, built and tested unless steps after it do that. Where a step
 * sent it back with an error or a text, it goes on with the draft that is there, and is told. Fails where it comes to nothing.
 */
export const agent: StepRunner = async (phases, step, work) => {
  const { input, model, control, session } = phases;
  const name = step.agent ?? onlyAgent(phases, work.name);
  for (const text of unsafeWarnings(input.config)) warn(model, text);
  const used = exhausted(model, Date.now());
  if (used !== null) throw refusal('PL_BUDGET_SPENT', `nothing more is edited: ${used}`);
  control.enterStep('agent', `${work.name}: ${name} is at work`);
  const id = `r${model.status.round}-${work.name}-${work.count}${work.attempt === 1 ? '' : `-${work.attempt}`}`;
  const prompt = (work.state.get(promptKey) as ArtifactRef | null | undefined) ?? null;
  // What goes on with its draft is no further attempt at its targets.
  const begin = beginOf(phases, draftOf(work), work.input);
  const result = await runAttempt(phases, { id, agent: name, attempt: { number: 1, of: 1 }, findings: model.findings, lease: session.lease, step: { prompt, begin, ...(step.verify === false ? { unverified: true as const } : {}) } }, begin?.edit == null ? targetsOf(work) : undefined);
  // What was still to come does not begin.
  if (result === null) return { output: { stopped: true } };
  const { attempt: { outcome, text, iterations, spent }, change } = result;
  const leavesDraft = outcome === 'passed' || outcome === 'edited';
  if (spent === true && !leavesDraft) throw refusal('PL_BUDGET_SPENT', `the budget of tokens or money is used, and ${name} came to nothing before: ${text}`);
  if (!leavesDraft || change === undefined) throw refusal('PL_STEP_FAILED', `${name} came to nothing (${outcome}): ${text}`, { where: `steps: ${work.name}` });
  const { edit, candidate } = change;
  const draft: Draft = { commit: edit.commit, champion: model.champion.commit, candidate, diff: edit.diff };
  return { output: { title: candidate.title, commit: edit.commit.commit, iterations }, writes: [[draftKey, draft]] };
};

/** What it goes on with. A draft on another champion would take back what was accepted meanwhile. */
function beginOf({ model }: Phases, draft: Draft | null, input: Json | undefined): NonNullable<AgentAttemptInput['step']>['begin'] {
  const told = toldBy(input);
  if (told === null) return null;
  if (draft === null || draft.champion !== model.champion.commit) return { edit: null, failure: { ...told, log: null, diff: null, dropped: true } };
  const { commit, diff, candidate: { title } } = draft;
  return { edit: { kind: 'changed', commit, diff, title, rationale: '', refused: null }, failure: { ...told, log: null, diff } };
}

/** A text, or the message of an error, whose further lines are what a command printed. Of anything else, such as the output of the step before, it is told nothing. */
function toldBy(input: Json | undefined): { what: string; tail: string } | null {
  const text = typeof input === 'object' && input !== null && 'message' in input ? input['message'] : input;
  if (typeof text !== 'string') return null;
  const [what = '', ...lines] = text.split('\n');
  return { what: beginningOf(what, mostText), tail: lines.join('\n').slice(-mostText) };
}

function onlyAgent({ input: { config } }: Phases, step: string): string {
  const names = Object.keys(config.agents).filter((name) => name !== config.propose.orchestrator);
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  throw refusal('PL_STEPS_INVALID', `it does not say which agent works: ${names.length === 0 ? 'the config has none' : `it has ${names.join(', ')}`}`, { where: `steps: ${step}`, fix: 'Describe it as [agents.NAME], and set `agent = "NAME"` in the step.' });
}
