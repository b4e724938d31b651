import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { homeOfWorktree } from '../../src/workspace/open-worktree.js';
import { Pristine } from '../../src/workspace/pristine/pristine.js';
import { protectedRules } from '../../src/workspace/protected-globs.js';
import { codeOf, hashEverything, shareRepository, temporaryFolder, write } from './fixture.js';

// Links that an execution puts in the place of folders, and what lies behind them: nothing there is written or removed.

const shared = await shareRepository({ 'src/deep/b.js': 'b\n', 'bench/data/input': 'base\n', 'bench/run.js': 'run\n' });
afterAll(() => shared.remove());

/** A folder outside with files of the same names as in the worktree, and others; and a check that nothing of it has changed. */
function outsideFolder() {
  const folder = temporaryFolder();
  write(folder, { precious: 'p\n', 'b.js': 'b\n', input: 'base\n', 'run.js': 'run\n', 'data/input': 'other\n', results: 'r\n', 'deep/b.js': 'x\n', '.profile': 'q\n' });
  const before = hashEverything(folder);
  return { folder, expectUntouched: () => expect(hashEverything(folder)).toBe(before) };
}

async function built(mayStay: string[] = []) {
  const worktree = await shared.open();
  write(worktree.path, { 'out/program': 'built\n', 'out/data/large': Buffer.alloc(9 << 20, 1) });
  const itsHome = homeOfWorktree(shared.home, worktree.id);
  write(itsHome, { '.cache/tool/state': 'as built\n' });
  const pristine = await Pristine.of(shared.home, worktree, mayStay, { base: shared.base, rules: protectedRules({ protected: [], editable: [] }) });
  return { worktree, pristine, itsHome, at: (...path: string[]) => join(worktree.path, ...path) };
}

function replace(folder: string, by: string): void {
  rmSync(folder, { recursive: true });
  symlinkSync(by, folder);
}

test.each([
  ['src/deep', ['src/deep', 'src/deep/b.js'], []],
  ['src', ['src', 'src/deep', 'src/deep/b.js'], []],
  ['out', ['out', 'out/data', 'out/data/large', 'out/program'], []],
  ['bench', ['bench', 'bench/data', 'bench/data/input', 'bench/run.js'], ['bench/data/input', 'bench/run.js']],
  ['bench/data', ['bench/data', 'bench/data/input'], ['bench/data/input']],
])('%s as a link to a folder outside is a folder again', async (folder, changed, written) => {
  const { pristine, at } = await built();
  const { folder: outside, expectUntouched } = outsideFolder();
  replace(at(folder), outside);
  const undone = await pristine.restore();
  expect({ changed: undone.changed.sort(), written: undone.written.sort() }).toEqual({ changed, written });
  expect(lstatSync(at(folder)).isDirectory()).toBe(true);
  expectUntouched();
});

test.each(['bench', 'bench/data'])('%s as a link to a folder outside is a folder again when only protected files are put back', async (folder) => {
  const { pristine, at } = await built();
  const { folder: outside, expectUntouched } = outsideFolder();
  replace(at(folder), outside);
  expect((await pristine.restoreProtected()).written).toContain('bench/data/input');
  expect(lstatSync(at(folder)).isDirectory()).toBe(true);
  expectUntouched();
});

test('a kept file is not removed behind a link that stands in the place of a folder which may stay', async () => {
  const { pristine, at } = await built(['cache']);
  const { folder: outside, expectUntouched } = outsideFolder();
  write(at(), { 'cache/results': 'first\n' });
  pristine.keep(await pristine.added());
  expect(pristine.has('cache/results')).toBe(true);
  replace(at('cache'), outside);
  expect(await pristine.restore()).toEqual({ changed: [], touched: ['cache/results'], written: [] });
  expect(existsSync(at('cache'))).toBe(false);
  expectUntouched();
});

test('a kept folder is not emptied behind a link that stands in its place', async () => {
  const { pristine, at } = await built();
  const { folder: outside, expectUntouched } = outsideFolder();
  write(at(), { 'cache/data/input': 'first\n' });
  pristine.keep(await pristine.added());
  replace(at('cache'), outside);
  await pristine.restore();
  expect(existsSync(at('cache'))).toBe(false);
  expectUntouched();
});

test('a file in the place of a folder, and a new folder in the place of a file, are what they were', async () => {
  const { pristine, at } = await built();
  rmSync(at('bench'), { recursive: true });
  writeFileSync(at('bench'), 'no folder');
  rmSync(at('src', 'deep', 'b.js'));
  mkdirSync(at('src', 'deep', 'b.js', 'x'), { recursive: true });
  expect((await pristine.restoreProtected()).written.sort()).toEqual(['bench/data/input', 'bench/run.js']);
  expect((await pristine.restore()).changed).toEqual(['src/deep/b.js']);
  expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
});

test('a link or another folder in the place of the worktree itself is left alone, and said to be another one', async () => {
  for (const instead of [symlinkSync, (from: string, to: string) => renameSync(from, to)]) {
    const { worktree, pristine } = await built();
    const { folder: outside, expectUntouched } = outsideFolder();
    const aside = join(temporaryFolder(), 'aside');
    renameSync(worktree.path, aside);
    instead(outside, worktree.path);
    expect(await codeOf(pristine.restore())).toBe('PL_WORKTREE_GONE');
    if (instead !== symlinkSync) renameSync(worktree.path, outside);
    expectUntouched();
  }
});

test('a link or another folder in the place of its home is left alone', async () => {
  const { pristine, itsHome } = await built();
  const { folder: outside, expectUntouched } = outsideFolder();
  replace(itsHome, outside);
  expect(await codeOf(pristine.restore())).toBe('PL_WORKTREE_GONE');
  expectUntouched();
});

test('a link in the place of a home that there is not is left alone', async () => {
  const worktree = await shared.open();
  const pristine = await Pristine.of(shared.home, worktree, []);
  const { folder: outside, expectUntouched } = outsideFolder();
  const itsHome = homeOfWorktree(shared.home, worktree.id);
  mkdirSync(join(itsHome, '..'), { recursive: true });
  symlinkSync(outside, itsHome);
  expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
  expectUntouched();
});
