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

/** The best commit that was measured before the first of the patches that are rolled back: the champion itself without any, the base at last. */
export async function lastGoodCommit(repository: Repository, { base, champion, rolledBack }: { base: string; champion: string; rolledBack: ReadonlySet<string> }): Promise<string> {
  let good = base;
  for (const { commit, trial } of await resultCommits(repository, base, champion)) {
    if (rolledBack.has(trial)) return good;
    good = commit;
  }
  return champion;
}
