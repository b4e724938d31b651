import type { AgentIteration } from '../core/agent/attempt.js';
import type { Candidate } from '../core/candidate.js';
import { commandSpecsOf } from '../core/config/benchmarks.js';
import { PerfloopError } from '../core/errors.js';
import type { Finding } from '../core/finding.js';
import type { AgentRun, AgentWork, HostActivities } from '../core/run/contracts.js';
import { agentPrompt, agentPromptVersions, orchestratorPrompt, toldFailure, type Ground } from '../agents/prompt.js';
import { titleOf } from '../agents/output.js';
import { beginningOf, mostFiles } from '../core/agent/bounds.js';
import { identityOfDiff } from '../propose/diff-identity.js';
import { languageOf } from '../core/language.js';
import { undoChanges } from '../workspace/apply-candidate.js';
import { commitAll } from '../workspace/commit-worktree.js';
import { protectionOf } from '../workspace/protected-globs.js';
import { editedFiles, filesWithSecrets, tooLarge } from '../workspace/edited-files.js';
import { nestedRepositories } from '../workspace/nested-repositories.js';
import { shownPath } from '../workspace/raw-path.js';
import type { OpenWorktree } from '../workspace/open-worktree.js';
import { versionsOf } from '../models/prompts.js';
import { activity } from './activity.js';
import { withinBudget } from './agent-budget.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf, unlessGone, worktreeOf } from './ground.js';
import { rulesOf } from './guard-protected.js';
import { notesOf } from './notes.js';
import { refOf } from './propose.js';
import { reviewChange } from './review-change.js';
import { runInWorktree } from './run-agent.js';

type AgentActivities = Pick<HostActivities, 'writeTask' | 'runAgent' | 'keepAttempt'>;

/** Command-line agents: each works in a worktree of its own, and is trusted with nothing. */
export function agentActivities(deps: Dependencies): AgentActivities {
  const text = async (ref: Parameters<typeof deps.artifacts.get>[0]): Promise<string> => (await deps.artifacts.get(ref)).toString('utf8');
  return {
    writeTask: activity(async (input, attempt) => {
      const worktree = await worktreeOf(deps, input.worktree);
      return unlessGone(deps, [input.worktree], async () => {
        await undoChanges(worktree);
        const prompt = await orchestratorPrompt(await groundOf(deps, input));
        const { ran } = await withinBudget(deps, input, () => runInWorktree(deps, input, { worktree, prompt, name: `${input.agent}-task` }, attempt), (done) => done.ran.usage);
        await undoChanges(worktree);
        const message = ran.message.trim();
        return { task: message === '' ? null : await deps.artifacts.put('text', message), problem: ran.problem, prompt: ran.prompt, log: ran.log, usage: ran.usage, prompts: versionsOf(['orchestrator']) };
      });
    }),

    runAgent: activity(async (input, attempt) => {
      const worktree = await worktreeOf(deps, input.worktree);
      return unlessGone(deps, [input.worktree], async (): Promise<AgentRun> => {
        // What an attempt of this iteration edited that did not end is no part of it.
        await undoChanges(worktree);
        const task = input.task === null ? null : await text(input.task);
        const prompt = await agentPrompt(await groundOf(deps, input), task, input.failure === null ? null : await toldFailure(input.failure, text));
        // Set-up may have made some.
        const known = await nestedRepositories(worktree.path);
        const { ran, secrets } = await withinBudget(deps, input, () => runInWorktree(deps, input, { worktree, prompt, name: `${input.agent}-${input.iteration}` }, attempt), (done) => done.ran.usage);
        const { message, ...kept } = ran;
        return { ...kept, prompts: agentPromptVersions(task, input.failure), edit: (await thrownAway(worktree, known, secrets)) ?? (await editOf(deps, input, worktree, message)) };
      });
    }),

    keepAttempt: activity(async ({ agent, findings, iterations, edit }) => {
      const record = await deps.artifacts.put('json', JSON.stringify(iterations satisfies AgentIteration[]));
      if (edit === null) return { record, proposals: null };
      const candidate = candidateOf(agent, edit, await text(edit.diff), await findingsOf(deps, findings));
      return { record, proposals: await deps.artifacts.put('candidates', JSON.stringify([candidate])), candidate: await refOf(deps, candidate, 0) };
    }),
  };
}

