import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../../src/store/home.js';
import { git } from './counting-target.js';

/** The worktrees that are left, and git's own records of them. */
export function worktreesOf(home: Home): string[] {
  const folders = readdirOrEmpty(home.worktrees).filter((name) => !name.startsWith('.'));
  const hidden = ['.keys', '.state', '.trash'].flatMap((name) => readdirOrEmpty(join(home.worktrees, name)).map((entry) => `${name}/${entry}`));
  const known = readdirOrEmpty(home.repos).flatMap((repository) => readdirOrEmpty(join(home.repos, repository, 'worktrees')));
  return [...folders, ...hidden, ...known];
}

/** The text of each journal of samples by its name, those that were set aside among them. */
export function journalsOf(home: Home, run: string): Map<string, string> {
  const folder = join(home.logs, run);
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /\.jsonl(\.aside-\d+)?$/.test(name));
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** What the branch with a run's result points at, in whichever of perfloop's repositories it is. */
export function branchOf(home: Home, run: string): string | null {
  for (const name of readdirOrEmpty(home.repos)) {
    const [commit] = git(join(home.repos, name), 'for-each-ref', '--format=%(objectname)', `refs/heads/perfloop/${run}`).split('\n');
    if (commit) return commit;
  }
  return null;
}

function readdirOrEmpty(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
