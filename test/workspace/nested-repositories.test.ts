import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { undoChanges } from '../../src/workspace/apply-candidate.js';
import { commitAll } from '../../src/workspace/commit-worktree.js';
import { editedFiles, tooLarge } from '../../src/workspace/edited-files.js';
import { nestedRepositories } from '../../src/workspace/nested-repositories.js';
import { openWorktree } from '../../src/workspace/open-worktree.js';
import { commitAllOf, prepared, temporaryFolder, userGit, userRepository, write } from './fixture.js';

async function open(dir = userRepository()) {
  const { home, repository, base } = await prepared(dir);
  return { worktree: await openWorktree({ home, repository, key: 'run/trial/1', commit: base, layoutSeed: 0, place: null, prepare: async () => {} }), repository, base };
}

/** A repository whose settings start a program when git is asked what has changed in it. */
function hostile(folder: string, marker: string): void {
  mkdirSync(folder, { recursive: true });
  userGit(folder, 'init', '-q');
  write(folder, { 'a.txt': 'one\n', '.gitattributes': '* filter=own\n', 'hook.sh': `#!/bin/sh\ntouch '${marker}'\ncat\n` });
  commitAllOf(folder, 'inner');
  chmodSync(join(folder, 'hook.sh'), 0o755);
  userGit(folder, 'config', 'core.fsmonitor', join(folder, 'hook.sh'));
  userGit(folder, 'config', 'filter.own.clean', join(folder, 'hook.sh'));
  write(folder, { 'a.txt': 'two\n' });
}

it('what foreign code left in the place of a submodule starts nothing, and does not get into a commit', async () => {
  const dir = userRepository();
  userGit(dir, 'update-index', '--add', '--cacheinfo', `160000,${userGit(dir, 'rev-parse', 'HEAD')},sub`);
  userGit(dir, 'commit', '-q', '-m', 'a submodule');
  const { worktree, repository, base } = await open(dir);
  const marker = join(temporaryFolder(), 'started');
  const sub = join(worktree.path, 'sub');
  hostile(sub, marker);
  rmSync(marker, { force: true });
  // The oracle: a git that is not told otherwise starts it.
  userGit(worktree.path, 'status', '--porcelain');
  expect(existsSync(marker)).toBe(true);
  rmSync(marker);
  write(worktree.path, { 'src/a.js': 'export const a = 2;\n' });
  expect(await nestedRepositories(worktree.path)).toEqual(['sub']);
  expect(await editedFiles(worktree)).toEqual(['src/a.js']);
  const commit = await commitAll(worktree, 'edit', 0);
  expect((await repository.changedPaths(base, commit)).map(({ path }) => path)).toEqual(['src/a.js']);
  await undoChanges(worktree);
  expect(existsSync(marker)).toBe(false);
});

it('nested repositories are found by folder and by file, not through links, and not the worktree\'s own', async () => {
  const { worktree } = await open();
  expect(await nestedRepositories(worktree.path)).toEqual([]);
  const elsewhere = temporaryFolder();
  mkdirSync(join(elsewhere, '.git'));
  symlinkSync(elsewhere, join(worktree.path, 'link'));
  write(worktree.path, { 'src/deep/er/.git/config': '', 'file/.git': 'gitdir: /tmp/x\n', 'node_modules/x/.git/config': '' });
  expect(await nestedRepositories(worktree.path)).toEqual(['file', 'src/deep/er']);
});

it('a file that is too large is not read', async () => {
  const { worktree } = await open();
  write(worktree.path, { 'perf.data': '', 'src/a.js': 'x\n', ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((number) => [`part-${number}`, ''])) });
  expect(await tooLarge(worktree, await editedFiles(worktree))).toBeNull();
  // Without blocks: larger than any memory.
  truncateSync(join(worktree.path, 'perf.data'), 2 ** 40);
  const paths = await editedFiles(worktree);
  expect(await tooLarge(worktree, paths)).toBe('perf.data has 1099512 MB; a file of a change may have 20 MB.');
  for (const number of [1, 2, 3, 4, 5, 6]) truncateSync(join(worktree.path, `part-${number}`), 19_000_000);
  expect(await tooLarge(worktree, paths.filter((path) => path !== 'perf.data'))).toBe('The files that it leaves have 115 MB; those of a change may have 100 MB.');
});
