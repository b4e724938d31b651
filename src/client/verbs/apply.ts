import { resolve } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import type { RunStatus } from '../../core/status.js';
import type { ArtifactStore } from '../../store/artifacts.js';
import { artifactsOf } from '../../store/artifacts-of.js';
import { openStoreReader } from '../../store/reader.js';
import { applyToCheckout, type Applied } from '../../workspace/apply-to-checkout.js';
import { championBundle } from '../../workspace/bundle-names.js';
import { pointAtLastGood } from '../../workspace/last-good-branch.js';
import { branchOf } from '../../workspace/result-branch.js';
import { openRepository, type Repository } from '../../workspace/repository.js';
import { targetOf } from '../../workspace/target-of-run.js';
import type { CliContext } from '../context.js';
import { show } from './show.js';

export interface ApplyOptions {
  run: string;
  /** Where the branch goes; without it, the repository that the run was started in. */
  repo?: string;
  merge: boolean;
}

/** Brings what a run accepted into the user's repository, up to the first patch that is rolled back; `leftOut`: the trials that are. Throws PL_NO_RESULT, PL_ROLLED_BACK, and what `applyToCheckout` throws. */
export async function apply(context: CliContext, options: ApplyOptions): Promise<Applied & { run: string; leftOut?: string[] }> {
  const { status } = await show(context, options.run);
  if (status.kind === 'judge' || status.accepted === 0) {
    throw new PerfloopError('PL_NO_RESULT', `there is nothing to apply: ${status.kind === 'judge' ? 'a judgement makes no commits' : `${status.run} accepted nothing${status.endedAt === null ? ' yet' : ''}`}`, { where: status.run, fix: `See \`perfloop show ${status.run}\`.` });
  }
  const rejected = status.decisions.find((decision) => decision.trial === 'final' && !decision.approve);
  if (rejected !== undefined) {
    throw new PerfloopError('PL_NOT_APPROVED', `the branch was rejected by ${rejected.who}${rejected.comment === '' ? '' : `: ${rejected.comment}`}`, { where: status.run, fix: 'Start another run; a decision stands.' });
  }
  const artifacts = artifactsOf(context.home);
  const target = await targetOf(status, artifacts);
  const repository = await openRepository(context.home, target, artifacts);
  await bringIn(status, repository, artifacts);
  const leftOut = wasRolledBack(context, status) ? await withoutRolledBack(status, repository, artifacts) : [];
  const dir = options.repo === undefined ? status.target.origin : resolve(context.cwd, options.repo);
  return { run: status.run, ...(await applyToCheckout({ dir, run: status.run, repository, merge: options.merge })), ...(leftOut.length === 0 ? {} : { leftOut }) };
}

/** Whether somebody ever rolled back something of it, given back or not. */
function wasRolledBack({ home }: CliContext, { run }: RunStatus): boolean {
  const store = openStoreReader(home);
  try {
    return store?.rollbacks.acceptedIn(run).some(({ said }) => said !== undefined) === true;
  } finally {
    store?.close();
  }
}

/** Points the branch where nothing is rolled back, also forward again: the hub may have had no commits of what was given back. Gives the trials that are rolled back. */
async function withoutRolledBack(status: RunStatus, repository: Repository, artifacts: ArtifactStore): Promise<string[]> {
  const { rolledBack = [], run, target: { base } } = status;
  const good = await pointAtLastGood(repository, artifacts, status);
  const [first] = rolledBack;
  if (first === undefined) return [];
  if (good === base) throw new PerfloopError('PL_ROLLED_BACK', `what ${run} accepted is rolled back by ${first.who}${first.why === '' ? '' : `: ${first.why}`}`, { where: run, fix: `\`perfloop rollback ${run} --undo\` gives it back.` });
  return rolledBack.map(({ trial }) => trial);
}

/** Work of another host is not in this home's repository, but its bundles are in the artifacts that both share. */
async function bringIn(status: RunStatus, repository: Repository, artifacts: ArtifactStore): Promise<void> {
  const branch = branchOf(status.run);
  if ((await repository.branch(branch)) !== undefined) return;
  // One that did not come to its end may have an approval of the branch still before it.
  if (status.state !== 'done') throw new PerfloopError('PL_NO_RESULT', `${status.run} has published nothing here: it is ${status.state}`, { where: status.run, fix: `See \`perfloop show ${status.run}\`: it may wait for an approval.` });
  const bundle = await championBundle(artifacts, status);
  if (bundle === undefined) return;
  await repository.ensureCommit({ commit: status.champion, bundle });
  await repository.setBranch(branch, status.champion);
}
