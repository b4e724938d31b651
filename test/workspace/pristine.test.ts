import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { homeOfWorktree } from '../../src/workspace/open-worktree.js';
import { Pristine } from '../../src/workspace/pristine/pristine.js';
import { hashEverything, shareRepository, temporaryFolder, write } from './fixture.js';

const shared = await shareRepository({ 'src/a.js': 'export const a = 1;\n', 'src/deep/b.js': 'b\n', 'run.sh': '#!/bin/sh\n', 'test/a.test.js': 'check\n' });
afterAll(() => shared.remove());

/** A worktree with what a build made, and a home; both as they were built. */
async function built(mayStay: string[] = []) {
  const { home } = shared;
  const worktree = await shared.open();
  write(worktree.path, { 'out/program': 'built\n', 'out/data/large': Buffer.alloc(9 << 20, 1), 'src/a.js': 'export const a = 1; // stamped by the build\n' });
  symlinkSync('program', join(worktree.path, 'out', 'latest'));
  const itsHome = homeOfWorktree(home, worktree.id);
  write(itsHome, { '.cache/tool/state': 'as built\n' });
  const pristine = await Pristine.of(home, worktree, mayStay);
  return { worktree, pristine, itsHome, at: (...path: string[]) => join(worktree.path, ...path), again: () => Pristine.of(home, worktree, mayStay) };
}

const whole = (...folders: string[]): string[] => folders.map((folder) => hashEverything(folder, { times: false }));

