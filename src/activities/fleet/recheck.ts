import type { Candidate, CandidateRef } from '../../core/candidate.js';
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
import { baseBundleName, bundleName } from '../../workspace/bundle-names.js';
import { gitResult } from '../../workspace/git.js';
import { openRepository, type Repository } from '../../workspace/repository.js';
import { resultCommits } from '../../workspace/result-commits.js';
import { hasCommit } from '../../workspace/tree.js';
import { PatchPile, type Placed } from './patch-pile.js';

interface Place {
  home: Home;
  artifacts: ArtifactStore;
}

/** Runs of a target among which the last finished one of the fleet is looked for. */
const mostRuns = 100;

/**
 * What the last finished run of the fleet's target had accepted and the head of the branch does not have, in the order in which
 * it was accepted: each patch on that head, and on those before it that it does not apply without. What was rolled back is left out; what was given back
 * since that run began is tried again, too. `notes`: what is not tried again, and why.
 */
export async function recheckOf({ home, artifacts }: Place, { run, fleet, name, target }: { run: string; fleet: string; name: string; target: Target }): Promise<{ recheck?: Recheck; notes: string[] }> {
  const earlier = earlierRuns(home, { fleet, name, target });
  const [last] = earlier;
  if (last === undefined) return { notes: [] };
  const tried: Again[] = [];
  const notes: string[] = [];
  let repository: Repository | null = null;
  for (const before of earlier) {
    const { status, carried } = before;
    if (status.accepted === 0 || !(await mayComeBack(artifacts, status))) continue;
    if (repository === null) {
      repository = await openRepository(home, target, artifacts);
      await repository.ensureCommit(target.base);
    }
    if (!(await bringIn(artifacts, repository, status))) {
      notes.push(`What run ${status.run} had accepted is no longer kept, and not tried again.`);
      continue;
    }
    const merged = await mergedSince(repository, status);
    const pile = new PatchPile(home, repository, `${run}/recheck/${status.run}`);
    for (const commit of await accepted(repository, status)) {
      if (carried !== null && !carried.has(commit.trial?.id ?? '')) continue;
      // What was merged, reverted and given back is not in the branch, whatever its messages say.
      const isGivenBack = before.patches.some(({ trial, said }) => trial === commit.trial?.id && said?.back === false);
      const placed = rolledBackText(status, commit) ?? (isGivenBack ? null : await takenInText(repository, merged, commit, status)) ?? (await onHead(pile, repository, commit, tried));
      if (typeof placed === 'string') notes.push(`Of run ${status.run}, "${commit.title}" is not tried again: ${placed}.`);
      else tried.push({ ...commit, ref: await refOf(artifacts, repository, placed, commit, before) });
    }
  }
  return { notes, ...(tried.length === 0 ? {} : { recheck: { run: last.status.run, candidates: tried.map(({ ref }) => ref), inOrder: true } }) };
}

/** How long before its beginning a run may have looked at what is rolled back. */
const preparesMs = 2 * 3_600_000;

interface EarlierRun {
  status: RunStatus;
  patches: readonly AcceptedPatch[];
  /** The trials of it that are tried again; null: all. */
  carried: ReadonlySet<string> | null;
}

