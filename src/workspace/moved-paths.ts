import type { Dirent } from 'node:fs';
import { chmod, lstat, open, readdir, readlink, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the id of a worktree stands inside files and symlinks that were made in it, relative to the folder looked at. */
export interface IdPlaces {
  /** Byte offsets in each file. */
  files: { path: string; offsets: number[] }[];
  symlinks: string[];
}

const chunkBytes = 1 << 20;
const atOnce = 16;

/**
 * Finds a worktree's id in files made there: virtual environments and build folders hold absolute paths. Ids have equal
 * length, so that another can be written over them in place, in binaries too. Compressed content is not looked into.
 */
export async function findId(root: string, id: string): Promise<IdPlaces> {
  const places: IdPlaces = { files: [], symlinks: [] };
  const needle = Buffer.from(id, 'latin1');
  const look = async (entry: Dirent, path: string) => {
    if (entry.isSymbolicLink()) {
      if ((await readlink(join(root, path))).includes(id)) places.symlinks.push(path);
    } else if (entry.isFile()) {
      const offsets = await offsetsIn(join(root, path), needle);
      if (offsets.length > 0) places.files.push({ path, offsets });
    }
  };
  const visit = async (relative: string): Promise<void> => {
    const entries = (await readdir(join(root, relative), { withFileTypes: true })).map((entry) => ({ entry, path: relative === '' ? entry.name : `${relative}/${entry.name}` }));
    for (let start = 0; start < entries.length; start += atOnce) await Promise.all(entries.slice(start, start + atOnce).map(({ entry, path }) => look(entry, path)));
    for (const { entry, path } of entries) if (entry.isDirectory()) await visit(path);
  };
  await visit('');
  return places;
}

/** Writes a new id over the old one at the places found, in a copy below `root`. Times and modes stay. */
export async function replaceId(root: string, places: IdPlaces, from: string, to: string): Promise<void> {
  if (from.length !== to.length) throw new Error('worktree ids must be of equal length');
  for (const { path, offsets } of places.files) {
    const file = join(root, path);
    const { atime, mtime, mode } = await lstat(file);
    await chmod(file, mode | 0o200);
    const handle = await open(file, 'r+');
    try {
      for (const offset of offsets) await handle.write(Buffer.from(to, 'latin1'), 0, to.length, offset);
    } finally {
      await handle.close();
    }
    await utimes(file, atime, mtime);
    await chmod(file, mode);
  }
  for (const path of places.symlinks) {
    const link = join(root, path);
    const leadsTo = (await readlink(link)).replaceAll(from, to);
    await rm(link);
    await symlink(leadsTo, link);
  }
}

async function offsetsIn(file: string, needle: Buffer): Promise<number[]> {
  const offsets: number[] = [];
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(chunkBytes, (await handle.stat()).size) + needle.length);
    let kept = 0;
    let position = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, kept, buffer.length - kept, position + kept);
      if (bytesRead === 0) return offsets;
      const filled = buffer.subarray(0, kept + bytesRead);
      for (let at = filled.indexOf(needle); at !== -1; at = filled.indexOf(needle, at + needle.length)) offsets.push(position + at);
      // A match may lie across two reads; one that was found whole cannot be found again in the shorter rest.
      const rest = Math.min(filled.length, needle.length - 1);
      filled.copyWithin(0, filled.length - rest);
      position += filled.length - rest;
      kept = rest;
    }
  } finally {
    await handle.close();
  }
}