describe('a worktree as it was built', () => {
  test('loses what is new: files, folders, links, in its home too', async () => {
    const { worktree, pristine, itsHome, at } = await built();
    const before = whole(worktree.path, itsHome);
    write(worktree.path, { 'memo.json': '{}', 'src/__pycache__/a.pyc': 'x', 'new/deep/file': 'x', '.hidden': 'x' });
    const outside = temporaryFolder();
    write(outside, { precious: 'p' });
    symlinkSync(outside, at('out', 'elsewhere'));
    write(itsHome, { '.cache/other/memo': 'x', '.profile': 'x' });
    expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
    expect(whole(worktree.path, itsHome)).toEqual(before);
    expect(readdirSync(outside)).toEqual(['precious']);
  });

  test('is the same for all that ask for it at once, though the first has begun to write meanwhile', async () => {
    const { home } = shared;
    const worktree = await shared.open();
    const asked = [Pristine.of(home, worktree, [])];
    const first = { made: false };
    void asked[0]?.finally(() => (first.made = true)).catch(() => undefined);
    for (; !first.made; await nextTurn()) if (asked.length < 50) asked.push(Pristine.of(home, worktree, []));
    write(worktree.path, { 'memo.json': '{}' });
    for (const pristine of await Promise.all(asked)) expect(pristine.has('memo.json')).toBe(false);
    expect((await Pristine.of(home, worktree, [])).has('memo.json')).toBe(false);
  });

  test.each<[string, (at: (...path: string[]) => string) => void, string[]]>([
    ['a file of the commit', (at) => writeFileSync(at('src', 'deep', 'b.js'), 'changed\n'), ['src/deep/b.js']],
    ['a file that the build changed', (at) => writeFileSync(at('src', 'a.js'), 'export const a = 1;\n'), ['src/a.js']],
    ['a file that the build made', (at) => writeFileSync(at('out', 'program'), 'patched'), ['out/program']],
    ['a mode', (at) => chmodSync(at('run.sh'), 0o755), ['run.sh']],
    ['a link', (at) => { rmSync(at('out', 'latest')); symlinkSync('/bin/sh', at('out', 'latest')); }, ['out/latest']],
    ['a file that is gone', (at) => rmSync(at('test', 'a.test.js')), ['test/a.test.js']],
    ['a file that is a folder', (at) => { rmSync(at('run.sh')); mkdirSync(at('run.sh', 'x'), { recursive: true }); }, ['run.sh']],
    ['a folder that is gone', (at) => rmSync(at('src', 'deep'), { recursive: true }), ['src/deep', 'src/deep/b.js']],
    ['a folder that is a link', (at) => { renameSync(at('src', 'deep'), at('src', 'shallow')); symlinkSync('shallow', at('src', 'deep')); }, ['src/deep', 'src/deep/b.js']],
    ['a folder that cannot be read, with something new in it', (at) => { writeFileSync(at('src', 'deep', 'memo'), 'x'); chmodSync(at('src', 'deep'), 0o000); }, ['src/deep']],
  ])('gets %s back, and tells it', async (_, change, changed) => {
    const { worktree, pristine, at } = await built();
    const before = whole(worktree.path);
    change(at);
    expect(await pristine.restore()).toEqual({ changed, touched: [], written: [] });
    expect(whole(worktree.path)).toEqual(before);
    expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
  });

  const raw = (folder: string, ...names: string[]): Buffer => Buffer.concat([Buffer.from(folder), ...names.map((name) => Buffer.from(`/${name}`, 'latin1'))]);
  const namesIn = (folder: string): string[] => readdirSync(folder, { encoding: 'buffer' }).map((name) => name.toString('latin1')).sort();

  test('loses what has a name that is not UTF-8', async () => {
    const { worktree, pristine, itsHome } = await built();
    const before = whole(worktree.path, itsHome);
    writeFileSync(raw(worktree.path, '\xffmemo'), '{}');
    mkdirSync(raw(worktree.path, 'out', 'd\xfe'));
    writeFileSync(raw(worktree.path, 'out', 'd\xfe', 'x'), '{}');
    mkdirSync(raw(itsHome, '\xe9'));
    expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
    expect(whole(worktree.path, itsHome)).toEqual(before);
  });

  test('tells that what was built with such a name changed, and removes what is new beside it', async () => {
    const { home } = shared;
    const worktree = await shared.open();
    mkdirSync(raw(worktree.path, 'd\xe9'));
    for (const name of ['kept\xff', 'same']) writeFileSync(raw(worktree.path, 'd\xe9', name), 'built');
    const pristine = await Pristine.of(home, worktree, []);
    expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
    writeFileSync(raw(worktree.path, 'd\xe9', 'kept\xff'), 'memo');
    writeFileSync(raw(worktree.path, 'd\xe9', 'more'), 'memo');
    expect(await pristine.restore()).toEqual({ changed: ['d\uFFFD/kept\uFFFD'], touched: [], written: [] });
    expect(namesIn(worktree.path)).toContain('d\xe9');
    expect(readdirSync(raw(worktree.path, 'd\xe9'), { encoding: 'buffer' }).map((name) => name.toString('latin1')).sort()).toEqual(['kept\xff', 'same']);
  });

  test('loses a tree that is deeper than a path may be long', async () => {
    const { worktree, pristine } = await built();
    const before = whole(worktree.path);
    const deep = "const fs = require('node:fs'); for (let i = 0; i < 30; i++) { const name = 'd'.repeat(200); fs.mkdirSync(name); process.chdir(name); } fs.writeFileSync('memo', 'memo');";
    expect(spawnSync(process.execPath, ['-e', deep], { cwd: worktree.path }).status).toBe(0);
    expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
    expect(whole(worktree.path)).toEqual(before);
  });

  test('loses nothing that lies behind a link which stands in the place of a folder', async () => {
    const { worktree, pristine, at, itsHome } = await built();
    const before = whole(itsHome);
    rmSync(at('src'), { recursive: true });
    symlinkSync(itsHome, at('src'));
    await pristine.restore();
    expect(whole(itsHome)).toEqual(before);
    expect(lstatSync(at('src')).isDirectory()).toBe(true);
    expect(worktree.path).not.toBe(itsHome);
  });

  test('notices a change of the same size whose time was set back', async () => {
    const { pristine, at } = await built();
    const { atime, mtime } = lstatSync(at('src', 'deep', 'b.js'));
    writeFileSync(at('src', 'deep', 'b.js'), 'B\n');
    utimesSync(at('src', 'deep', 'b.js'), atime, mtime);
    expect((await pristine.restore()).changed).toEqual(['src/deep/b.js']);
    expect(readFileSync(at('src', 'deep', 'b.js'), 'utf8')).toBe('b\n');
  });

  test('takes no offence at a file that was written again as it was', async () => {
    const { pristine, at } = await built();
    const paths = ['src/deep/b.js', 'out/program', 'src/a.js'];
    const times = paths.map((path) => lstatSync(at(path)).mtimeMs);
    for (const path of paths) writeFileSync(at(path), readFileSync(at(path)));
    expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
    for (const [index, path] of paths.entries()) expect(lstatSync(at(path)).mtimeMs).toBeCloseTo(times[index] ?? 0, -1);
  });

  const attributes = (code: string, path: string) => spawnSync('python3', ['-c', `import os, sys; ${code}`, path], { encoding: 'utf8' });
  const canHold = attributes('os.setxattr(sys.argv[1], "user.memo", b"1")', shared.home.root).status === 0;

  test.skipIf(!canHold)(`loses what was put into attributes of a file${canHold ? '' : ' (skipped: no python3, or no attributes on this file system)'}`, async () => {
    const { pristine, at } = await built();
    const paths = ['src/deep/b.js', 'out/program'];
    for (const path of paths) expect(attributes('os.setxattr(sys.argv[1], "user.memo", b"result")', at(path)).status).toBe(0);
    await pristine.restore();
    for (const path of paths) expect(attributes('print(os.listxattr(sys.argv[1]))', at(path)).stdout.trim()).toBe('[]');
  });

  test('tells that a file changed which is too large to be copied, and goes on from there', async () => {
    const { pristine, at } = await built();
    writeFileSync(at('out', 'data', 'large'), 'small now');
    expect((await pristine.restore()).changed).toEqual(['out/data/large']);
    expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
  });

  test('is known to a worker that starts again, whatever an execution had left when the first one was killed', async () => {
    const { worktree, at, again } = await built();
    const before = whole(worktree.path);
    write(worktree.path, { 'memo.json': '{}', 'out/program': 'patched' });
    expect(await (await again()).restore()).toEqual({ changed: ['out/program'], touched: [], written: [] });
    expect(whole(worktree.path)).toEqual(before);
    expect(readlinkSync(at('out', 'latest'))).toBe('program');
  });

  test('keeps what it is told to keep, until that changes', async () => {
    const { worktree, pristine, at } = await built();
    const before = whole(worktree.path);
    write(worktree.path, { 'cache/compiled': 'code', 'cache/results': 'first' });
    expect((await pristine.added()).sort()).toEqual(['cache', 'cache/compiled', 'cache/results']);
    pristine.keep(await pristine.added());
    expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
    expect(pristine.has('cache/compiled')).toBe(true);
    writeFileSync(at('cache', 'results'), 'second');
    expect(await pristine.restore()).toEqual({ changed: [], touched: ['cache/results'], written: [] });
    expect([existsSync(at('cache', 'compiled')), existsSync(at('cache', 'results'))]).toEqual([true, false]);
    rmSync(at('cache'), { recursive: true });
    expect(whole(worktree.path)).toEqual(before);
  });

  test('leaves alone what the config lets stay', async () => {
    const { worktree, pristine, at } = await built(['target/**', '~/.cache/go-build/**']);
    write(worktree.path, { 'target/debug/x': 'x', 'other/x': 'x' });
    await pristine.restore();
    expect([existsSync(at('target', 'debug', 'x')), existsSync(at('other'))]).toEqual([true, false]);
  });
});
