import { chmodSync, existsSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openArtifacts } from '../../src/store/artifacts.js';
import { git } from '../../src/workspace/git.js';
import { removeStaleLocks } from '../../src/workspace/locks.js';
import { openRepository } from '../../src/workspace/repository.js';
import { resolveCandidate } from '../../src/workspace/snapshot.js';
import { codeOf, commitAllOf, prepared, temporaryFolder, temporaryHome, userRepository, write } from './fixture.js';

describe('repository', () => {
  test('reads files, listings and differences of commits', async () => {
    const dir = userRepository({ 'a b.js': '1\n', 'dé/x.js': 'x\n', 'run.sh': 'r\n' });
    const { artifacts, repository, target, base } = await prepared(dir);
    write(dir, { 'a b.js': '2\n', 'new.js': 'n\n' });
    chmodSync(join(dir, 'run.sh'), 0o755);
    symlinkSync('/etc', join(dir, 'link'));
    await rm(join(dir, 'dé/x.js'));
    commitAllOf(dir, 'second');
    const ref = await resolveCandidate({ dir, revision: 'HEAD', base: target.base, artifacts });
    await repository.ensureCommit(ref);
    expect(await repository.listFiles(base)).toEqual(['a b.js', 'dé/x.js', 'run.sh']);
    expect((await repository.readFileAt(ref.commit, 'a b.js')).toString()).toBe('2\n');
    expect(await codeOf(repository.readFileAt(ref.commit, 'dé/x.js'))).toBe('PL_NO_SUCH_FILE');
    expect(await repository.changedPaths(base, ref.commit)).toEqual([
      { path: 'a b.js', status: 'modified', oldMode: '100644', newMode: '100644' },
      { path: 'dé/x.js', status: 'deleted', oldMode: '100644', newMode: '000000' },
      { path: 'link', status: 'added', oldMode: '000000', newMode: '120000' },
      { path: 'new.js', status: 'added', oldMode: '000000', newMode: '100644' },
      { path: 'run.sh', status: 'modified', oldMode: '100644', newMode: '100755' },
    ]);
    expect(await repository.diff(base, ref.commit)).toContain('-1\n+2\n');
    expect(await repository.treeHash(base)).not.toBe(await repository.treeHash(ref.commit));
  });

  test('starts no git for what it knows: a file of a commit, none of that name, and that the commit is kept', async () => {
    const dir = userRepository({ 'known.js': '1\n' });
    const { repository, target, base } = await prepared(dir);
    const ask = async () => {
      await repository.ensureCommit(target.base);
      return [(await repository.readFileAt(base, 'known.js')).toString(), await codeOf(repository.readFileAt(base, 'none.js'))];
    };
    const first = await ask();
    const path = process.env['PATH'];
    process.env['PATH'] = temporaryFolder();
    try {
      expect(await ask()).toEqual(first);
      expect(await codeOf(repository.listFiles('HEAD'))).toBe('PL_NO_GIT');
    } finally {
      process.env['PATH'] = path;
    }
    // Another program may have cleaned it away.
    await rm(join(repository.path, 'refs/perfloop/commits', base));
    await repository.ensureCommit(target.base);
    expect(existsSync(join(repository.path, 'refs/perfloop/commits', base))).toBe(true);
  });

  test('is restored on another host from the artifacts alone', async () => {
    const dir = userRepository();
    const { artifacts, repository, target, base } = await prepared(dir);
    write(dir, { 'src/a.js': '2\n' });
    commitAllOf(dir, 'second');
    const second = await resolveCandidate({ dir, revision: 'HEAD', base: target.base, artifacts });
    await repository.ensureCommit(second);
    const champion = await repository.commitRef(second.commit, target.base);
    expect(await repository.commitRef(base, target.base)).toEqual(target.base);
    await rm(dir, { recursive: true });
    const elsewhere = await openRepository(temporaryHome(), target, openArtifacts(artifacts.folder));
    await elsewhere.ensureCommit(champion);
    expect((await elsewhere.readFileAt(champion.commit, 'src/a.js')).toString()).toBe('2\n');
    await git(['fsck', '--strict'], { cwd: elsewhere.path });
  });

  test('gives the same bundle for the same commit', async () => {
    const dir = userRepository();
    const { artifacts, repository, target } = await prepared(dir);
    write(dir, { 'src/a.js': '2\n' });
    const commit = commitAllOf(dir, 'second');
    await repository.ensureCommit(await resolveCandidate({ dir, revision: 'HEAD', base: target.base, artifacts }));
    const first = await repository.commitRef(commit, target.base);
    expect(await repository.commitRef(commit, target.base)).toEqual(first);
    expect(await artifacts.recall(`bundle/${target.id}/${target.base.commit}..${commit}`)).toEqual(first.bundle);
  });

  test('reports a damaged bundle', async () => {
    const { artifacts, target } = await prepared(userRepository());
    const path = artifacts.pathOf(target.base.bundle);
    chmodSync(path, 0o644);
    writeFileSync(path, 'damaged');
    const elsewhere = await openRepository(temporaryHome(), target, artifacts);
    await expect(elsewhere.ensureCommit(target.base)).rejects.toMatchObject({ code: 'PL_ARTIFACT_CORRUPT', where: path });
  });

  test('is made once when several open it at once', async () => {
    const { artifacts, target } = await prepared(userRepository());
    const home = temporaryHome();
    await Promise.all(Array.from({ length: 4 }, async () => (await openRepository(home, target, artifacts)).ensureCommit(target.base)));
    expect(readdirSync(home.repos)).toEqual([`${target.id}.git`]);
    await git(['fsck', '--strict'], { cwd: join(home.repos, `${target.id}.git`) });
  });

  test('moves a branch while a lock that a killed git left is in the way', async () => {
    const { repository, base } = await prepared(userRepository());
    await repository.setBranch('perfloop/run', base);
    const lock = join(repository.path, 'refs', 'heads', 'perfloop', 'run.lock');
    writeFileSync(lock, '');
    utimesSync(lock, new Date(0), new Date(0));
    const second = await git(['commit-tree', `${base}^{tree}`, '-p', base, '-m', 'x'], { cwd: repository.path });
    await repository.setBranch('perfloop/run', second);
    expect(await repository.branch('perfloop/run')).toBe(second);
    expect(existsSync(lock)).toBe(false);
  });

  test('leaves a fresh lock to its owner', async () => {
    const { repository } = await prepared(userRepository());
    const lock = join(repository.path, 'packed-refs.lock');
    writeFileSync(lock, '');
    expect(await removeStaleLocks(repository.path)).toEqual([]);
    expect(existsSync(lock)).toBe(true);
  });

  test('refuses a target id that is no plain name', async () => {
    const { artifacts, target } = await prepared(userRepository());
    expect(await codeOf(openRepository(temporaryHome(), { ...target, id: '../x' }, artifacts))).toBe('PL_TARGET_ID');
  });
});

