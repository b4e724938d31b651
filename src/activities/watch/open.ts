import { join } from 'node:path';
import { requireBenchmark } from '../../core/config/parse.js';
import { PerfloopError } from '../../core/errors.js';
import type { FleetTarget } from '../../core/fleet/parse.js';
import type { OpenedWatch, ShownCommit, WatchActivities } from '../../core/watch/contracts.js';
import { questionsOf } from '../../core/watch/question.js';
import type { Home } from '../../store/home.js';
import type { Checkout } from '../../workspace/checkout.js';
import { nearestAtRevision } from '../../workspace/read-at-revision.js';
import { activity } from '../activity.js';
import { fetchBranch } from '../fleet/fetch-branch.js';
import { configOf, withBudgets } from '../fleet/prepare-run.js';
import { countBetween, findCommit, isAncestor, mergeBase, openHistory, showCommit } from './history.js';
import { readWatch, watchKey } from './state.js';

/** The head of the branch, what it is compared with, and the config of the head, which judges both. */
export function openWatchActivity(home: Home): WatchActivities['openWatch'] {
  return activity(async ({ target, from }, { signal }): Promise<OpenedWatch> => {
    const { dir, revision } = await fetchBranch(join(home.root, 'fleet'), target.repository, target.branch, signal);
    const history = await openHistory(dir);
    const commit = await findCommit(history, revision);
    if (commit === null) throw new PerfloopError('PL_NO_COMMITS', 'the branch has no commits', { where: target.repository, fix: 'Commit something to it first.' });
    const head = await showCommit(history, commit);
    const config = withBudgets(await configOf(dir, commit, target), target);
    requireBenchmark(config);
    const state = await readWatch(home, watchKey(target));
    const notes: string[] = [];
    const [last, anchor] = from === null ? await remembered(history, commit, state, notes) : await begin(history, commit, from);
    if (last !== null && last.commit !== commit) notes.push(...(await configNotes(dir, last, commit, target)));
    const commits = { last: last === null ? 0 : await countBetween(history, last.commit, commit), anchor: anchor === null ? 0 : await countBetween(history, anchor.commit, commit) };
    return { state, head, last, anchor, commits, isKnown: from === null && state?.head === commit, dir, config, questions: questionsOf(config), notes };
  });
}

type References = [last: ShownCommit | null, anchor: ShownCommit | null];

async function begin(history: Checkout, head: string, from: string): Promise<References> {
  const commit = await findCommit(history, /^[~^]/.test(from) ? `${head}${from}` : from);
  if (commit === null || !(await isAncestor(history, commit, head))) {
    throw new PerfloopError('PL_WATCH_FROM', commit === null ? `\`${from}\` names no commit of the branch` : `${from} is no ancestor of the head ${head.slice(0, 12)}`, { where: history.root, fix: 'Name a commit of the branch by its id, or as ~3 for the third before the head.' });
  }
  const shown = await showCommit(history, commit);
  return [shown, shown];
}

/** Where the branch was rewritten, its last commit that is still there takes the place of what is gone. */
async function remembered(history: Checkout, head: string, state: Awaited<ReturnType<typeof readWatch>>, notes: string[]): Promise<References> {
  if (state === null) return [null, null];
  const still = async (known: ShownCommit): Promise<string | null> => {
    if ((await findCommit(history, known.commit)) === null) return null;
    return (await isAncestor(history, known.commit, head)) ? known.commit : mergeBase(history, known.commit, head);
  };
  const [last, anchor] = [await still(state.last), await still(state.anchor)];
  const was = state.last.commit.slice(0, 12);
  if (last === null) {
    notes.push(`The branch was rewritten: ${was}, the last one that was judged, has no commit in common with it, or is gone. The watch begins anew at the head.`);
    return [null, null];
  }
  if (last !== state.last.commit) notes.push(`The branch was rewritten: ${was}, the last one that was judged, is no part of it any more. The head is compared with ${last.slice(0, 12)}, where both parted.`);
  return [await showCommit(history, last), await showCommit(history, anchor ?? last)];
}

/** What a look measures with is of the head; where the older commit has something else, that is said. */
async function configNotes(dir: string, older: ShownCommit, head: string, { config }: FleetTarget): Promise<string[]> {
  const path = config ?? 'perfloop.toml';
  const [before, now] = [await nearestAtRevision(dir, older.commit, path), await nearestAtRevision(dir, head, path)];
  const was = older.commit.slice(0, 12);
  if (now === null || before?.text === now.text) return [];
  return [before === null ? `${was} has no ${path}: that of the head says what is measured, for older commits too.` : `${now.path} has changed since ${was}: that of the head says what is measured, for older commits too.`];
}
