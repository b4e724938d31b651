import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { lstatOf } from '../lstat.js';
import { nameFrom, rawPath } from '../raw-path.js';

/**
 * Everything below a folder, by its path relative to it, with what changes when it does. Of a file that is the time of its
 * last change of any kind (ctime), which a program cannot set; of a link where it leads; of a folder nothing of what is in it.
 */
export type Stamps = Map<string, string>;

/** Other work of this process, its heartbeats, waits no longer. */
const longestTurnMs = 20;

export async function stampsBelow(root: string): Promise<Stamps> {
  const stamps: Stamps = new Map();
  const folders = [''];
  let turnBegan = performance.now();
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(join(root, folder))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      // The type is known: a link takes one call of the system instead of two.
      const stamp = entry.isLink ? linkStamp(join(root, path)) : stampAt(join(root, path));
      if (stamp === undefined) continue;
      stamps.set(path, stamp);
      if (entry.isFolder) folders.push(path);
    }
    if (performance.now() - turnBegan < longestTurnMs) continue;
    await nextTurn();
    turnBegan = performance.now();
  }
  return stamps;
}

/** Of one path; undefined where there is nothing. */
export function stampAt(path: string): string | undefined {
  const found = lstatOf(path);
  if (found === undefined) return undefined;
  if (found.isDirectory()) return `folder ${found.mode}`;
  if (found.isSymbolicLink()) return linkStamp(path);
  return `${found.mode} ${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
}

function linkStamp(path: string): string {
  return `link ${readlinkSync(rawPath(path))}`;
}

/** Which folder it is: another one, or a link, in its place has another. Null where there is no folder. */
export function folderIdentity(path: string): string | null {
  const found = lstatOf(path);
  return found?.isDirectory() === true ? `${found.dev} ${found.ino}` : null;
}

/** The mode of a folder; null: it is none. */
export function folderMode(stamp: string): number | null {
  return stamp.startsWith('folder ') ? Number(stamp.slice('folder '.length)) : null;
}

export function isFile(stamp: string): boolean {
  return folderMode(stamp) === null && linkTarget(stamp) === null;
}

/** When a file was last written. */
export function fileTime(stamp: string): Date {
  return new Date(Number(stamp.split(' ')[3]));
}

/** Where a link leads; null: it is none. */
export function linkTarget(stamp: string): string | null {
  return stamp.startsWith('link ') ? stamp.slice('link '.length) : null;
}

interface Entry {
  name: string;
  isLink: boolean;
  isFolder: boolean;
}

/** Nothing of a folder that cannot be read: nothing that was left in it can be read later either. */
function entriesOf(folder: string): Entry[] {
  try {
    const entries = readdirSync(rawPath(folder), { withFileTypes: true });
    // Decoding loses what is not UTF-8.
    const named = entries.some(({ name }) => name.includes('\uFFFD'))
      ? readdirSync(rawPath(folder), { withFileTypes: true, encoding: 'buffer' }).map((entry) => ({ entry, name: nameFrom(entry.name as unknown as Buffer) }))
      : entries.map((entry) => ({ entry, name: entry.name }));
    return named.map(({ entry, name }) => ({ name, isLink: entry.isSymbolicLink(), isFolder: entry.isDirectory() }));
  } catch {
    return [];
  }
}

/** How what is there differs from what was there. */
export interface Difference {
  added: string[];
  /** Changed, or no longer there. */
  changed: string[];
}

export function differenceOf(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): Difference {
  const added = [...now.keys()].filter((path) => !before.has(path));
  const changed = [...before].filter(([path, stamp]) => now.get(path) !== stamp).map(([path]) => path);
  return { added, changed };
}
