import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openArtifacts } from '../../src/store/artifacts.js';
import { openRepository } from '../../src/workspace/repository.js';
import { resolveCandidate, resolveTarget, snapshotWorktree } from '../../src/workspace/snapshot.js';
import { codeOf, commitAllOf, hashEverything, prepared, temporaryFolder, temporaryHome, userGit, userRepository, write } from './fixture.js';

const store = () => openArtifacts(join(temporaryFolder(), 'artifacts'));

describe('resolveTarget', () => {
  test('names the repository by content and keeps its whole history', async () => {
    const dir = userRepository();
    const second = commitAllOf(dir, 'second');
    const { target, repository, warnings } = await prepared(dir);
    expect(target).toMatchObject({ name: 'user repo é', origin: dir, revision: 'HEAD', base: { commit: second } });
    expect(target.id).toMatch(/^[0-9a-f]{12}$/);
    expect(warnings).toEqual([]);
    expect(userGit(repository.path, 'rev-list', '--count', second)).toBe('2');
    userGit(repository.path, 'fsck', '--strict');
  });

  test('gives a clone elsewhere the same id, and another repository another', async () => {
    const dir = userRepository();
    const clone = join(temporaryFolder(), 'clone');
    userGit('/', 'clone', '-q', dir, clone);
    commitAllOf(clone, 'more');
    const artifacts = store();
    const idOf = async (of: string) => (await resolveTarget({ dir: of, revision: 'HEAD', artifacts })).target.id;
    expect(await idOf(clone)).toBe(await idOf(dir));
    expect(await idOf(userRepository({ 'other.js': '1\n' }))).not.toBe(await idOf(dir));
  });

  test('does not bundle the same commit twice', async () => {
    const dir = userRepository();
    const artifacts = store();
    const first = await resolveTarget({ dir, revision: 'HEAD', artifacts });
    const before = hashEverything(artifacts.folder);
    expect(await resolveTarget({ dir, revision: 'main', artifacts })).toMatchObject({ target: { base: first.target.base } });
    expect(hashEverything(artifacts.folder)).toBe(before);
  });

  test.each([
    ['a folder that is not there', () => join(temporaryFolder(), 'no'), 'PL_NO_SUCH_FOLDER'],
    ['a folder that is no repository', () => temporaryFolder(), 'PL_NOT_A_REPOSITORY'],
    ['a repository without commits', () => emptyRepository(), 'PL_NO_COMMITS'],
  ])('refuses %s', async (_name, make, code) => {
    expect(await codeOf(resolveTarget({ dir: make(), revision: 'HEAD', artifacts: store() }))).toBe(code);
  });

  test('says which names are near to a revision that does not exist', async () => {
    const dir = userRepository();
    userGit(dir, 'tag', 'v1.2.0');
    const refused = (revision: string) => resolveTarget({ dir, revision, artifacts: store() });
    await expect(refused('mian')).rejects.toMatchObject({ code: 'PL_NO_SUCH_REVISION', fix: 'Did you mean `main`?' });
    await expect(refused('v1.3.0')).rejects.toMatchObject({ fix: 'Did you mean `v1.2.0`?' });
    await expect(refused('nothing-like-it')).rejects.toMatchObject({ code: 'PL_NO_SUCH_REVISION', fix: expect.stringContaining('git branch') });
    expect(await codeOf(refused('--all'))).toBe('PL_NO_SUCH_REVISION');
    expect(await codeOf(refused('HEAD:src/a.js'))).toBe('PL_NO_SUCH_REVISION');
  });

  test('says so when git is not installed', async () => {
    const dir = userRepository();
    const path = process.env['PATH'];
    process.env['PATH'] = temporaryFolder();
    try {
      await expect(resolveTarget({ dir, revision: 'HEAD', artifacts: store() })).rejects.toMatchObject({ code: 'PL_NO_GIT', fix: expect.stringContaining('Install git') });
    } finally {
      process.env['PATH'] = path;
    }
  });

  test('works on a detached HEAD, a bare repository, a linked worktree and a folder inside', async () => {
    const dir = userRepository();
    const commit = commitAllOf(dir, 'second');
    const bare = join(temporaryFolder(), 'bare.git');
    userGit('/', 'clone', '-q', '--bare', dir, bare);
    const linked = join(temporaryFolder(), 'linked');
    userGit(dir, 'worktree', 'add', '-q', '--detach', linked);
    userGit(dir, 'checkout', '-q', '--detach');
    const artifacts = store();
    for (const from of [dir, bare, linked, join(dir, 'src')]) {
      const { target, warnings } = await resolveTarget({ dir: from, revision: 'HEAD', artifacts });
      expect(target.base.commit).toBe(commit);
      expect(warnings.length).toBe(from.endsWith('src') ? 1 : 0);
    }
    expect((await resolveTarget({ dir: bare, revision: 'HEAD', artifacts })).target).toMatchObject({ name: 'bare', origin: bare });
  });

  test('warns of what is not committed, submodules and large-file pointers', async () => {
    const dir = userRepository({ 'a.js': '1\n', 'data/.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n' });
    userGit(dir, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', userRepository(), 'vendor/lib');
    commitAllOf(dir, 'submodule');
    write(dir, { 'a.js': '2\n', 'new one.js': '3\n', 'ü.js': '4\n' });
    const { warnings } = await resolveTarget({ dir, revision: 'HEAD', artifacts: store() });
    expect(warnings).toEqual([expect.stringContaining('(1 changed and 2 untracked)'), expect.stringContaining('(vendor/lib)'), expect.stringContaining('Git LFS')]);
  });

  test('carries a shallow clone over as one commit that stands for its base', async () => {
    const dir = userRepository();
    write(dir, { 'src/b.js': 'b\n' });
    const head = commitAllOf(dir, 'second');
    const shallow = join(temporaryFolder(), 'shallow');
    userGit('/', 'clone', '-q', '--depth=1', `file://${dir}`, shallow);
    const { target, repository, warnings, artifacts } = await prepared(shallow);
    expect(warnings).toEqual([expect.stringContaining('shallow clone')]);
    expect(userGit(repository.path, 'rev-list', '--count', target.base.commit)).toBe('1');
    expect(await repository.treeHash(target.base.commit)).toBe(userGit(dir, 'rev-parse', `${head}^{tree}`));
    expect(userGit(repository.path, 'log', '-1', '--format=%B', target.base.commit)).toContain(`Perfloop-Base: ${head}`);
    expect((await resolveTarget({ dir: shallow, revision: 'HEAD', artifacts })).target).toEqual(target);
    write(shallow, { 'src/b.js': 'changed\n' });
    const snapshot = await snapshotWorktree({ dir: shallow, base: target.base, artifacts });
    await repository.ensureCommit(snapshot);
    expect(await repository.changedPaths(target.base.commit, snapshot.commit)).toMatchObject([{ path: 'src/b.js' }]);
  });

  test('refuses a partial clone that lacks files of the revision, and works where it has them', async () => {
    const dir = userRepository();
    const first = userGit(dir, 'rev-parse', 'HEAD');
    userGit(dir, 'config', 'uploadpack.allowFilter', 'true');
    write(dir, { 'src/a.js': 'other\n' });
    commitAllOf(dir, 'second');
    const partial = join(temporaryFolder(), 'partial');
    userGit('/', 'clone', '-q', '--filter=blob:none', `file://${dir}`, partial);
    expect(await codeOf(resolveTarget({ dir: partial, revision: first, artifacts: store() }))).toBe('PL_PARTIAL_CLONE');
    const { repository, base } = await prepared(partial);
    expect((await repository.readFileAt(base, 'src/a.js')).toString()).toBe('other\n');
  });
});

describe('snapshotWorktree', () => {
  test('commits all that is not committed, on top of the base', async () => {
    const dir = userRepository({ 'a.js': '1\n', 'gone.js': 'x\n', 'run.sh': '#!/bin/sh\n', '.gitignore': 'ignored/\n' });
    const { target, repository, artifacts } = await prepared(dir);
    write(dir, { 'a.js': '2\r\n', 'new ö.js': 'n\n', 'ignored/x': 'x', 'staged.js': 's\n' });
    userGit(dir, 'add', 'staged.js');
    unlinkSync(join(dir, 'gone.js'));
    chmodSync(join(dir, 'run.sh'), 0o755);
    symlinkSync('a.js', join(dir, 'link'));
    const ref = await snapshotWorktree({ dir, base: target.base, artifacts });
    await repository.ensureCommit(ref);
    expect(await repository.changedPaths(target.base.commit, ref.commit)).toEqual([
      { path: 'a.js', status: 'modified', oldMode: '100644', newMode: '100644' },
      { path: 'gone.js', status: 'deleted', oldMode: '100644', newMode: '000000' },
      { path: 'link', status: 'added', oldMode: '000000', newMode: '120000' },
      { path: 'new ö.js', status: 'added', oldMode: '000000', newMode: '100644' },
      { path: 'run.sh', status: 'modified', oldMode: '100644', newMode: '100755' },
      { path: 'staged.js', status: 'added', oldMode: '000000', newMode: '100644' },
    ]);
    expect((await repository.readFileAt(ref.commit, 'a.js')).toString()).toBe('2\r\n');
    expect((await snapshotWorktree({ dir, base: target.base, artifacts })).commit).toBe(ref.commit);
  });

  test("keeps to the user's line-end and ignore settings", async () => {
    const dir = userRepository({ 'a.js': '1\n' });
    userGit(dir, 'config', 'core.autocrlf', 'true');
    userGit(dir, 'config', 'core.excludesFile', join(dir, '..', 'ignore'));
    write(join(dir, '..'), { ignore: '*.tmp\n' });
    const { target, repository, artifacts } = await prepared(dir);
    write(dir, { 'a.js': '2\r\n', 'x.tmp': 'x' });
    const ref = await snapshotWorktree({ dir, base: target.base, artifacts });
    await repository.ensureCommit(ref);
    expect(await repository.listFiles(ref.commit)).toEqual(['a.js']);
    expect((await repository.readFileAt(ref.commit, 'a.js')).toString()).toBe('2\n');
  });

  test('sees a change of equal length in the same second as the index', async () => {
    const dir = userRepository({ 'a.js': '1\n' });
    const { target, repository, artifacts } = await prepared(dir);
    userGit(dir, 'update-index', '--refresh');
    const file = join(dir, 'a.js');
    const time = new Date(Math.floor(Date.now() / 1000) * 1000);
    utimesSync(file, time, time);
    userGit(dir, 'add', 'a.js');
    writeFileSync(file, '2\n');
    utimesSync(file, time, time);
    utimesSync(join(dir, '.git', 'index'), time, time);
    const ref = await snapshotWorktree({ dir, base: target.base, artifacts });
    await repository.ensureCommit(ref);
    expect((await repository.readFileAt(ref.commit, 'a.js')).toString()).toBe('2\n');
  });

  test('leaves out a repository that is nested in the working tree', async () => {
    const dir = userRepository({ 'a.js': '1\n' });
    const { target, repository, artifacts } = await prepared(dir);
    mkdirSync(join(dir, 'nested'));
    userGit(join(dir, 'nested'), 'init', '-q');
    write(dir, { 'nested/x.js': 'x\n', 'b.js': 'b\n' });
    commitAllOf(join(dir, 'nested'), 'nested');
    const ref = await snapshotWorktree({ dir, base: target.base, artifacts });
    await repository.ensureCommit(ref);
    expect(await repository.listFiles(ref.commit)).toEqual(['a.js', 'b.js']);
  });

  test('keeps what a sparse checkout leaves out', async () => {
    const dir = userRepository({ 'in/a.js': '1\n', 'out/b.js': '1\n', 'out/deep/c.js': '1\n' });
    userGit(dir, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'in');
    const { target, repository, artifacts } = await prepared(dir);
    write(dir, { 'in/a.js': '2\n' });
    // Expanding a sparse index makes git set the times of tree objects that it would write again; their bytes stay.
    const before = hashEverything(dir, { times: false });
    const ref = await snapshotWorktree({ dir, base: target.base, artifacts });
    expect(hashEverything(dir, { times: false })).toBe(before);
    await repository.ensureCommit(ref);
    expect(await repository.changedPaths(target.base.commit, ref.commit)).toMatchObject([{ path: 'in/a.js' }]);
  });

  test('takes files in the middle of a merge as they are on disk', async () => {
    const dir = userRepository({ 'a.js': '1\n' });
    userGit(dir, 'checkout', '-q', '-b', 'other');
    write(dir, { 'a.js': 'other\n' });
    commitAllOf(dir, 'other');
    userGit(dir, 'checkout', '-q', 'main');
    write(dir, { 'a.js': 'main\n' });
    commitAllOf(dir, 'main');
    expect(() => userGit(dir, 'merge', '-q', 'other')).toThrow();
    const { target, repository, artifacts } = await prepared(dir);
    const before = hashEverything(dir);
    const ref = await snapshotWorktree({ dir, base: target.base, artifacts });
    expect(hashEverything(dir)).toBe(before);
    await repository.ensureCommit(ref);
    expect((await repository.readFileAt(ref.commit, 'a.js')).toString()).toBe(readFileSync(join(dir, 'a.js'), 'utf8'));
  });

  test('refuses a bare repository', async () => {
    const dir = userRepository();
    const bare = join(temporaryFolder(), 'bare.git');
    userGit('/', 'clone', '-q', '--bare', dir, bare);
    const { target, artifacts } = await prepared(bare);
    expect(await codeOf(snapshotWorktree({ dir: bare, base: target.base, artifacts }))).toBe('PL_BARE_REPOSITORY');
  });
});

describe('resolveCandidate', () => {
  test('takes a branch that left the history before the base, the base itself, and an ancestor', async () => {
    const dir = userRepository();
    const first = userGit(dir, 'rev-parse', 'HEAD');
    userGit(dir, 'checkout', '-q', '-b', 'feature');
    write(dir, { 'src/a.js': 'feature\n' });
    const feature = commitAllOf(dir, 'feature');
    userGit(dir, 'checkout', '-q', 'main');
    const base = commitAllOf(dir, 'main goes on');
    const artifacts = store();
    const { target } = await resolveTarget({ dir, revision: 'main', artifacts });
    const repository = await openRepository(temporaryHome(), target, artifacts);
    for (const [revision, commit] of [['feature', feature], ['main', base], ['HEAD~1', first]] as const) {
      const ref = await resolveCandidate({ dir, revision, base: target.base, artifacts });
      expect(ref.commit).toBe(commit);
      await repository.ensureCommit(ref);
      await repository.treeHash(commit);
    }
  });
});

describe("the user's repository", () => {
  test('is byte for byte as it was, also one with a stale index and running settings', async () => {
    const dir = userRepository({ 'a.js': '1\n', 'b/c d.js': '2\n' });
    userGit(dir, 'config', 'core.untrackedCache', 'true');
    userGit(dir, 'config', 'gc.auto', '1');
    userGit(dir, 'branch', 'other');
    mkdirSync(join(dir, '.git', 'hooks'), { recursive: true });
    for (const hook of ['post-index-change', 'pre-commit', 'reference-transaction', 'post-checkout']) writeFileSync(join(dir, '.git', 'hooks', hook), `#!/bin/sh\ntouch ${JSON.stringify(join(dir, 'hook-ran'))}\n`, { mode: 0o755 });
    write(dir, { 'a.js': 'changed\n', 'b/new.js': 'n\n' });
    userGit(dir, 'add', '-N', 'b/new.js');
    // Stat information in the index is out of date: git would like to refresh it.
    utimesSync(join(dir, 'b/c d.js'), 1, 1);
    const artifacts = store();
    const before = hashEverything(dir);
    const { target } = await resolveTarget({ dir, revision: 'HEAD', artifacts });
    await snapshotWorktree({ dir, base: target.base, artifacts });
    await resolveCandidate({ dir, revision: 'other', base: target.base, artifacts });
    await codeOf(resolveTarget({ dir, revision: 'nope', artifacts }));
    expect(hashEverything(dir)).toBe(before);
  });

  test('can be read-only', async () => {
    const dir = userRepository();
    write(dir, { 'src/a.js': 'changed\n' });
    execFileSync('chmod', ['-R', 'a-w', dir]);
    const artifacts = store();
    const { target } = await resolveTarget({ dir, revision: 'HEAD', artifacts });
    const ref = await snapshotWorktree({ dir, base: target.base, artifacts });
    expect(ref.commit).not.toBe(target.base.commit);
    expect(readFileSync(join(dir, 'src/a.js'), 'utf8')).toBe('changed\n');
  });
});

function emptyRepository(): string {
  const dir = temporaryFolder();
  userGit(dir, 'init', '-q');
  return dir;
}
