import { chmodSync, lstatSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Pristine } from '../../src/workspace/pristine/pristine.js';
import { protectedRules } from '../../src/workspace/protected-globs.js';
import { shareRepository, write } from './fixture.js';

const large = Buffer.alloc(9 << 20, 1);
const shared = await shareRepository({ 'src/a.js': '1\n', 'bench/run.js': 'bench\n', 'bench/data.bin': large, 'test/run.sh': '#!/bin/sh\n' });
afterAll(() => shared.remove());

const protection = { base: shared.base, rules: protectedRules({ protected: [], editable: [] }) };

async function guarded() {
  const worktree = await shared.open();
  // What a build changes of protected files is gone before anything is remembered.
  write(worktree.path, { 'bench/data.bin': 'of the build\n', 'out/program': 'built\n' });
  const pristine = await Pristine.of(shared.home, worktree, [], protection);
  return { pristine, at: (path: string) => join(worktree.path, path) };
}

describe('protected files of a worktree', () => {
  test('are those of the base, and come back from there whatever their size', async () => {
    const { pristine, at } = await guarded();
    expect(readFileSync(at('bench/data.bin')).equals(large)).toBe(true);
    writeFileSync(at('bench/data.bin'), 'smaller\n');
    expect(await pristine.restore()).toEqual({ changed: ['bench/data.bin'], touched: [], written: ['bench/data.bin'] });
    expect(readFileSync(at('bench/data.bin')).equals(large)).toBe(true);
    expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: [] });
  });

  test.each<[string, (at: (path: string) => string) => void]>([
    ['changed and put back, with its time', (at) => {
      const { atime, mtime } = lstatSync(at('bench/run.js'));
      writeFileSync(at('bench/run.js'), 'fast!\n');
      writeFileSync(at('bench/run.js'), 'bench\n');
      utimesSync(at('bench/run.js'), atime, mtime);
    }],
    ['moved away for another one, and back', (at) => {
      renameSync(at('bench/run.js'), at('out/aside'));
      writeFileSync(at('bench/run.js'), 'fast!\n');
      renameSync(at('out/aside'), at('bench/run.js'));
    }],
    ['in a folder that was moved away for another one, and back, with another file in it', (at) => {
      renameSync(at('bench'), at('out/bench'));
      write(at('bench'), { 'run.js': 'fast!\n', 'data.bin': large });
      rmSync(at('out/bench/run.js'));
      renameSync(at('bench/run.js'), at('out/bench/run.js'));
      rmSync(at('bench'), { recursive: true });
      renameSync(at('out/bench'), at('bench'));
      writeFileSync(at('bench/run.js'), 'bench\n');
    }],
  ])('are known to be written when one was %s', async (_, cheat) => {
    const { pristine, at } = await guarded();
    cheat(at);
    expect(await pristine.restore()).toEqual({ changed: [], touched: [], written: ['bench/run.js'] });
    expect(readFileSync(at('bench/run.js'), 'utf8')).toBe('bench\n');
  });

  test('are put back alone where that is asked for, and what else there is stays', async () => {
    const { pristine, at } = await guarded();
    writeFileSync(at('bench/run.js'), 'fast!\n');
    rmSync(at('test/run.sh'));
    chmodSync(at('bench/data.bin'), 0o755);
    write(at(''), { 'src/a.js': '2\n', 'cache/x': 'x\n' });
    const undone = await pristine.restoreProtected();
    expect(undone.written.sort()).toEqual(['bench/data.bin', 'bench/run.js', 'test/run.sh']);
    expect(undone.changed.sort()).toEqual(['bench/data.bin', 'bench/run.js', 'test/run.sh']);
    expect([readFileSync(at('src/a.js'), 'utf8'), readFileSync(at('cache/x'), 'utf8')]).toEqual(['2\n', 'x\n']);
    expect(await pristine.restore()).toEqual({ changed: ['src/a.js'], touched: [], written: [] });
  });
});
