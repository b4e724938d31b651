import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { SpanEdit } from '../../src/core/candidate.js';
import { applyCandidate } from '../../src/workspace/apply-candidate.js';
import { commitAll } from '../../src/workspace/commit-worktree.js';
import { git } from '../../src/workspace/git.js';
import { linkInto } from '../../src/workspace/link.js';
import { addWorktree, excludeFromCommits, findWorktree, inWorktree, reclaimWorktrees, removeWorktree, type Worktree } from '../../src/workspace/worktree.js';
import { codeOf, commitAllOf, prepared, temporaryFolder, userGit, userRepository, write } from './fixture.js';

async function withWorktree(files?: Record<string, string | Buffer>) {
  const dir = userRepository(files);
  const all = await prepared(dir);
  const worktree = await addWorktree({ repository: all.repository, commit: all.base, home: all.home });
  return { dir, ...all, worktree };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function edit(file: string, content: string, from: string, to: string): SpanEdit {
  const start = content.indexOf(from);
  return { file, start, end: start + from.length, before: sha256(from), text: to };
}

const edits = (...list: SpanEdit[]) => ({ kind: 'edits', edits: list }) as const;

describe('addWorktree', () => {
  test('checks a commit out under an id of fixed length, exactly as the commit holds it', async () => {
    const files = { 'a.js': '1\r\n', 'x y/é.txt': Buffer.from([0xef, 0xbb, 0xbf, 0x61]), '.gitattributes': '* text=auto eol=crlf\n' };
    const dir = userRepository({ 'a.js': '1\r\n', 'x y/é.txt': files['x y/é.txt'] });
    userGit(dir, 'config', 'core.autocrlf', 'false');
    const { home, repository, base } = await prepared(dir);
    const first = await addWorktree({ repository, commit: base, home });
    const second = await addWorktree({ repository, commit: base, home });
    expect([first.id, second.id].map((id) => id.length)).toEqual([16, 16]);
    expect(first.id).not.toBe(second.id);
    expect(readFileSync(join(first.path, 'a.js'), 'utf8')).toBe('1\r\n');
    expect(readFileSync(join(first.path, 'x y/é.txt'))).toEqual(files['x y/é.txt']);
    expect(await git(['status', '--porcelain'], inWorktree(first))).toBe('');
    expect(await git(['symbolic-ref', '--quiet', 'HEAD'], inWorktree(first)).catch(() => 'detached')).toBe('detached');
  });

  test('waits where another git has only begun to write a worktree, and removes one that a killed git left so', async () => {
    const { home, repository, base } = await withWorktree();
    const halfMade = (name: string): string => {
      const folder = join(repository.path, 'worktrees', name);
      mkdirSync(folder);
      writeFileSync(join(folder, 'gitdir'), `${join(home.worktrees, name, '.git')}\n`);
      writeFileSync(join(folder, 'HEAD'), `${base}\n`);
      writeFileSync(join(folder, 'commondir'), '');
      return folder;
    };
    const written = halfMade('0123456789abcdef');
    await expect(git(['worktree', 'add', '--detach', join(temporaryFolder(), 'other'), base], { cwd: repository.path })).rejects.toMatchObject({ code: 'PL_GIT_LOCKED' });
    const added = addWorktree({ repository, commit: base, home });
    setTimeout(() => writeFileSync(join(written, 'commondir'), '../..\n'), 100);
    expect(existsSync(join((await added).path, '.git'))).toBe(true);
    const left = halfMade('fedcba9876543210');
    const longAgo = new Date(Date.now() - 3_600_000);
    utimesSync(left, longAgo, longAgo);
    expect(existsSync(join((await addWorktree({ repository, commit: base, home })).path, '.git'))).toBe(true);
    expect([existsSync(left), existsSync(written)]).toEqual([false, true]);
  });

  test('gives files without conversion of line ends', async () => {
    const { worktree } = await withWorktree({ 'a.js': '1\n2\n', '.gitattributes': '* text=auto eol=crlf\n*.js ident\n' });
    expect(readFileSync(join(worktree.path, 'a.js'), 'utf8')).toBe('1\n2\n');
  });

  test('replaces what an earlier attempt with the same key left', async () => {
    const { home, repository, base } = await withWorktree();
    const first = await addWorktree({ repository, commit: base, home, key: 'run/r1-1/a' });
    write(first.path, { 'half-made': 'x' });
    const second = await addWorktree({ repository, commit: base, home, key: 'run/r1-1/a' });
    expect(existsSync(first.path)).toBe(false);
    expect(existsSync(join(second.path, 'half-made'))).toBe(false);
    expect(await findWorktree({ home, key: 'run/r1-1/a' })).toEqual(second);
    expect(await findWorktree({ home, key: 'other' })).toBeUndefined();
  });

  test('works for several processes at once', async () => {
    const { home, repository, target, base, artifacts } = await withWorktree();
    const source = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
    const file = join(temporaryFolder(), 'add.mts');
    writeFileSync(
      file,
      `import { openArtifacts } from ${source('store/artifacts.ts')};
       import { openRepository } from ${source('workspace/repository.ts')};
       import { addWorktree, removeWorktree } from ${source('workspace/worktree.ts')};
       const home = ${JSON.stringify(home)}; const target = ${JSON.stringify(target)};
       const repository = await openRepository(home, target, openArtifacts(${JSON.stringify(artifacts.folder)}));
       for (let i = 0; i < 5; i += 1) {
         await repository.ensureCommit(target.base);
         const worktree = await addWorktree({ repository, commit: ${JSON.stringify(base)}, home });
         await repository.setBranch('perfloop/shared', ${JSON.stringify(base)});
         if (i % 2 === 1) await removeWorktree(home, worktree);
       }`,
    );
    const run = () => promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), file]);
    await Promise.all([run(), run()]);
    // One of this test, three that stay of each process.
    expect(readdirSync(home.worktrees).filter((name) => !name.startsWith('.'))).toHaveLength(7);
    await git(['fsck', '--strict'], { cwd: repository.path });
  });
});

