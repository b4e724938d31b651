import { writeFile } from 'node:fs/promises';
import { addUsage, noUsage, type AgentUsage } from '../core/agent/attempt.js';
import type { Candidate } from '../core/candidate.js';
import { namedVariables } from '../core/config/named-variables.js';
import type { AgentWork, HostActivities } from '../core/run/contracts.js';
import { redact } from '../measure/redactor.js';
import type { ChangeTold } from '../models/explain/context.js';
import { agentExplainPrompt, answerOfAgent, explainBy, type Answered } from '../models/explain/explain.js';
import { promptOf } from '../models/prompts.js';
import { redactorOf } from '../models/redact.js';
import { undoChanges } from '../workspace/apply-candidate.js';
import { activity, type Attempt } from './activity.js';
import { withinBudget } from './agent-budget.js';
import { withModel } from './conversation.js';
import type { Dependencies } from './dependencies.js';
import { logPath, repositoryOf, unlessGone, worktreeOf } from './ground.js';
import { runInWorktree } from './run-agent.js';
import { talkOf } from './talk-of-phase.js';

type Input = Parameters<HostActivities['explainDecision']>[0];
type Output = Awaited<ReturnType<HostActivities['explainDecision']>>;

/** An agent is told once what is wrong with its answer. */
const mostTries = 2;
/** Characters of an agent's last words: an answer is short. */
const mostMessage = 50_000;

/** Has a model or an agent explain a decision. What it says decides nothing here. */
export function explainDecisionActivity(deps: Dependencies): HostActivities['explainDecision'] {
  return activity(async (input, attempt) => {
    const { target, change, told, by } = input;
    const repository = await repositoryOf(deps, target);
    await repository.ensureCommit(change.commit);
    const [from, to] = [change.champion, change.commit.commit];
    const { rationale } = await deps.artifacts.getJson<Candidate>(told.trial.candidate.patch);
    const shown: ChangeTold = { stat: await repository.diffStat(from, to), diff: await repository.diff(from, to), rationale };
    const answer = by.kind === 'model' ? await byModel(deps, input, shown, attempt) : await byAgent(deps, input, shown, attempt);
    const kept = { by, trial: told.trial.id, decision: told.decision, may_overrule: told.mayOverrule, said: answer.said, note: answer.note, prompt: { name: 'explain', version: promptOf('explain').version }, ...(answer.usage === undefined ? {} : { usage: answer.usage }) };
    await writeFile(await logPath(deps, input, 'explanation.json'), `${JSON.stringify(kept, null, 2)}\n`);
    return answer;
  });
}

function byModel(deps: Dependencies, input: Input, change: ChangeTold, attempt: Attempt): Promise<Output> {
  const { told, by: { name: model } } = input;
  return withModel(deps, { ...input, model }, 'decide', attempt, async ({ redactor, open }) => {
    const conversation = await open(`explain-${told.trial.id}`, []);
    const answer = redactor.json(await explainBy(conversation, told, change));
    const title = `decide: ${answer.said === null ? 'said nothing that can be used' : 'explained'} ${told.trial.id}`;
    return { ...answer, talk: await talkOf(deps, conversation, redactor, { phase: 'decide', about: told.trial.id, model, title, proposed: 0, value: answer.said, note: answer.note }) };
  });
}

async function byAgent(deps: Dependencies, input: Input, change: ChangeTold, attempt: Attempt): Promise<Output> {
  const { told, by: { name: agent }, config, worktree: ref, ...scope } = input;
  if (ref === undefined) throw new Error('an agent works in a worktree');
  const worktree = await worktreeOf(deps, ref);
  const work: AgentWork = { v: scope.v, run: scope.run, trial: scope.trial, target: scope.target, config, agent, findings: null, history: [], attempt: { number: 1, of: 1 } };
  const prompt = agentExplainPrompt(told, change);
  const redactor = redactorOf(deps.env, namedVariables(config));
  let usage: AgentUsage = noUsage;
  let problem = '';
  return unlessGone(deps, [ref], async () => {
    for (let number = 1; number <= mostTries; number++) {
      await undoChanges(worktree);
      const asked = number === 1 ? prompt : `${prompt}\n\n# Your last answer\n\nIt cannot be used. ${problem}\nAnswer again.`;
      const { ran, secrets } = await withinBudget(deps, work, () => runInWorktree(deps, work, { worktree, prompt: asked, name: `${agent}-explain-${number}` }, attempt), (done) => done.ran.usage);
      await undoChanges(worktree);
      usage = addUsage(usage, ran.usage);
      if (ran.problem !== '') return { said: null, note: ran.problem, usage };
      const answer = answerOfAgent(redactor.text(redact(ran.message.slice(-mostMessage), secrets)), told, number === mostTries);
      if ('said' in answer) return { said: answer.said, note: null, usage };
      ({ problem } = answer);
    }
    return { said: null, note: `no usable answer, also after a second try: ${problem}`, usage } satisfies Answered & { usage: AgentUsage };
  });
}
