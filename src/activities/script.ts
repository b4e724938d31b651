import type { Candidate } from '../core/candidate.js';
import type { Finding } from '../core/finding.js';
import { PerfloopError } from '../core/errors.js';
import type { HostActivities } from '../core/run/contracts.js';
import { runCommand } from '../measure/run-command.js';
import { candidateId } from '../propose/candidate-id.js';
import { commitAll } from '../workspace/commit-worktree.js';
import { closeWorktree, openWorktree } from '../workspace/open-worktree.js';
import type { Attempt } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { logPath, repositoryOf, request } from './ground.js';

type Input = Parameters<HostActivities['propose']>[0];

/** The hottest findings are enough: a program costs a worktree and a run each. */
const mostFindings = 3;

/** Runs the user's program once a finding, in a worktree of the champion; what it changed there is a candidate. */
export async function scriptCandidates(deps: Dependencies, input: Input, findings: readonly Finding[], attempt: Attempt): Promise<Candidate[]> {
  const { target, config, champion } = input;
  const { script } = config.propose;
  if (script === undefined) return [];
  const repository = await repositoryOf(deps, target);
  const candidates: Candidate[] = [];
  for (const finding of findings.slice(0, mostFindings)) {
    const key = `${input.run}/${input.trial}/script-${finding.id}`;
    const worktree = await openWorktree({ home: deps.home, repository, key, commit: champion.commit, layoutSeed: 0, prepare: async () => {} });
    try {
      const result = await runCommand({ ...request(deps, input, 'script', script, worktree.path, attempt), stdin: JSON.stringify(finding), logFile: await logPath(deps, input, `script-${finding.id}.log`) });
      if (result.cancelled) attempt.signal.throwIfAborted();
      if (!result.ok) continue;
      const [title = ''] = result.stdout.trim().split('\n');
      const commit = await commitAll(worktree, `${title || 'A change by a program'}\n`, 0);
      const diff = await repository.diff(champion.commit, commit);
      const id = candidateId('', '', [{ before: '', after: diff }]);
      if (candidates.some((candidate) => candidate.id === id)) continue;
      candidates.push({
        id, proposer: 'script', recipe: null, title: title || `a change by ${script.run}`, rationale: result.stdout.trim().slice(0, 4000), findingId: finding.id, file: finding.file, line: finding.line,
        language: finding.language, share: null, change: { kind: 'commit', commit: await repository.commitRef(commit, target.base) },
      });
    } catch (error) {
      // A program that changed nothing has proposed nothing.
      if (!(error instanceof PerfloopError && error.code === 'PL_NOTHING_CHANGED')) throw error;
    } finally {
      await closeWorktree(deps.home, key);
    }
  }
  return candidates;
}
