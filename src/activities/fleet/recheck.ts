import type { Candidate, CandidateRef } from '../../core/candidate.js';
import { PerfloopError } from '../../core/errors.js';
import type { Recheck } from '../../core/fleet/fleet-run.js';
import { groupBy } from '../../core/group-by.js';
import { instantText } from '../../core/instant-text.js';
import type { AcceptedPatch } from '../../core/rollback/rollback.js';
import type { RunStatus, TrialSummary } from '../../core/status.js';
import type { Target } from '../../core/target.js';
import { identityOfDiff } from '../../propose/diff-identity.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import type { Home } from '../../store/home.js';
import { openStoreReader } from '../../store/reader.js';
import { keptConfig } from '../../store/run-config.js';
import { commitAll } from '../../workspace/commit-worktree.js';
import { gitResult } from '../../workspace/git.js';
import { withFreshWorktree } from '../../workspace/open-worktree.js';
import { openRepository, type Repository } from '../../workspace/repository.js';
import { resultCommits } from '../../workspace/result-commits.js';
import { hasCommit } from '../../workspace/tree.js';
import { inWorktree } from '../../workspace/worktree.js';

interface Place {
  home: Home;
  artifacts: ArtifactStore;
}

/** Runs of a target among which the last finished one of the fleet is looked for. */
const mostRuns = 100;

/**
 * What the last finished run of the fleet's target had accepted and the head of the branch does not have: each patch by
 * itself on that head, as a candidate that is judged like any other. What was rolled back is left out; what was given back
 * since that run began is tried again, too. `notes`: what is not tried again, and why.
 */
export async function recheckOf({ home, artifacts }: Place, { run, fleet, name, target }: { run: string; fleet: string; name: string; target: Target }): Promise<{ recheck?: Recheck; notes: string[] }> {
  const earlier = earlierRuns(home, { fleet, name, target });
  const [last] = earlier;
  if (last === undefined) return { notes: [] };
  const candidates: CandidateRef[] = [];
  const notes: string[] = [];
  let repository: Repository | null = null;
  for (const before of earlier) {
    const { status, carried } = before;
    if (status.accepted === 0 || !(await wasPublished(artifacts, status))) continue;
    if (repository === null) {
      repository = await openRepository(home, target, artifacts);
      await repository.ensureCommit(target.base);
    }
    if (!(await bringIn(artifacts, repository, status))) {
      notes.push(`What run ${status.run} had accepted is no longer kept, and not tried again.`);
      continue;
    }
    for (const commit of await accepted(repository, status)) {
      if (carried !== null && !carried.has(commit.trial?.id ?? '')) continue;
      const made = rolledBackText(status, commit) ?? (await onHead({ home, artifacts }, repository, `${run}/recheck/${candidates.length + notes.length + 1}`, commit));
      if (typeof made === 'string') notes.push(`Of run ${status.run}, "${commit.title}" is not tried again: ${made}.`);
      else candidates.push(await refOf(artifacts, repository, made.commit, commit, before));
    }
  }
  return { notes, ...(candidates.length === 0 ? {} : { recheck: { run: last.status.run, candidates } }) };
}

interface EarlierRun {
  status: RunStatus;
  patches: readonly AcceptedPatch[];
  /** The trials of it that are tried again; null: all. */
  carried: ReadonlySet<string> | null;
}

/** The last finished run, and those of which something was given back since it began: it did not have that. */
function earlierRuns(home: Home, { fleet, name, target }: { fleet: string; name: string; target: Target }): EarlierRun[] {
  const store = openStoreReader(home);
  if (store === null) return [];
  try {
    const header = store.listRuns({ limit: mostRuns, target: target.id }).find((run) => run.kind === 'run' && run.state === 'done' && run.fleet?.name === fleet && run.fleet.target === name);
    const last = header === undefined ? null : store.runStatus(header.run);
    if (last === null) return [];
    const patches = store.rollbacks.acceptedIn(last.run);
    const had = new Set(patches.map(({ first }) => `${first.run} ${first.trial}`));
    const givenBack = store.rollbacks.givenBack(fleet, name, last.startedAt).filter(({ run, trial }) => !had.has(`${run} ${trial}`));
    const others = [...groupBy(givenBack, ({ run }) => run)].flatMap(([run, trials]): EarlierRun[] => {
      const status = store.runStatus(run);
      return status === null ? [] : [{ status, patches: store.rollbacks.acceptedIn(run), carried: new Set(trials.map(({ trial }) => trial)) }];
    });
    return [{ status: last, patches, carried: null }, ...others];
  } finally {
    store.close();
  }
}

