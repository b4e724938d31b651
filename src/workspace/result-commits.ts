import type { RunStatus } from '../core/status.js';
import { git } from './git.js';
import type { Repository } from './repository.js';

/** A commit of a result, and the trial that it comes from; empty where its message names none. */
export interface ResultCommit {
  commit: string;
  title: string;
  trial: string;
}

/** The commits of a result on top of its base, the first one first. */
export async function resultCommits(repository: Repository, base: string, champion: string): Promise<ResultCommit[]> {
  const text = await git(['log', '--reverse', '--format=%H%x09%(trailers:key=Perfloop-Trial,valueonly,separator=%x2C)%x09%s', `${base}..${champion}`], { cwd: repository.path, env: { GIT_DIR: repository.path } });
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const [commit = '', trial = '', ...title] = line.split('\t');
    return { commit, trial, title: title.join('\t') };
  });
}

/**
 * The best commit that was measured before the first of the patches that are rolled back: the champion itself without any, the
 * base at last. Once a patch was left out of the result again, the commits behind it were made anew: only the champion was measured.
 */
export async function lastGoodCommit(repository: Repository, { champion, target: { base }, rolledBack = [], trials }: Pick<RunStatus, 'champion' | 'target' | 'rolledBack' | 'trials'>): Promise<string> {
  const back = new Set(rolledBack.map(({ trial }) => trial));
  const isAblated = trials.some(({ dropped }) => dropped === true);
  let good = base;
  for (const { commit, trial } of await resultCommits(repository, base, champion)) {
    if (back.has(trial)) return isAblated ? base : good;
    good = commit;
  }
  return champion;
}
