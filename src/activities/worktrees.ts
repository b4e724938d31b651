import { posix } from 'node:path';
import type { Candidate, CandidateRef, Change } from '../core/candidate.js';
import type { Config } from '../core/config/schema.js';
import { PerfloopError } from '../core/errors.js';
import type { HostActivities, Scope, WorktreeRef } from '../core/run/contracts.js';
import { flagsOfChangedResults } from '../core/run/changed-results.js';
import type { CommitRef, Target } from '../core/target.js';
import type { ReasonCode, Verdict } from '../core/verdict/verdict.js';
import { drawLayoutSeed } from '../measure/sample.js';
import { applyCandidate } from '../workspace/apply-candidate.js';
import { freshClone } from '../workspace/fresh-clone.js';
import { commitAll } from '../workspace/commit-worktree.js';
import { linkInto } from '../workspace/link.js';
import { closeWorktree, findOpenWorktree, openWorktree, withFreshWorktree } from '../workspace/open-worktree.js';
import type { Repository } from '../workspace/repository.js';
import { activity } from './activity.js';
import type { Dependencies } from './dependencies.js';
import { repositoryOf } from './ground.js';
import { commandSpecsOf } from '../core/config/benchmarks.js';
import { rulesOf } from './guard-protected.js';
import { reviewChange } from './review-change.js';
import { drawPlace } from './sandbox.js';

type WorktreeActivities = Pick<HostActivities, 'openWorktrees' | 'applyCandidate' | 'closeWorktrees'>;

/** Worktrees of perfloop's own repository; the user's checkout is never touched. */
export function worktreeActivities(deps: Dependencies): WorktreeActivities {
  return {
    openWorktrees: activity(async ({ target, config, worktrees, fresh }) => {
      const repository = fresh === true ? await freshClone(deps.home, target, deps.artifacts, posix.dirname(worktrees[0]?.key ?? '')) : await repositoryOf(deps, target);
      for (const { commit } of worktrees) await repository.ensureCommit(commit);
      return openTogether(deps, { target, config }, repository, worktrees);
    }),

    applyCandidate: activity(async (input) => {
      const { target, config, champion } = input;
      const repository = await repositoryOf(deps, target);
      await repository.ensureCommit(champion);
      const candidate = await deps.artifacts.getJson<Candidate>(input.candidate.patch);
      if (candidate.change.kind === 'commit') await repository.ensureCommit(candidate.change.commit);
      const overtaken = await changedSince(repository, candidate, input.madeFor, champion.commit);
      // A recipe's new names are free in the version that it looked at alone, and the next round proposes it again.
      if (overtaken.length > 0 && candidate.proposer === 'recipes') return { kind: 'refused', verdict: refused('superseded', `What was accepted meanwhile has changed ${overtaken.join(', ')}, which it was made for: it can be proposed again on the new champion.`), diff: null };
      const commit = await commitOf(deps, input, repository, { ...candidate, merged: overtaken.length > 0 });
      if (typeof commit !== 'string') return { kind: 'refused', verdict: commit, diff: null };
      const diff = await deps.artifacts.put('diff', await repository.diff(champion.commit, commit));
      const rules = await rulesOf(repository, target, config);
      const review = await reviewChange(repository, { from: champion.commit, to: commit, rules, byPerson: input.candidate.proposer === 'judge', byKnobs: turnsKnobs(input.candidate), commands: commandSpecsOf(config) });
      if (review.refused !== null) return { kind: 'refused', verdict: refused('protected', review.refused), diff };
      return { kind: 'applied', commit: await repository.commitRef(commit, target.base), diff, notes: review.notes, flags: [...flagsOfChangedResults(input.candidate, config), ...review.flags] };
    }),

    closeWorktrees: activity(async ({ keys }) => {
      for (const key of keys) await closeWorktree(deps.home, key);
    }),
  };
}

/** Opens worktrees of commits that are there, which commands see at one and the same place, so that it does not tell the sides apart. */
export async function openTogether(deps: Dependencies, { target, config }: { target: Target; config: Config }, repository: Repository, worktrees: readonly { key: string; commit: CommitRef }[]): Promise<WorktreeRef[]> {
  // What an earlier attempt opened keeps its place.
  const earlier = await Promise.all(worktrees.map(({ key }) => findOpenWorktree(deps.home, key)));
  const drawn = await drawPlace(config);
  const place = drawn === null ? null : (earlier.find((worktree) => worktree?.place != null)?.place ?? drawn);
  const opened = [];
  for (const { key, commit } of worktrees) {
    const worktree = await openWorktree({ home: deps.home, repository, key, commit: commit.commit, layoutSeed: drawLayoutSeed(), place, prepare: async (made) => void (await linkInto(made, target.origin, config.target.link)) });
    opened.push({ key, commit: worktree.commit });
  }
  return opened;
}

/** An ablation takes out what was accepted before, and a re-check brings it again. */
function turnsKnobs({ proposer, knob }: CandidateRef): boolean {
  return proposer === 'knobs' || proposer === 'ablation' || (proposer === 'recheck' && knob !== undefined);
}

/** The files of span edits that are no longer those that the edits were made for. */
async function changedSince(repository: Repository, { change }: Candidate, madeFor: string | undefined, champion: string): Promise<string[]> {
  if (change.kind !== 'edits' || madeFor === undefined || madeFor === champion) return [];
  const edited = new Set(change.edits.map(({ file }) => file));
  return (await repository.changedPaths(madeFor, champion)).map(({ path }) => path).filter((path) => edited.has(path));
}

/** The candidate as a commit on the champion, or the verdict that refuses it. */
async function commitOf(deps: Dependencies, input: Scope & { target: Target; config: Config; champion: CommitRef; candidate: CandidateRef; madeFor?: string }, repository: Repository, candidate: Candidate & { /** By three ways, onto files that have changed since. */ merged: boolean }): Promise<string | Verdict> {
  const key = `${input.run}/${input.trial}/apply`;
  // What is under judgement is the commit as it is, wherever it branched off.
  if (candidate.change.kind === 'commit' && (candidate.proposer === 'judge' || candidate.proposer === 'ablation')) return candidate.change.commit.commit;
  try {
    const change: Change = candidate.merged ? { kind: 'commit', commit: { ...input.champion, commit: await committedOn(deps, repository, `${key}-first`, input.madeFor ?? input.champion.commit, candidate) } } : candidate.change;
    return await withFreshWorktree({ home: deps.home, repository, key, commit: input.champion.commit }, async (worktree) => {
      await applyCandidate(worktree, change);
      return await commitAll(worktree, `${candidate.title}\n\n${candidate.rationale}\n`, 0);
    });
  } catch (error) {
    if (!(error instanceof PerfloopError)) throw error;
    if (error.code === 'PL_NOTHING_CHANGED') return refused('does-not-apply', 'It changes nothing on this champion.');
    if (error.code === 'PL_DOES_NOT_APPLY') return refused('does-not-apply', `${error.message}.`);
    if (error.code === 'PL_UNSAFE_PATH') return refused('protected', `${error.message}.`);
    throw error;
  }
}

function refused(code: ReasonCode, text: string): Verdict {
  return { kind: 'rejected', measured: null, reasons: [{ code, text }] };
}

/** The candidate as a commit on the version that it was made for. */
async function committedOn(deps: Dependencies, repository: Repository, key: string, commit: string, { change, title }: Candidate): Promise<string> {
  return await withFreshWorktree({ home: deps.home, repository, key, commit }, async (worktree) => {
    await applyCandidate(worktree, change);
    return await commitAll(worktree, `${title}\n`, 0);
  });
}