/** Null: it is not rolled back. */
function rolledBackText({ rolledBack = [] }: RunStatus, { trial }: Accepted): string | null {
  const by = rolledBack.find((one) => one.trial === trial?.id);
  return by === undefined ? null : `it was rolled back by ${by.who} at ${instantText(by.at)}${by.why === '' ? '' : `: ${by.why}`}`.replace(/\.$/, '');
}

/** A branch that a person turned down as a whole is not brought back. */
async function wasPublished(artifacts: ArtifactStore, { run, decisions }: RunStatus): Promise<boolean> {
  const config = await keptConfig(artifacts, run);
  return config?.approval.mode !== 'final' || decisions.some(({ trial, approve }) => trial === 'final' && approve);
}

/** Whether the result of the run is there: it may have been made on another host. */
async function bringIn(artifacts: ArtifactStore, repository: Repository, { champion, target: { base } }: RunStatus): Promise<boolean> {
  const { id } = repository.target;
  const named: [commit: string, name: string][] = [[base, `base-bundle/${id}/${base}`], [champion, `bundle/${id}/${base}..${champion}`]];
  for (const [commit, name] of named) {
    if (await hasCommit(commit, here(repository))) continue;
    const bundle = await artifacts.recall(name);
    if (bundle === undefined) return false;
    await repository.ensureCommit({ commit, bundle });
  }
  return true;
}

interface Accepted {
  commit: string;
  title: string;
  trial: TrialSummary | undefined;
}

/** The commits of the result, in their order, with the trials that they come from. */
async function accepted(repository: Repository, { champion, target: { base }, trials }: RunStatus): Promise<Accepted[]> {
  const commits = await resultCommits(repository, base, champion);
  return commits.map(({ commit, title, trial: of }) => ({ commit, title, trial: trials.find(({ id }) => id === of) }));
}

/** The patch alone on top of the head; in words, why there is none. */
async function onHead({ home }: Place, repository: Repository, key: string, { commit, title }: Accepted): Promise<{ commit: string } | string> {
  return withFreshWorktree({ home, repository, key, commit: repository.target.base.commit }, async (worktree) => {
    const picked = await gitResult(['cherry-pick', '--no-commit', commit], inWorktree(worktree));
    if (picked.exitCode !== 0) return 'it does not apply to the head of the branch by itself any more';
    try {
      return { commit: await commitAll(worktree, title, 0) };
    } catch (error) {
      if (error instanceof PerfloopError && error.code === 'PL_NOTHING_CHANGED') return 'the head of the branch has it already';
      throw error;
    }
  });
}

async function refOf(artifacts: ArtifactStore, repository: Repository, commit: string, { title, trial }: Accepted, { status: { run }, patches }: EarlierRun): Promise<CandidateRef> {
  const head = repository.target.base;
  const [first] = await repository.changedPaths(head.commit, commit);
  const { candidate: before, verdict } = trial ?? {};
  const patch = patches.find((one) => one.trial === trial?.id);
  const known = before === undefined ? null : await artifacts.getJson<Candidate>(before.patch).catch(() => null);
  const ratio = verdict?.measured?.ratio;
  const candidate: Candidate = {
    id: identityOfDiff(await repository.diff(head.commit, commit)).id,
    proposer: 'recheck', recipe: null, title,
    rationale: [known?.rationale ?? '', `Run ${run} had accepted it${ratio === undefined ? '' : `, as ${ratio.toFixed(2)} times as fast`}; it was not in the branch yet, and was judged again on its head.`].filter((text) => text !== '').join('\n\n'),
    findingId: null, file: before?.file ?? first?.path ?? '', line: before?.line ?? 1, language: before?.language ?? 'other', share: null,
    ...(before?.changesResults === undefined ? {} : { changesResults: before.changesResults }),
    ...(before?.knob === undefined ? {} : { knob: before.knob }),
    ...(patch === undefined ? {} : { acceptedFirst: patch.first }),
    change: { kind: 'commit', commit: await repository.commitRef(commit, head) },
  };
  const { change: _change, rationale: _rationale, ...summary } = candidate;
  return { ...summary, expected: Math.log(ratio ?? 1), patch: await artifacts.put('candidates', JSON.stringify(candidate)) };
}

const here = ({ path }: Repository): { cwd: string; env: { GIT_DIR: string } } => ({ cwd: path, env: { GIT_DIR: path } });
