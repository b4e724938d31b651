import { appendFile } from 'node:fs/promises';
import type { Candidate } from '../core/candidate.js';
import type { Finding } from '../core/finding.js';
import { PerfloopError } from '../core/errors.js';
import type { HostActivities } from '../core/run/contracts.js';
import { runCommand } from '../measure/run-command.js';
import { identityOfDiff } from '../propose/diff-identity.js';
import { scriptInput } from '../propose/script.js';
import { commitAll } from '../workspace/commit-worktree.js';
import { withFreshWorktree } from '../workspace/open-worktree.js';
import type { Repository } from '../workspace/repository.js';
import { nestedRepositories } from '../workspace/nested-repositories.js';
import type { Worktree } from '../workspace/worktree.js';
import type { Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { commandRequest } from './command-request.js';
import { logPath, repositoryOf } from './ground.js';

type Input = Parameters<HostActivities['propose']>[0];

/** The hottest findings are enough: a program costs a worktree and a run each. */
const mostFindings = 3;
/** It travels through histories. */
const mostTitle = 120;

/** Runs the user's program once a finding, in a worktree of the champion; what it changed there is a candidate. */
export async function scriptCandidates(deps: Dependencies, input: Input, findings: readonly Finding[], attempt: Attempt): Promise<Candidate[]> {
  const { target, config, champion } = input;
  const { script } = config.propose;
  if (script === undefined) return [];
  const repository = await repositoryOf(deps, target);
  const candidates: Candidate[] = [];
  for (const finding of findings.slice(0, mostFindings)) {
    const key = `${input.run}/${input.trial}/script-${finding.id}`;
    const proposed = await withFreshWorktree({ home: deps.home, repository, key, commit: champion.commit }, async (worktree) => {
      const asked = await commandRequest(deps, 'script', script, { scope: input, worktree, lock: null, who: 'proposing', besides: { readable: inTemporaryFolders(script.run) } }, attempt);
      const logFile = await logPath(deps, input, `script-${finding.id}.log`);
      const result = await runCommand({ ...asked, stdin: scriptInput(finding), logFile });
      if (result.cancelled) attempt.signal.throwIfAborted();
      // Before any git runs there.
      const nested = result.ok ? await nestedRepositories(worktree.path) : [];
      if (nested.length > 0) await appendFile(logFile, `perfloop: thrown away, for it leaves a git repository in ${nested[0]}\n`);
      return result.ok && nested.length === 0 ? await proposalOf(input, repository, worktree, finding, result.stdout.trim()) : null;
    });
    if (proposed !== null && !candidates.some((candidate) => candidate.id === proposed.id)) candidates.push(proposed);
  }
  return candidates;
}

/** The program itself may lie in a folder that a sandbox does not show. */
function inTemporaryFolders(command: string): string[] {
  return command.split(/[\s'"]+/).filter((word) => /^\/(tmp|var\/tmp|run)\/./.test(word));
}

/** What the program changed as a candidate, named by what it printed; null when it changed nothing. */
async function proposalOf({ target, config, champion }: Input, repository: Repository, worktree: Worktree, finding: Finding, printed: string): Promise<Candidate | null> {
  const title = (printed.split('\n')[0] ?? '').slice(0, mostTitle);
  const commit = await commitAll(worktree, `${title || 'A change by a program'}\n`, 0).catch((error: unknown) => {
    if (error instanceof PerfloopError && error.code === 'PL_NOTHING_CHANGED') return null;
    throw error;
  });
  if (commit === null) return null;
  const diff = await repository.diff(champion.commit, commit);
  return {
    id: identityOfDiff(diff).id, proposer: 'script', recipe: null, title: title || `a change by ${config.propose.script?.run ?? ''}`, rationale: printed.slice(0, 4000),
    findingId: finding.id, file: finding.file, line: finding.line, language: finding.language, share: null, change: { kind: 'commit', commit: await repository.commitRef(commit, target.base) },
  };
}
