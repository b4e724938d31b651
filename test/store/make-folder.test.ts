import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { makeFolder } from '../../src/store/make-folder.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'perfloop-folder-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
});

it('makes a folder and those above it, and takes one that is there', () => {
  const deep = join(root, 'a', 'b', 'c');
  makeFolder(deep);
  makeFolder(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
});

it('says what the system says of a place where no folder can be', () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow(expect.objectContaining({ code: 'EEXIST' }) as Error);
  expect(() => makeFolder(join(file, 'a', 'b'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }) as Error);
});

it.runIf(process.platform === 'linux')('ends where the system says ENOENT of a folder whose parent exists', () => {
  expect(() => makeFolder('/proc/perfloop/a')).toThrow(expect.objectContaining({ code: 'ENOENT', path: '/proc/perfloop' }) as Error);
});
