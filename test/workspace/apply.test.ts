import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyToCheckout } from '../../src/workspace/apply-to-checkout.js';
import { commitAll } from '../../src/workspace/commit-worktree.js';
import { branchOf } from '../../src/workspace/result-branch.js';
import { addWorktree } from '../../src/workspace/worktree.js';
import { codeOf, commitAllOf, hashEverything, prepared, temporaryFolder, userGit, userRepository, write } from './fixture.js';

/** A run with two accepted candidates, published. */
async function finished(dir: string) {
  const all = await prepared(dir);
  const { home, repository, base } = all;
  let champion = base;
  const candidates: Record<string, string>[] = [{ 'src/a.js': 'faster\n' }, { 'src/b.js': 'new\n' }];
  for (const [index, files] of candidates.entries()) {
    const worktree = await addWorktree({ repository, commit: champion, home });
    write(worktree.path, files);
    champion = await commitAll(worktree, `Candidate ${index}\n\nWhy.`, 1_700_000_000_000);
  }
  await repository.setBranch(branchOf('r1'), champion);
  return { ...all, champion, dir, apply: (merge = false) => applyToCheckout({ dir, run: 'r1', repository, merge }) };
}

const ready = () => userRepository({ 'src/a.js': '1\n', 'other.js': '1\n' });

