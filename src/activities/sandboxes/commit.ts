import { PerfloopError } from '../../core/errors.js';
import { git } from '../../workspace/git.js';
import { perfloopAuthor } from '../../workspace/git-environment.js';
import type { Dependencies } from '../dependencies.js';
import { repositoryOf } from '../ground.js';
import type { SandboxState } from './state.js';

/** One commit of the change on the base, on a branch of perfloop's own repository. Throws PL_SANDBOX_UNTESTED. */
export async function commitOf(deps: Dependencies, { id, target, commit, valid }: SandboxState, message: string): Promise<{ commit: string; branch: string; repository: string; fetch: string }> {
  if (commit === null || valid !== commit) throw new PerfloopError('PL_SANDBOX_UNTESTED', commit === null ? 'There is no change to commit.' : 'The change has not passed sandbox_validate as it is now.', { where: id, fix: commit === null ? 'Put one there first: sandbox_apply.' : 'Do that first: sandbox_validate.' });
  const repository = await repositoryOf(deps, target);
  const env = { GIT_DIR: repository.path, GIT_AUTHOR_NAME: perfloopAuthor.name, GIT_AUTHOR_EMAIL: perfloopAuthor.email, GIT_COMMITTER_NAME: perfloopAuthor.name, GIT_COMMITTER_EMAIL: perfloopAuthor.email };
  const made = await git(['commit-tree', `${commit}^{tree}`, '-p', target.base.commit, '-F', '-'], { cwd: repository.path, env, input: `${message.trimEnd()}\n` });
  const branch = `perfloop/${id}`;
  await repository.keep(made);
  await repository.setBranch(branch, made);
  return { commit: made, branch, repository: repository.path, fetch: `git fetch ${repository.path} ${branch}` };
}
