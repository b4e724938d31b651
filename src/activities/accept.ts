import type { HostActivities } from '../core/run/contracts.js';
import { acceptedMessage } from '../core/commit-message.js';
import type { Candidate } from '../core/candidate.js';
import { git } from '../workspace/git.js';
import { withoutCommit } from '../workspace/without-commit.js';
import { activity } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf } from './ground.js';

type AcceptActivities = Pick<HostActivities, 'accept' | 'publish' | 'leaveOut'>;

/** The result branch: one commit an accepted candidate, in perfloop's own repository. */
export function acceptActivities(deps: Dependencies): AcceptActivities {
  return {
    accept: activity(async ({ run, target, champion, commit, summary, who, publish }) => {
      const repository = await repositoryOf(deps, target);
      await repository.ensureCommit(champion);
      await repository.ensureCommit(commit);
      const candidate = await deps.artifacts.getJson<Candidate>(summary.candidate.patch);
      const tree = await repository.treeHash(commit.commit);
      // The same input makes the same commit, so that a retry changes nothing.
      const accepted = await git(['commit-tree', tree, '-p', champion.commit, '-F', '-'], { cwd: repository.path, input: acceptedMessage({ run, candidate, summary, who }), env: commitDates(summary.startedAt ?? 0) });
      await repository.keep(accepted);
      if (publish) await repository.setBranch(`perfloop/${run}`, accepted);
      return repository.commitRef(accepted, target.base);
    }),

    leaveOut: activity(async ({ run, trial, target, champion, drop, title }) => {
      const repository = await repositoryOf(deps, target);
      await repository.ensureCommit(champion);
      const found = await withoutCommit({ home: deps.home, repository, key: `${run}/${trial}/leave-out`, base: target.base.commit, champion: champion.commit, drop });
      if (found.kind === 'conflict') return found;
      const commit = await repository.commitRef(found.commit, target.base);
      const candidate: Candidate = { id: found.commit.slice(0, 12), proposer: 'ablation', recipe: null, title, rationale: '', findingId: null, file: '', line: 0, language: 'other', share: null, change: { kind: 'commit', commit } };
      return { kind: 'left-out', commit, patch: await deps.artifacts.put('json', JSON.stringify(candidate)), renamed: found.renamed };
    }),

    publish: activity(async ({ run, target, champion }) => {
      const repository = await repositoryOf(deps, target);
      await repository.ensureCommit(champion);
      const branch = `perfloop/${run}`;
      await repository.setBranch(branch, champion.commit);
      return { branch };
    }),
  };
}

/** Dates that a retry repeats, so that it makes the same commit. Milliseconds since the epoch. */
function commitDates(at: number): { GIT_AUTHOR_DATE: string; GIT_COMMITTER_DATE: string } {
  const date = `@${Math.floor(at / 1000)} +0000`;
  return { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
}
