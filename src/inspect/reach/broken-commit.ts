import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Home } from '../../store/home.js';
import { commitAll } from '../../workspace/commit-worktree.js';
import { withFreshWorktree } from '../../workspace/open-worktree.js';
import type { Repository } from '../../workspace/repository.js';
import { unsafePlace } from '../../workspace/safe-path.js';
import { changedFiles } from '../changed-files.js';
import { breakFunctions, functionNames, type Broken } from './break-functions.js';

/** More is no patch any more, and takes long to parse. */
const mostText = 5_000_000;

/**
 * A commit on `commit` in which the functions that differ from `other` throw: those that `other` has, too, under the same
 * name. What is new may be there to make the tests pass, and would no longer do so; only where there is nothing else it
 * throws as well. `skip`: files that are laid over from the base. Null where no changed function is known.
 */
export async function brokenCommit(request: { home: Home; repository: Repository; key: string; commit: string; other: string; skip: (path: string) => boolean }): Promise<{ commit: string; names: string[] } | null> {
  const { home, repository, key, commit, other, skip } = request;
  const changes = await changedFiles(other, commit, { cwd: repository.path, env: { GIT_DIR: repository.path } });
  const written: { path: string; whole: Broken; shared: Broken | null }[] = [];
  let size = 0;
  for (const { path, before, added, removed, binary } of changes) {
    if (skip(path) || binary) continue;
    // One file takes up to a second; heartbeats go between.
    await new Promise((resolve) => void setImmediate(resolve));
    const text = (await repository.readFileAt(commit, path)).toString('utf8');
    size += text.length;
    if (size > mostText) return null;
    const lines = new Set([...added, ...removed.map(({ after }) => after)]);
    const whole = breakFunctions(path, text, lines);
    if (whole === null) continue;
    const known = before === null ? new Set<string>() : functionNames(before, (await repository.readFileAt(other, before)).toString('utf8'));
    written.push({ path, whole, shared: breakFunctions(path, text, lines, known) });
  }
  if (written.length === 0) return null;
  const shared = written.flatMap(({ path, shared: broken }) => (broken === null ? [] : [{ path, ...broken }]));
  const chosen = shared.length > 0 ? shared : written.map(({ path, whole }) => ({ path, ...whole }));
  return withFreshWorktree({ home, repository, key, commit }, async (worktree) => {
    for (const { path, text } of chosen) {
      if ((await unsafePlace(worktree.path, path)) !== undefined) return null;
      await writeFile(join(worktree.path, path), text);
    }
    return { commit: await commitAll(worktree, 'Changed functions throw', 0), names: [...new Set(chosen.flatMap(({ names }) => names))] };
  });
}