async function groundOf(deps: Dependencies, { target, config, findings, history, attempt, notes }: AgentWork): Promise<Ground> {
  // A benchmark or a test can be hot, and stays as it is.
  const protectedBy = protectionOf(await rulesOf(await repositoryOf(deps, target), target, config));
  return { config, findings: (await findingsOf(deps, findings)).filter(({ file }) => protectedBy(file) === undefined), history, attempt, lessons: notesOf(deps, target.id, notes) };
}

async function findingsOf({ artifacts }: Dependencies, findings: AgentWork['findings']): Promise<Finding[]> {
  return findings === null ? [] : artifacts.getJson<Finding[]>(findings);
}

/** Why nothing of what it left may be looked at or kept; null where it may. */
async function thrownAway(worktree: OpenWorktree, known: readonly string[], secrets: readonly string[]): Promise<Extract<AgentRun['edit'], { kind: 'leaked' | 'too-large' | 'nested' }> | null> {
  // Before any git runs there.
  const nested = (await nestedRepositories(worktree.path)).filter((path) => !known.includes(path));
  if (nested.length > 0) return { kind: 'nested', why: `The edit was thrown away: it leaves a git repository in ${named(nested)}.` };
  const edited = await editedFiles(worktree);
  const large = await tooLarge(worktree, edited);
  if (large !== null) return { kind: 'too-large', why: `The edit was thrown away: ${beginningOf(large, 400)} Remove what is no part of the change.` };
  const leaking = await filesWithSecrets(worktree, edited, secrets);
  return leaking.length === 0 ? null : { kind: 'leaked', files: leaking.slice(0, mostFiles).map((path) => beginningOf(path, 300)) };
}

function named(paths: readonly string[]): string {
  return beginningOf(paths.slice(0, mostFiles).map(shownPath).join(', '), 1000);
}

/** What the agent edited, as a commit on the champion; what earlier iterations edited is in it. */
async function editOf(deps: Dependencies, input: Parameters<HostActivities['runAgent']>[0], worktree: OpenWorktree, message: string): Promise<AgentRun['edit']> {
  const { target, config, champion, agent } = input;
  const otherwise = `A change by ${agent}`;
  const { title, rationale } = titleOf(message, otherwise);
  const commit = await commitAll(worktree, `${title}\n`, 0, champion.commit).catch((error: unknown) => {
    if (error instanceof PerfloopError && error.code === 'PL_NOTHING_CHANGED') return null;
    throw error;
  });
  if (commit === null) return { kind: 'unchanged', said: title === otherwise ? '' : title };
  const repository = await repositoryOf(deps, target);
  const diff = await repository.diff(champion.commit, commit);
  if (diff === '') return { kind: 'taken-back' };
  const review = await reviewChange(repository, { from: champion.commit, to: commit, rules: await rulesOf(repository, target, config), byPerson: false, commands: commandSpecsOf(config) });
  return { kind: 'changed', commit: await repository.commitRef(commit, target.base), diff: await deps.artifacts.put('diff', diff), title, rationale, refused: review.refused };
}

/** It counts for the hottest finding in a file that it changes. What share of the time it touches nobody knows. */
function candidateOf(agent: string, { commit, title, rationale }: Extract<AgentRun['edit'], { kind: 'changed' }>, diff: string, findings: readonly Finding[]): Candidate {
  const places = Array.from(diff.matchAll(/^\+\+\+ b\/(.+)\n@@ -\d+(?:,\d+)? \+(\d+)/gm), ([, file = '', line]) => ({ file, line: Number(line) }));
  const finding = findings.find(({ file }) => places.some((place) => place.file === file));
  // A hunk begins some lines before what it changes.
  const place = finding ?? places[0] ?? { file: '', line: 1 };
  return {
    id: identityOfDiff(diff).id, proposer: agent, recipe: null, title, rationale,
    findingId: finding?.id ?? null, file: place.file, line: place.line, language: languageOf(place.file), share: null, change: { kind: 'commit', commit },
  };
}
