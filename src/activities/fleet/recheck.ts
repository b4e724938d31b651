import type { Candidate, CandidateRef } from '../../core/candidate.js';
import { PerfloopError } from '../../core/errors.js';
import type { Recheck } from '../../core/fleet/fleet-run.js';
import type { RunStatus, TrialSummary } from '../../core/status.js';
import type { Target } from '../../core/target.js';
import { identityOfDiff } from '../../propose/diff-identity.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import type { Home } from '../../store/home.js';
import { openStoreReader } from '../../store/reader.js';
import { keptConfig } from '../../store/run-config.js';
import { commitAll } from '../../workspace/commit-worktree.js';
import { git, gitResult } from '../../workspace/git.js';
import { withFreshWorktree } from '../../workspace/open-worktree.js';
import { openRepository, type Repository } from '../../workspace/repository.js';
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
 * itself on that head, as a candidate that is judged like any other. `notes`: what is not tried again, and why.
 */
export async function recheckOf({ home, artifacts }: Place, { run, fleet, name, target }: { run: string; fleet: string; name: string; target: Target }): Promise<{ recheck?: Recheck; notes: string[] }> {
  const earlier = lastFinished(home, { fleet, name, target });
  if (earlier === null || earlier.accepted === 0 || !(await wasPublished(artifacts, earlier))) return { notes: [] };
  const repository = await openRepository(home, target, artifacts);
  await repository.ensureCommit(target.base);
  if (!(await bringIn(artifacts, repository, earlier))) return { notes: [`What run ${earlier.run} had accepted is no longer kept, and not tried again.`] };
  const candidates: CandidateRef[] = [];
  const notes: string[] = [];
  for (const [index, commit] of (await accepted(repository, earlier)).entries()) {
    const { title } = commit;
    const made = await onHead({ home, artifacts }, repository, `${run}/recheck/${index + 1}`, commit);
    if (typeof made !== 'string') candidates.push(await refOf(artifacts, repository, made.commit, commit, earlier));
    else notes.push(`Of run ${earlier.run}, "${title}" is not tried again: ${made}.`);
  }
  return { notes, ...(candidates.length === 0 ? {} : { recheck: { run: earlier.run, candidates } }) };
}

function lastFinished(home: Home, { fleet, name, target }: { fleet: string; name: string; target: Target }): RunStatus | null {
  const store = openStoreReader(home);
  try {
    const header = store?.listRuns({ limit: mostRuns, target: target.id }).find((run) => run.kind === 'run' && run.state === 'done' && run.fleet?.name === fleet && run.fleet.target === name);
    return header === undefined ? null : (store?.runStatus(header.run) ?? null);
  } finally {
    store?.close();
  }
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
  const lines = (await git(['log', '--reverse', '--format=%H%x09%(trailers:key=Perfloop-Trial,valueonly,separator=%x2C)%x09%s', `${base}..${champion}`], here(repository))).split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [commit = '', of = '', ...title] = line.split('\t');
    return { commit, title: title.join('\t'), trial: trials.find(({ id }) => id === of) };
  });
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

async function refOf(artifacts: ArtifactStore, repository: Repository, commit: string, { title, trial }: Accepted, { run }: RunStatus): Promise<CandidateRef> {
  const head = repository.target.base;
  const [first] = await repository.changedPaths(head.commit, commit);
  const { candidate: before, verdict } = trial ?? {};
  const known = before === undefined ? null : await artifacts.getJson<Candidate>(before.patch).catch(() => null);
  const ratio = verdict?.measured?.ratio;
  const candidate: Candidate = {
    id: identityOfDiff(await repository.diff(head.commit, commit)).id,
    proposer: 'recheck', recipe: null, title,
    rationale: [known?.rationale ?? '', `Run ${run} had accepted it${ratio === undefined ? '' : `, as ${ratio.toFixed(2)} times as fast`}; it was not in the branch yet, and was judged again on its head.`].filter((text) => text !== '').join('\n\n'),
    findingId: null, file: before?.file ?? first?.path ?? '', line: before?.line ?? 1, language: before?.language ?? 'other', share: null,
    ...(before?.changesResults === undefined ? {} : { changesResults: before.changesResults }),
    ...(before?.knob === undefined ? {} : { knob: before.knob }),
    change: { kind: 'commit', commit: await repository.commitRef(commit, head) },
  };
  const { change: _change, rationale: _rationale, ...summary } = candidate;
  return { ...summary, expected: Math.log(ratio ?? 1), patch: await artifacts.put('candidates', JSON.stringify(candidate)) };
}

const here = ({ path }: Repository): { cwd: string; env: { GIT_DIR: string } } => ({ cwd: path, env: { GIT_DIR: path } });