describe('removeWorktree', () => {
  test('leaves nothing, also of one that was deleted by hand, or removed before', async () => {
    const { home, repository, base } = await withWorktree();
    for (const byHand of [false, true]) {
      const worktree = await addWorktree({ repository, commit: base, home, key: 'k' });
      if (byHand) rmSync(worktree.path, { recursive: true });
      await removeWorktree(home, worktree);
      await removeWorktree(home, worktree);
      expect(existsSync(worktree.path)).toBe(false);
      expect(existsSync(join(repository.path, 'worktrees', worktree.id))).toBe(false);
      expect(await findWorktree({ home, key: 'k' })).toBeUndefined();
    }
  });

  test('removes read-only folders and does not follow links', async () => {
    const { home, worktree, dir } = await withWorktree();
    write(worktree.path, { 'cache/deep/file': 'x' });
    chmodSync(join(worktree.path, 'cache/deep'), 0o555);
    chmodSync(join(worktree.path, 'cache'), 0o555);
    symlinkSync(dir, join(worktree.path, 'user'));
    await removeWorktree(home, worktree);
    expect(existsSync(worktree.path)).toBe(false);
    expect(existsSync(join(dir, 'src/a.js'))).toBe(true);
  });
});

describe('reclaimWorktrees', () => {
  test('removes what nothing uses, and keeps the rest', async () => {
    const { home, repository, base, worktree: unkeyed } = await withWorktree();
    const used = await addWorktree({ repository, commit: base, home, key: 'used' });
    const unused = await addWorktree({ repository, commit: base, home, key: 'unused' });
    const gone = await addWorktree({ repository, commit: base, home, key: 'gone' });
    rmSync(gone.path, { recursive: true });
    const reclaimed = await reclaimWorktrees(home, ({ key }) => key === 'used');
    expect(reclaimed.sort()).toEqual([unkeyed.id, unused.id, gone.id].sort());
    expect(readdirSync(join(repository.path, 'worktrees'))).toEqual([used.id]);
    expect(await git(['status', '--porcelain'], inWorktree(used))).toBe('');
    expect(await findWorktree({ home, key: 'unused' })).toBeUndefined();
  });

  test('cleans up after a git that was killed while it checked out', async () => {
    const files = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`f${index}.txt`, 'x'.repeat(2000)]));
    const { home, repository, base } = await withWorktree(files);
    const path = join(home.worktrees, '0123456789abcdef');
    const child = spawn('git', ['worktree', 'add', '--detach', path, base], { cwd: repository.path, stdio: 'ignore', detached: true });
    const ended = once(child, 'exit');
    await expect.poll(() => existsSync(join(path, '.git')), { interval: 1 }).toBe(true);
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // It was quicker: then the whole worktree is there to be reclaimed.
    }
    await ended;
    expect(await reclaimWorktrees(home, ({ id }) => id !== '0123456789abcdef')).toEqual(['0123456789abcdef']);
    expect(existsSync(path)).toBe(false);
    const again = await addWorktree({ repository, commit: base, home });
    expect(await git(['status', '--porcelain'], inWorktree(again))).toBe('');
  });
});

