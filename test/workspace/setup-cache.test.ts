import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commitAll } from '../../src/workspace/commit-worktree.js';
import { linkInto } from '../../src/workspace/link.js';
import { buildKey, restoreBuild, restoreSetup, saveBuild, saveSetup, setupKey } from '../../src/workspace/setup-cache.js';
import { addWorktree } from '../../src/workspace/worktree.js';
import { codeOf, commitAllOf, prepared, userRepository, write } from './fixture.js';

const command = (run: string) => ({ run, cwd: '.', env: {}, timeout: 1000 });
const lockfiles = ['package-lock.json', 'requirements*.txt'];

async function withTwoWorktrees(files: Record<string, string> = { 'a.js': '1\n', '.gitignore': 'dist/\n' }) {
  const dir = userRepository(files);
  const all = await prepared(dir);
  const add = () => addWorktree({ repository: all.repository, commit: all.base, home: all.home });
  return { dir, ...all, first: await add(), second: await add() };
}

describe('setup cache', () => {
  test('gives a new worktree what the setup made in another, with modes, times, links and its own paths', async () => {
    const { home, first, second } = await withTwoWorktrees();
    expect(await restoreSetup(home, 'key', second)).toBe(false);
    write(first.path, { 'node_modules/a/index.js': 'a\n', 'node_modules/.bin/ünï': `#!${first.path}/venv/python\n`, 'dist/x': 'x', 'single file': 's' });
    const binary = Buffer.concat([Buffer.alloc((1 << 20) - 5, 1), Buffer.from(`${first.path}\0${first.path}`), Buffer.alloc(3_000_000, 2)]);
    write(first.path, { 'node_modules/binary.node': binary });
    chmodSync(join(first.path, 'node_modules/.bin/ünï'), 0o755);
    chmodSync(join(first.path, 'node_modules/binary.node'), 0o444);
    mkdirSync(join(first.path, 'node_modules/empty'));
    symlinkSync('a', join(first.path, 'node_modules/relative'));
    symlinkSync(join(first.path, 'node_modules/a'), join(first.path, 'node_modules/absolute'));
    utimesSync(join(first.path, 'node_modules/.bin/ünï'), 1_600_000_000, 1_600_000_000);
    await saveSetup(home, 'key', first);
    expect(await restoreSetup(home, 'key', second)).toBe(true);

    expect(readFileSync(join(second.path, 'node_modules/.bin/ünï'), 'utf8')).toBe(`#!${second.path}/venv/python\n`);
    expect(lstatSync(join(second.path, 'node_modules/.bin/ünï'))).toMatchObject({ mode: 0o100755, mtimeMs: 1_600_000_000_000 });
    const restored = readFileSync(join(second.path, 'node_modules/binary.node'));
    expect(restored.equals(Buffer.from(binary.toString('latin1').replaceAll(first.id, second.id), 'latin1'))).toBe(true);
    expect(lstatSync(join(second.path, 'node_modules/binary.node')).mode & 0o777).toBe(0o444);
    expect(readlinkSync(join(second.path, 'node_modules/relative'))).toBe('a');
    expect(readlinkSync(join(second.path, 'node_modules/absolute'))).toBe(join(second.path, 'node_modules/a'));
    expect(existsSync(join(second.path, 'node_modules/empty')) && existsSync(join(second.path, 'dist/x')) && existsSync(join(second.path, 'single file'))).toBe(true);
    for (const path of ['node_modules/a/index.js', 'single file']) expect(statSync(join(second.path, path)).nlink).toBe(1);

    // Neither worktree commits what set-up made, and a change in one is not seen in another.
    for (const worktree of [first, second]) expect(await codeOf(commitAll(worktree, 'x', 0))).toBe('PL_NOTHING_CHANGED');
    writeFileSync(join(second.path, 'node_modules/a/index.js'), 'changed');
    expect(readFileSync(join(first.path, 'node_modules/a/index.js'), 'utf8')).toBe('a\n');
  });

  test('shows nothing of a save that was killed, and keeps what came first', async () => {
    const { home, first, second } = await withTwoWorktrees();
    const folder = join(home.cache, 'setup');
    write(folder, { '.new-0011223344556677/files/node_modules/half': 'h' });
    utimesSync(join(folder, '.new-0011223344556677'), 1, 1);
    expect(await restoreSetup(home, 'key', second)).toBe(false);
    write(first.path, { 'made.txt': '1' });
    await saveSetup(home, 'key', first);
    write(second.path, { 'made.txt': '2' });
    await saveSetup(home, 'key', second);
    expect(readdirSync(folder)).toEqual(['key']);
    expect(readFileSync(join(folder, 'key', 'files', 'made.txt'), 'utf8')).toBe('1');
  });

  test('does not lay files through a symlink of the worktree', async () => {
    const { home, dir, first, second } = await withTwoWorktrees();
    write(first.path, { 'dist/x': 'x' });
    await saveSetup(home, 'key', first);
    symlinkSync(dir, join(second.path, 'dist'));
    expect(await restoreSetup(home, 'key', second)).toBe(false);
    expect(existsSync(join(dir, 'x'))).toBe(false);
  });

  test('leaves linked data out', async () => {
    const { home, dir, first, second } = await withTwoWorktrees();
    write(dir, { weights: 'w' });
    await linkInto(first, dir, ['weights']);
    write(first.path, { 'made.txt': '1' });
    await saveSetup(home, 'key', first);
    await linkInto(second, dir, ['weights']);
    expect(await restoreSetup(home, 'key', second)).toBe(true);
    expect(readdirSync(join(home.cache, 'setup', 'key', 'files'))).toEqual(['made.txt']);
  });

  test('keeps the newest', async () => {
    const { home, first } = await withTwoWorktrees();
    for (let index = 0; index < 10; index += 1) {
      await saveSetup(home, `key${index}`, first);
      utimesSync(join(home.cache, 'setup', `key${index}`), 1_600_000_000 + index, 1_600_000_000 + index);
    }
    await saveSetup(home, 'last', first);
    const kept = readdirSync(join(home.cache, 'setup'));
    expect(kept).toHaveLength(8);
    expect(kept).toEqual(expect.arrayContaining(['last', 'key9']));
    expect(kept).not.toContain('key0');
  });
});