describe('git', () => {
  test('says what failed, where, and what git printed', async () => {
    await expect(git(['rev-parse', 'nope'], { cwd: userRepository() })).rejects.toMatchObject({ code: 'PL_GIT_FAILED', where: expect.stringContaining('git rev-parse nope (in '), problems: expect.arrayContaining([expect.stringContaining('nope')]) });
    expect(await codeOf(git(['status'], { cwd: '/nonexistent' }))).toBe('PL_NO_SUCH_FOLDER');
  });

  test('ignores the settings and variables of whoever started it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'gitconfig'), '[user]\n\tname = Somebody\n[core]\n\tbare = true\n');
    const saved = { ...process.env };
    Object.assign(process.env, { GIT_DIR: '/nonexistent', GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'), GIT_INDEX_FILE: '/nonexistent' });
    try {
      const dir = userRepository();
      expect(await git(['rev-parse', '--is-inside-work-tree'], { cwd: dir })).toBe('true');
      expect(await git(['var', 'GIT_COMMITTER_IDENT'], { cwd: dir })).toMatch(/^perfloop <perfloop@localhost>/);
    } finally {
      for (const name of ['GIT_DIR', 'GIT_CONFIG_GLOBAL', 'GIT_INDEX_FILE']) {
        if (saved[name] === undefined) delete process.env[name];
        else process.env[name] = saved[name];
      }
    }
  });

  test('is cancelled by a signal', async () => {
    const controller = new AbortController();
    const cwd = userRepository();
    const begun = join(cwd, 'begun');
    // Its child has git's pipes, and holds them open when git is gone.
    const running = git(['-c', `alias.wait=!touch '${begun}' && sleep 20`, 'wait'], { cwd, signal: controller.signal });
    await expect.poll(() => existsSync(begun), { timeout: 30_000 }).toBe(true);
    controller.abort();
    expect(await codeOf(running)).toBe('PL_GIT_CANCELLED');
  });
});
