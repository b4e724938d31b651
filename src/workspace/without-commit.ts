import type { Home } from '../store/home.js';
import { git, gitResult } from './git.js';
import { withFreshWorktree } from './open-worktree.js';
import type { Repository } from './repository.js';
import { inWorktree } from './worktree.js';

export type Without = { kind: 'left-out'; commit: string; /** Commits that were made anew: old to new. */ renamed: Record<string, string> } | { kind: 'conflict'; text: string };

/**
 * The line of commits from `base` to `champion` without `drop`, those after it picked onto what was before it. The same
 * input makes the same commits: each keeps its dates. A commit that rests on the dropped one is a conflict.
 */
export async function withoutCommit(request: { home: Home; repository: Repository; key: string; base: string; champion: string; drop: string }): Promise<Without> {
  const { home, repository, key, base, champion, drop } = request;
  const here = { cwd: repository.path, env: { GIT_DIR: repository.path } };
  const line = (await git(['rev-list', '--reverse', `${base}..${champion}`], here)).split('\n');
  const place = line.indexOf(drop);
  if (place < 0) return { kind: 'conflict', text: `${drop.slice(0, 10)} is not in the result` };
  return withFreshWorktree({ home, repository, key, commit: place === 0 ? base : (line[place - 1] as string) }, async (worktree) => {
    const options = inWorktree(worktree);
    const renamed: Record<string, string> = {};
    for (const commit of line.slice(place + 1)) {
      const [date = '', title = ''] = (await git(['show', '--no-patch', '--format=%ct %cd%n%s', '--date=format:%z', commit], here)).split('\n');
      const [seconds = '0', zone = '+0000'] = date.split(' ');
      const picked = await gitResult(['cherry-pick', '--allow-empty', '--keep-redundant-commits', commit], { ...options, env: { ...options.env, GIT_COMMITTER_DATE: `@${seconds} ${zone}` }, config: { ...options.config, 'commit.gpgsign': 'false' } });
      if (picked.exitCode !== 0) return { kind: 'conflict', text: `"${title}" was made on top of it` };
      renamed[commit] = await git(['rev-parse', 'HEAD'], options);
    }
    const commit = await git(['rev-parse', 'HEAD'], options);
    await repository.keep(commit);
    return { kind: 'left-out', commit, renamed };
  });
}
