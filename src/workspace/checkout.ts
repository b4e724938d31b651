import { realpath, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { PerfloopError } from '../core/errors.js';
import { gitResult, type GitOptions } from './git.js';
import { requireGit } from './git-version.js';

/** What perfloop needs to know of the user's repository. Found by reading only. */
export interface Checkout {
  /** The top folder of the working tree; of a bare repository its own folder. */
  root: string;
  bare: boolean;
  gitDir: string;
  objects: string;
  /** Of the folder that was asked for, from the root: empty there and in a bare repository, else with a slash at its end. */
  prefix: string;
  /** A shallow or partial clone: history or files may be missing. */
  incomplete: 'shallow' | 'partial' | null;
  name: string;
  /** For git calls that read the user's repository with the user's own settings, and write nothing to it. */
  git: GitOptions;
}

/** Opens the repository that `dir` is in. Throws PL_NO_GIT, PL_NO_SUCH_FOLDER, PL_NOT_A_REPOSITORY, PL_OBJECT_FORMAT. */
export async function openCheckout(dir: string): Promise<Checkout> {
  const folder = resolve(dir);
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() !== true) {
    throw new PerfloopError('PL_NO_SUCH_FOLDER', found === null ? 'the folder does not exist' : 'this is not a folder', { where: folder, fix: 'Name the folder of a git repository.' });
  }
  await requireGit();
  const here: GitOptions = { cwd: folder, settings: 'user' };
  // One process for all: where thousands of repositories are prepared, starting them is most of the work. The last says nothing where there is no working tree.
  const questions = ['--is-bare-repository', '--is-inside-git-dir', '--is-shallow-repository', '--show-object-format', '--absolute-git-dir', '--git-path', 'objects', '--show-prefix', '--show-cdup'];
  const answers = await gitResult(['rev-parse', ...questions], here);
  if (answers.exitCode !== 0) {
    if (/dubious ownership/.test(answers.stderr)) throw new PerfloopError('PL_GIT_OWNERSHIP', 'the repository belongs to another user', { where: folder, fix: `Run: git config --global --add safe.directory ${folder}`, problems: [answers.stderr.trim()] });
    throw new PerfloopError('PL_NOT_A_REPOSITORY', 'not a git repository', { where: folder, fix: 'Name a folder inside a git repository, or make one: git init && git add -A && git commit -m "start".', problems: answers.stderr.trim().split('\n') });
  }
  const [bareAnswer, insideGitDir, shallow, format, gitDir = '', objects = '', prefix = '', up = ''] = answers.stdout.toString('utf8').split('\n');
  if (format !== 'sha1') throw new PerfloopError('PL_OBJECT_FORMAT', `the repository uses ${format} object names, which perfloop does not support yet`, { where: folder, fix: 'Use a clone with the sha1 object format.' });
  const bare = bareAnswer === 'true';
  const physical = await realpath(folder);
  // A person in the .git folder of a checkout means that checkout.
  const root = bare ? gitDir : insideGitDir === 'true' ? resolve(gitDir, '..') : resolve(physical, up);
  const options: GitOptions = { cwd: root, settings: 'user' };
  const partial = (await gitResult(['config', '--get-regexp', String.raw`^(remote\..*\.promisor|extensions\.partialclone)$`], options)).exitCode === 0;
  return { root, bare, gitDir, objects: resolve(physical, objects), prefix: bare ? '' : prefix, incomplete: shallow === 'true' ? 'shallow' : partial ? 'partial' : null, name: basename(root).replace(/\.git$/, '') || 'repository', git: options };
}