/** The last finished run, and those of which something was given back since it was prepared, or that it did not get round to. */
function earlierRuns(home: Home, { fleet, name, target }: { fleet: string; name: string; target: Target }): EarlierRun[] {
  const store = openStoreReader(home);
  if (store === null) return [];
  try {
    const header = store.listRuns({ limit: mostRuns, target: target.id }).find((run) => run.kind === 'run' && run.state === 'done' && run.fleet?.name === fleet && run.fleet.target === name);
    const last = header === undefined ? null : store.runStatus(header.run);
    if (last === null) return [];
    const patches = store.rollbacks.acceptedIn(last.run);
    const had = new Set(patches.map(({ first }) => `${first.run} ${first.trial}`));
    for (const { candidate } of last.trials) if (candidate.acceptedFirst !== undefined) had.add(`${candidate.acceptedFirst.run} ${candidate.acceptedFirst.trial}`);
    // What it did not have at all, as it was given back after it had looked, and what it came to no end with.
    const givenBack = store.rollbacks.givenBack(fleet, name, last.startedAt - preparesMs).filter(({ run, trial }) => !had.has(`${run} ${trial}`));
    const again = new Map([...givenBack, ...(last.notJudged ?? [])].map((of) => [`${of.run} ${of.trial}`, of]));
    const others = [...groupBy([...again.values()], ({ run }) => run)].flatMap(([run, trials]): EarlierRun[] => {
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

/** Not where a person, or their time-out, turned the branch down as a whole. A stop before an answer is none. */
async function mayComeBack(artifacts: ArtifactStore, { run, decisions, steered = [] }: RunStatus): Promise<boolean> {
  const config = await keptConfig(artifacts, run);
  if (config?.approval.mode !== 'final') return true;
  const answer = decisions.find(({ trial }) => trial === 'final');
  return answer?.approve === true || (answer?.who === 'perfloop' && steered.some(({ what, at }) => what === 'stop' && at <= answer.at));
}

/** Whether the result of the run is there: it may have been made on another host. */
async function bringIn(artifacts: ArtifactStore, repository: Repository, { champion, target: { base } }: RunStatus): Promise<boolean> {
  const { id } = repository.target;
  const named: [commit: string, name: string][] = [[base, baseBundleName(id, base)], [champion, bundleName(id, base, champion)]];
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

/** A patch as it is tried again. */
interface Again extends Accepted {
  ref: CandidateRef;
}

/** The patch on top of the head, and of those that it rests on; in words, why there is none. */
async function onHead(pile: PatchPile, repository: Repository, { commit }: Accepted, earlier: readonly Again[]): Promise<Placed<Again> | string> {
  const head = repository.target.base.commit;
  const placed = await pile.place(head, commit, earlier);
  if (placed.kind === 'placed') return placed;
  const isThere = placed.kind === 'nothing-left' || (await pile.isThereButForSpace(head, commit));
  return isThere ? 'the head of the branch has it already' : 'it does not apply to the head of the branch any more';
}

/** Commits of the branch since a run began. */
interface Merged {
  byIdentity: ReadonlyMap<string, string>;
  messages: readonly { commit: string; text: string }[];
}

/** Commits since then that are looked at, the latest ones: a branch that moves faster is read from its head alone. */
const mostMerged = 200;

async function mergedSince(repository: Repository, { target: { base } }: RunStatus): Promise<Merged> {
  const { cwd, env } = { cwd: repository.path, env: { GIT_DIR: repository.path } };
  const log = await gitResult(['log', '-z', `--max-count=${mostMerged}`, '--no-merges', '--min-parents=1', '--format=%H%n%B', `${base}..${repository.target.base.commit}`], { cwd, env });
  const messages = log.stdout.toString('utf8').split('\0').filter((entry) => entry !== '').map((entry) => ({ commit: entry.slice(0, 40), text: entry.slice(41) }));
  const byIdentity = new Map<string, string>();
  for (const { commit } of messages) byIdentity.set(await identityOfCommit(repository, commit), commit);
  return { byIdentity, messages };
}

async function identityOfCommit(repository: Repository, commit: string): Promise<string> {
  return identityOfDiff(await repository.diff(`${commit}^`, commit)).id;
}

/** Null: no commit of the branch is the patch made anew, wherever it is in the files, or says in its message that it holds it, as a squash does. */
async function takenInText(repository: Repository, { byIdentity, messages }: Merged, { commit, trial }: Accepted, { run }: RunStatus): Promise<string | null> {
  const says = (text: string, key: string, value: string): boolean => text.split('\n').some((line) => line.trim() === `${key}: ${value}`);
  const named = trial === undefined ? undefined : messages.find(({ text }) => says(text, 'Perfloop-Run', run) && says(text, 'Perfloop-Trial', trial.id));
  const found = named?.commit ?? byIdentity.get(await identityOfCommit(repository, commit));
  return found === undefined ? null : `the branch took it in as ${found.slice(0, 10)}`;
}

async function refOf(artifacts: ArtifactStore, repository: Repository, { made, onto, needs }: Placed<Again>, { title, trial }: Accepted, { status: { run }, patches }: EarlierRun): Promise<CandidateRef> {
  const head = repository.target.base;
  const [first] = await repository.changedPaths(onto, made);
  const { candidate: before, verdict } = trial ?? {};
  const patch = patches.find((one) => one.trial === trial?.id);
  const known = before === undefined ? null : await artifacts.getJson<Candidate>(before.patch).catch(() => null);
  const ratio = verdict?.measured?.ratio;
  const candidate: Candidate = {
    id: identityOfDiff(await repository.diff(onto, made)).id,
    proposer: 'recheck', recipe: null, title,
    rationale: [known?.rationale ?? '', `Run ${run} had accepted it${ratio === undefined ? '' : `, as ${ratio.toFixed(2)} times as fast`}; it was not in the branch yet, and was judged again on its head.`].filter((text) => text !== '').join('\n\n'),
    findingId: null, file: before?.file ?? first?.path ?? '', line: before?.line ?? 1, language: before?.language ?? 'other', share: null,
    ...(before?.changesResults === undefined ? {} : { changesResults: before.changesResults }),
    ...(before?.knob === undefined ? {} : { knob: before.knob }),
    ...(patch === undefined ? {} : { acceptedFirst: patch.first }),
    ...(needs.length === 0 ? {} : { restsOn: needs.map(({ ref }) => ref.id) }),
    change: { kind: 'commit', commit: await repository.commitRef(made, head), since: onto },
  };
  const { change: _change, rationale: _rationale, ...summary } = candidate;
  return { ...summary, expected: Math.log(ratio ?? 1), patch: await artifacts.put('candidates', JSON.stringify(candidate)) };
}

const here = ({ path }: Repository): { cwd: string; env: { GIT_DIR: string } } => ({ cwd: path, env: { GIT_DIR: path } });
