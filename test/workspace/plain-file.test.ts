import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPlainFile, readPlainFolder } from '../../src/workspace/plain-file.js';
import { temporaryFolder } from './fixture.js';

const most = { files: 3, bytes: 100 };

test('a plain file is read, up to a size', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  writeFileSync(file, 'text');
  expect(String(await readPlainFile(file, 4))).toBe('text');
  expect(await readPlainFile(file, 3)).toBe('too-large');
});

test('of a pipe, a link, a folder and what is not there nothing is read, and nothing is waited for', async () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  execFileSync('mkfifo', [at('pipe')]);
  writeFileSync(at('file'), 'text');
  symlinkSync(at('file'), at('link'));
  mkdirSync(at('folder'));
  for (const name of ['pipe', 'link', 'folder', 'missing']) expect([name, await readPlainFile(at(name), 100)]).toEqual([name, 'no-file']);
});

test('a folder is read when it holds plain files alone, not too many and not too large', async () => {
  const folder = temporaryFolder();
  for (const name of ['a', 'b']) writeFileSync(join(folder, name), name);
  expect((await readPlainFolder(folder, most))?.map(({ name, content }) => `${name}=${String(content)}`).toSorted()).toEqual(['a=a', 'b=b']);
  expect(await readPlainFolder(folder, { ...most, files: 1 })).toBeNull();
  expect(await readPlainFolder(folder, { ...most, bytes: 1 })).toBeNull();
  truncateSync(join(folder, 'b'), 1e12);
  expect(await readPlainFolder(folder, most)).toBeNull();
});

test('a folder with something else in it, or that is a link, is not read', async () => {
  const folder = temporaryFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  expect(await readPlainFolder(folder, most)).toBeNull();
  const link = join(temporaryFolder(), 'link');
  symlinkSync(temporaryFolder(), link);
  expect(await readPlainFolder(link, most)).toBeNull();
});