describe('applyToCheckout', () => {
  test('fetches the result as a branch and leaves the rest alone', async () => {
    const { dir, base, champion, apply } = await finished(ready());
    const before = hashEverything(join(dir, 'src'));
    const applied = await apply();
    expect(applied).toMatchObject({ branch: 'perfloop/r1', commit: champion, commits: 2, merged: 'no', next: expect.stringContaining('git merge perfloop/r1') });
    expect(userGit(dir, 'rev-parse', 'HEAD')).toBe(base);
    expect(userGit(dir, 'log', '--format=%s', 'perfloop/r1')).toBe('Candidate 1\nCandidate 0\nfirst');
    expect(userGit(dir, 'status', '--porcelain')).toBe('');
    expect(existsSync(join(dir, '.git/FETCH_HEAD'))).toBe(false);
    expect(hashEverything(join(dir, 'src'))).toBe(before);
    expect(await apply()).toEqual(applied);
  });

  test('refuses on changes that are not committed, but not on untracked files', async () => {
    const { dir, apply } = await finished(ready());
    write(dir, { 'untracked.js': 'x\n' });
    expect((await apply()).merged).toBe('no');
    write(dir, { 'other.js': 'changed\n' });
    const before = hashEverything(dir);
    await expect(apply()).rejects.toMatchObject({ code: 'PL_DIRTY_TREE', fix: expect.stringContaining('git stash') });
    expect(hashEverything(dir)).toBe(before);
  });

  test('fast-forwards the branch that is checked out', async () => {
    const { dir, champion, apply } = await finished(ready());
    expect((await apply(true)).merged).toBe('fast-forward');
    expect(userGit(dir, 'rev-parse', 'main')).toBe(champion);
    expect(readFileSync(join(dir, 'src/a.js'), 'utf8')).toBe('faster\n');
    expect((await apply(true)).merged).toBe('already');
  });

  test('puts the commits on top of what the user committed meanwhile', async () => {
    const { dir, apply } = await finished(ready());
    write(dir, { 'other.js': 'mine\n' });
    commitAllOf(dir, 'meanwhile');
    userGit(dir, 'config', 'user.email', 'user@example.com');
    userGit(dir, 'config', 'user.name', 'A User');
    expect((await apply(true)).merged).toBe('cherry-picked');
    expect(userGit(dir, 'log', '--format=%s %an %cn')).toBe('Candidate 1 perfloop A User\nCandidate 0 perfloop A User\nmeanwhile A User A User\nfirst A User A User');
    expect(userGit(dir, 'status', '--porcelain')).toBe('');
  });

  test('leaves the checkout as it was on a conflict', async () => {
    const { dir, apply } = await finished(ready());
    write(dir, { 'src/b.js': 'mine too\n' });
    const head = commitAllOf(dir, 'meanwhile');
    await expect(apply(true)).rejects.toMatchObject({ code: 'PL_APPLY_CONFLICT', message: expect.stringContaining('src/b.js') });
    expect(userGit(dir, 'rev-parse', 'HEAD')).toBe(head);
    expect(userGit(dir, 'status', '--porcelain')).toBe('');
    expect(readFileSync(join(dir, 'src/b.js'), 'utf8')).toBe('mine too\n');
    expect(existsSync(join(dir, '.git/CHERRY_PICK_HEAD')) || existsSync(join(dir, '.git/sequencer'))).toBe(false);
  });

  test('does not overwrite an untracked file', async () => {
    const { dir, base, apply } = await finished(ready());
    write(dir, { 'src/b.js': 'untracked\n' });
    expect(await codeOf(apply(true))).toBe('PL_APPLY_CONFLICT');
    expect(readFileSync(join(dir, 'src/b.js'), 'utf8')).toBe('untracked\n');
    expect(userGit(dir, 'rev-parse', 'HEAD')).toBe(base);
  });

  test("keeps what the user put on the run's branch", async () => {
    const { dir, repository, base, apply } = await finished(ready());
    await apply();
    userGit(dir, 'checkout', '-q', 'perfloop/r1');
    const mine = commitAllOf(dir, 'mine');
    expect(await codeOf(apply())).toBe('PL_BRANCH_DIVERGED');
    userGit(dir, 'checkout', '-q', 'main');
    expect(await codeOf(apply())).toBe('PL_BRANCH_DIVERGED');
    expect(userGit(dir, 'rev-parse', 'perfloop/r1')).toBe(mine);
    expect(await codeOf(applyToCheckout({ dir, run: 'other', repository }))).toBe('PL_NO_RESULT');
    expect(userGit(dir, 'rev-parse', 'main')).toBe(base);
  });

  test('puts the result of a shallow clone on the commit it started from', async () => {
    const origin = ready();
    commitAllOf(origin, 'second');
    const shallow = join(temporaryFolder(), 'shallow');
    userGit('/', 'clone', '-q', '--depth=1', `file://${origin}`, shallow);
    const head = userGit(shallow, 'rev-parse', 'HEAD');
    const { apply } = await finished(shallow);
    const applied = await apply(true);
    expect(applied).toMatchObject({ commits: 2, merged: 'fast-forward' });
    expect(userGit(shallow, 'rev-parse', 'HEAD~2')).toBe(head);
    expect(userGit(shallow, 'log', '-1', '--format=%an %at %s%n%b')).toBe('perfloop 1700000000 Candidate 1\nWhy.');
    expect(readFileSync(join(shallow, 'src/a.js'), 'utf8')).toBe('faster\n');
    expect(await apply()).toMatchObject({ commit: applied.commit });
  });

  test('refuses in another repository than the one of a shallow run', async () => {
    const origin = ready();
    const shallow = join(temporaryFolder(), 'shallow');
    commitAllOf(origin, 'second');
    userGit('/', 'clone', '-q', '--depth=1', `file://${origin}`, shallow);
    const { repository } = await finished(shallow);
    expect(await codeOf(applyToCheckout({ dir: userRepository({ 'unrelated.js': 'x\n' }), run: 'r1', repository }))).toBe('PL_OTHER_REPOSITORY');
  });

  test('fetches into a bare repository, but does not merge there', async () => {
    const dir = ready();
    const bare = join(temporaryFolder(), 'bare.git');
    userGit('/', 'clone', '-q', '--bare', dir, bare);
    const { champion, apply } = await finished(bare);
    expect(await codeOf(apply(true))).toBe('PL_BARE_REPOSITORY');
    await apply();
    expect(userGit(bare, 'rev-parse', 'perfloop/r1')).toBe(champion);
  });
});