describe('applyCandidate', () => {
  test('keeps line ends, byte order mark, a missing last newline and the mode', async () => {
    const text = '\uFEFFfirst\r\nsecond é😀\r\nthird';
    const dir = userRepository({ 'a b.js': text });
    chmodSync(join(dir, 'a b.js'), 0o755);
    const commit = commitAllOf(dir, 'executable');
    const { home, repository } = await prepared(dir);
    const worktree = await addWorktree({ repository, commit, home });
    await applyCandidate(worktree, edits(edit('a b.js', text, 'second é😀', '2'), edit('a b.js', text, 'third', '3')));
    expect(readFileSync(join(worktree.path, 'a b.js'), 'utf8')).toBe('\uFEFFfirst\r\n2\r\n3');
    expect(lstatSync(join(worktree.path, 'a b.js')).mode & 0o777).toBe(0o755);
  });

  test('changes nothing when one of several files no longer holds the text', async () => {
    const { worktree } = await withWorktree({ 'a.js': 'one\n', 'b.js': 'two\n' });
    expect(await codeOf(applyCandidate(worktree, edits(edit('a.js', 'one\n', 'one', '1'), edit('b.js', 'won\n', 'won', '2'))))).toBe('PL_DOES_NOT_APPLY');
    expect(readFileSync(join(worktree.path, 'a.js'), 'utf8')).toBe('one\n');
  });

  test('can be repeated after an attempt that was cut off', async () => {
    const { worktree } = await withWorktree({ 'a.js': 'one\n', '.gitignore': 'kept\n' });
    const change = edits(edit('a.js', 'one\n', 'one', '1'));
    await applyCandidate(worktree, change);
    write(worktree.path, { 'left/over.js': 'x', kept: 'k', 'node_modules/m.js': 'm' });
    await applyCandidate(worktree, change);
    expect(readFileSync(join(worktree.path, 'a.js'), 'utf8')).toBe('1\n');
    expect(readdirSync(worktree.path).sort()).toEqual(['.git', '.gitignore', 'a.js', 'kept', 'node_modules']);
  });

  test.each(['../outside.js', '/etc/passwd', '.git/config', 'sub/.GIT/hooks/x', 'link.js', 'linked/a.js', 'a\\b.js', 'src/./a.js', ''])('refuses the path %j', async (file) => {
    const { worktree } = await withWorktree({ 'src/a.js': 'x\n' });
    symlinkSync('src/a.js', join(worktree.path, 'link.js'));
    symlinkSync('src', join(worktree.path, 'linked'));
    await excludeFromCommits(worktree, ['link.js', 'linked']);
    expect(await codeOf(applyCandidate(worktree, edits(edit(file, 'x\n', 'x', 'y'))))).toBe('PL_UNSAFE_PATH');
    expect(readFileSync(join(worktree.path, 'src/a.js'), 'utf8')).toBe('x\n');
  });

  test('refuses a file that is missing or no text', async () => {
    const { worktree } = await withWorktree({ 'latin.txt': Buffer.from([0x61, 0xe9]), 'nul.bin': Buffer.from([0x61, 0]) });
    for (const file of ['latin.txt', 'nul.bin', 'missing.js']) expect(await codeOf(applyCandidate(worktree, edits(edit(file, 'a', 'a', 'b'))))).toBe('PL_DOES_NOT_APPLY');
  });

  test('puts a commit that was made on an earlier champion onto a later one', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}\n`);
    const text = lines.join('');
    const { home, repository, worktree, target, base } = await withWorktree({ 'a.js': text, 'bin.dat': Buffer.from([0, 1, 2]) });
    await applyCandidate(worktree, edits(edit('a.js', text, 'line 2\n', 'agent\n')));
    write(worktree.path, { 'new/é.js': 'n\n', 'bin.dat': Buffer.from([0, 9]) });
    const commit = await repository.commitRef(await commitAll(worktree, 'agent', 0), target.base);
    const other = await addWorktree({ repository, commit: base, home });
    await applyCandidate(other, edits(edit('a.js', text, 'line 25\n', 'champion\n')));
    const champion = await commitAll(other, 'champion', 0);
    const onChampion = await addWorktree({ repository, commit: champion, home });
    await applyCandidate(onChampion, { kind: 'commit', commit });
    const merged = await commitAll(onChampion, 'merged', 0);
    expect((await repository.readFileAt(merged, 'a.js')).toString()).toBe(text.replace('line 2\n', 'agent\n').replace('line 25\n', 'champion\n'));
    expect([...(await repository.readFileAt(merged, 'bin.dat'))]).toEqual([0, 9]);
    expect(await repository.listFiles(merged)).toContain('new/é.js');

    const clash = await addWorktree({ repository, commit: base, home });
    await applyCandidate(clash, edits(edit('a.js', text, 'line 2\n', 'clash\n')));
    const onClash = await addWorktree({ repository, commit: await commitAll(clash, 'clash', 0), home });
    await expect(applyCandidate(onClash, { kind: 'commit', commit })).rejects.toMatchObject({ code: 'PL_DOES_NOT_APPLY', where: 'a.js' });
    expect(await git(['status', '--porcelain'], inWorktree(onClash))).toBe('');
  });
});

describe('commitAll', () => {
  test('makes the same commit again, whatever was committed in between', async () => {
    const { worktree, repository, base } = await withWorktree({ 'a.js': '1\n', 'gone.js': 'x\n' });
    write(worktree.path, { 'a.js': '2\n', 'new.js': 'n\n', 'node_modules/x/i.js': 'x', 'pkg/__pycache__/a.pyc': 'x' });
    rmSync(join(worktree.path, 'gone.js'));
    const commit = await commitAll(worktree, 'A title\n\nAnd why.', 1_700_000_000_500);
    expect(await commitAll(worktree, 'A title\n\nAnd why.', 1_700_000_000_500)).toBe(commit);
    userGit(worktree.path, 'add', '-A');
    userGit(worktree.path, 'commit', '-q', '-m', 'an agent commits by itself');
    rmSync(join(worktree.path, 'pkg'), { recursive: true });
    userGit(worktree.path, 'update-index', '--assume-unchanged', 'a.js');
    expect(await commitAll(worktree, 'A title\n\nAnd why.', 1_700_000_000_500)).toBe(commit);
    expect(await git(['log', '-1', '--format=%an <%ae> %at %P %B', commit], { cwd: repository.path })).toBe(`perfloop <perfloop@localhost> 1700000000 ${base} A title\n\nAnd why.\n`);
    expect((await repository.changedPaths(base, commit)).map(({ path }) => path)).toEqual(['a.js', 'gone.js', 'new.js']);
  });

  test('refuses a change of nothing', async () => {
    const { worktree } = await withWorktree();
    expect(await codeOf(commitAll(worktree, 'x', 0))).toBe('PL_NOTHING_CHANGED');
  });
});

describe('linkInto', () => {
  async function withData() {
    const all = await withWorktree({ 'a.js': '1\n', '.gitignore': 'data/\n' });
    write(all.dir, { 'data/set one/x.bin': 'weights', '.env': 'A=1\n' });
    return all;
  }

  test('links data, hashes it, and keeps it out of commits', async () => {
    const { dir, worktree } = await withData();
    const before = await linkInto(worktree, dir, ['data/set one/', '.env']);
    expect(before).toMatchObject([{ item: 'data/set one', source: join(dir, 'data/set one'), bytes: 7, hashed: 'content' }, { item: '.env', bytes: 4 }]);
    expect(readlinkSync(join(worktree.path, '.env'))).toBe(join(dir, '.env'));
    expect(readFileSync(join(worktree.path, 'data/set one/x.bin'), 'utf8')).toBe('weights');
    expect(await codeOf(commitAll(worktree, 'x', 0))).toBe('PL_NOTHING_CHANGED');
    expect(await linkInto(worktree, dir, ['data/set one/', '.env'])).toEqual(before);
    writeFileSync(join(dir, 'data/set one/x.bin'), 'Weights');
    expect((await linkInto(worktree, dir, ['data/set one', '.env']))[0]?.sha).not.toBe(before[0]?.sha);
  });

  test.each([
    ['missing', 'PL_LINK_MISSING'],
    ['a.js', 'PL_LINK_IN_THE_WAY'],
    ['../x', 'PL_LINK_PATH'],
    ['.git', 'PL_LINK_PATH'],
  ])('refuses %s', async (item, code) => {
    const { dir, worktree } = await withData();
    expect(await codeOf(linkInto(worktree, dir, [item]))).toBe(code);
  });

  test('does not link through a symlink of the worktree', async () => {
    const { dir, worktree }: { dir: string; worktree: Worktree } = await withData();
    const outside = temporaryFolder();
    mkdirSync(join(dir, 'out'));
    write(dir, { 'out/x': 'x' });
    symlinkSync(outside, join(worktree.path, 'out'));
    expect(await codeOf(linkInto(worktree, dir, ['out/x']))).toBe('PL_LINK_IN_THE_WAY');
    expect(readdirSync(outside)).toEqual([]);
  });
});
