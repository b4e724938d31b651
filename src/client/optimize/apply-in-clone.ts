import { existsSync } from 'node:fs';
import { PerfloopError } from '../../core/errors.js';
import { git, gitResult } from '../../workspace/git.js';
import { perfloopAuthor } from '../../workspace/git-environment.js';

export interface AppliedThere {
  folder: string;
  applied: { id: string; commit: string }[];
  /** Those that no longer apply after the ones before them. */
  dropped: { id: string; why: string }[];
}

/** Asked before anything is paid for. Throws PL_FOLDER_EXISTS. */
export function mustBeNew(folder: string): void {
  if (existsSync(folder)) throw new PerfloopError('PL_FOLDER_EXISTS', 'The folder of --apply is there already.', { where: folder, fix: 'Name one that is not: it becomes a clone of the repository with the changes.' });
}

/**
 * Clones the repository's HEAD to a new folder and puts each change there as a commit of its own, in their order; merged where
 * an earlier one moved its place. The repository itself is only read; `origin` is what the clone calls its origin.
 */
export async function applyInClone({ repository, origin, folder, changes }: { repository: string; origin: string; folder: string; changes: readonly { id: string; title: string; rationale: string; diff: string }[] }): Promise<AppliedThere> {
  await git(['clone', '--quiet', '--no-hardlinks', '--', repository, folder], { cwd: repository });
  if (origin !== repository) await git(['remote', 'set-url', 'origin', origin], { cwd: folder });
  const here = { cwd: folder, env: { GIT_AUTHOR_NAME: perfloopAuthor.name, GIT_AUTHOR_EMAIL: perfloopAuthor.email, GIT_COMMITTER_NAME: perfloopAuthor.name, GIT_COMMITTER_EMAIL: perfloopAuthor.email } };
  const result: AppliedThere = { folder, applied: [], dropped: [] };
  for (const { id, title, rationale, diff } of changes) {
    const put = await gitResult(['apply', '--index', '--3way', '--whitespace=nowarn', '-'], { ...here, input: diff });
    if (put.exitCode !== 0) {
      await git(['reset', '--quiet', '--hard'], here);
      result.dropped.push({ id, why: 'it does not apply after the ones before it' });
      continue;
    }
    if ((await gitResult(['diff', '--cached', '--quiet'], here)).exitCode === 0) {
      result.dropped.push({ id, why: 'the ones before it made this change already' });
      continue;
    }
    await git(['commit', '--quiet', '--no-verify', '-F', '-'], { ...here, input: `${title}\n\n${rationale}\n` });
    result.applied.push({ id, commit: await git(['rev-parse', 'HEAD'], here) });
  }
  return result;
}