describe('keys', () => {
  test('change with the command and the lock files, and with nothing else', async () => {
    const dir = userRepository({ 'package-lock.json': '{}', 'sub/requirements-dev.txt': 'x', 'a.js': '1\n' });
    const { repository, base } = await prepared(dir);
    const key = (commit: string, run = 'npm ci') => setupKey({ repository, commit, command: command(run), lockfiles });
    const commitOf = async (files: Record<string, string>) => {
      write(dir, files);
      commitAllOf(dir, 'x');
      const other = await prepared(dir);
      return { repository: other.repository, base: other.base };
    };
    const first = await key(base);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(await key(base)).toBe(first);
    expect(await key(base, 'npm install')).not.toBe(first);
    const source = await commitOf({ 'a.js': '2\n' });
    expect(await setupKey({ ...source, commit: source.base, command: command('npm ci'), lockfiles })).toBe(first);
    const locked = await commitOf({ 'sub/requirements-dev.txt': 'y' });
    expect(await setupKey({ ...locked, commit: locked.base, command: command('npm ci'), lockfiles })).not.toBe(first);
    const build = { treeHash: 't', command: command('make'), setupKey: first };
    expect(await buildKey(build)).toBe(await buildKey(build));
    expect(await buildKey({ ...build, treeHash: 'u' })).not.toBe(await buildKey(build));
    expect(await buildKey({ ...build, setupKey: null })).not.toBe(await buildKey(build));
  });
});

describe('build cache', () => {
  test('keeps what the build wrote, also over tracked files, and not what was there before', async () => {
    const { home, first, second } = await withTwoWorktrees({ 'a.js': '1\n', 'lib/version.js': 'old\n', '.gitignore': 'dist/\n' });
    const long = new Date(Date.now() - 3_600_000);
    write(first.path, { 'node_modules/x.js': 'x' });
    await expect.poll(() => Date.now() - statSync(join(first.path, 'node_modules/x.js')).ctimeMs).toBeGreaterThan(100);
    const since = Date.now();
    write(first.path, { 'dist/out.js': 'built', 'lib/version.js': 'new\n' });
    utimesSync(join(first.path, 'dist/out.js'), long, long);
    await saveBuild(home, 'key', first, since);
    expect(await restoreBuild(home, 'key', second)).toBe(true);
    expect(readFileSync(join(second.path, 'dist/out.js'), 'utf8')).toBe('built');
    expect(readFileSync(join(second.path, 'lib/version.js'), 'utf8')).toBe('new\n');
    expect(existsSync(join(second.path, 'node_modules'))).toBe(false);
  });
});
