import { copyFile, stat, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Checkout } from './checkout.js';
import { git, gitBytes, type GitOptions, gitResult } from './git.js';
import type { Scratch } from './scratch.js';
import { modes } from './tree.js';

/**
 * Writes the files of the user's working tree, without ignored ones and nested repositories, as a tree that the scratch
 * repository can read, and gives its hash. Index and objects are temporary.
 */
export async function writeWorktree(checkout: Checkout, scratch: Scratch): Promise<string> {
  await copyIndex(checkout, scratch);
  const reading: GitOptions = { ...checkout.git, env: { GIT_INDEX_FILE: scratch.index }, config: { 'index.sparse': 'false' } };
  const writing: GitOptions = { ...reading, env: { GIT_INDEX_FILE: scratch.index, GIT_OBJECT_DIRECTORY: scratch.own } };
  await refresh(reading);
  await copyChangedBlobs(reading, scratch);
  const before = await gitlinks(reading);
  await git(['add', '--all', '--', ':/'], writing);
  const nested = (await gitlinks(reading)).filter((path) => !before.includes(path));
  if (nested.length > 0) await git(['update-index', '--force-remove', '-z', '--stdin'], { ...writing, input: nested.map((path) => `${path}\0`).join('') });
  return git(['write-tree', '--missing-ok'], writing);
}

/** Compares content where times differ, so that `add` finds unchanged files unchanged. It fails where files did change. */
async function refresh(options: GitOptions): Promise<void> {
  await gitResult(['update-index', '-q', '--unmerged', '--ignore-submodules', '--refresh', '--force-write-index'], options);
}

/** Git looks at the line ends of the version in the index when it adds a changed file. */
async function copyChangedBlobs(options: GitOptions, scratch: Scratch): Promise<void> {
  const raw = (await gitBytes(['diff-files', '--raw', '-z', '--no-abbrev', '--ignore-submodules'], options)).toString('utf8');
  const objects = raw.split('\0').flatMap((line) => /^:100\d{3} \d{6} ([0-9a-f]{40}) /.exec(line)?.[1] ?? []);
  if (objects.length > 0) await git(['pack-objects', '-q', join(scratch.own, 'pack', 'pack')], { ...options, input: `${objects.join('\n')}\n` });
}

/**
 * Starts from a copy of the user's index, which knows unchanged files, sparse checkouts and files to be added. The copy is
 * made to look older than it is, so that git compares the content of every file written in the index's own second.
 */
async function copyIndex(checkout: Checkout, scratch: Scratch): Promise<void> {
  const index = resolve(checkout.root, await git(['rev-parse', '--git-path', 'index'], checkout.git));
  const found = await stat(index).catch(() => undefined);
  if (found === undefined) return;
  await copyFile(index, scratch.index);
  const seconds = Math.floor(found.mtimeMs / 1000) - 1;
  await utimes(scratch.index, seconds, seconds);
}

async function gitlinks(options: GitOptions): Promise<string[]> {
  const output = (await gitBytes(['ls-files', '--stage', '-z'], options)).toString('utf8');
  return output.split('\0').flatMap((line) => (line.startsWith(`${modes.submodule} `) ? [line.slice(line.indexOf('\t') + 1)] : []));
}
