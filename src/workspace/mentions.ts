import { gitError, gitResult } from './git.js';
import type { Repository } from './repository.js';

/** Whether a file of the commit, documents left out, holds the word. */
export async function mentions(repository: Pick<Repository, 'path'>, commit: string, word: string): Promise<boolean> {
  const args = ['grep', '--quiet', '--fixed-strings', '-e', word, commit, '--', '.', ':(exclude)*.md'];
  const result = await gitResult(args, { cwd: repository.path, env: { GIT_DIR: repository.path } });
  if (result.exitCode > 1) throw gitError(args, repository.path, result);
  return result.exitCode === 0;
}
