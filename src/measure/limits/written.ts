import { statSync } from 'node:fs';
import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Size } from '../../core/config/size.js';
import { namelessBytes } from './used.js';

/** What a command may write to, and how much. */
export interface Writable {
  /** Absolute. What lies in one of them alone counts; links are not followed. */
  folders: readonly string[];
  /** Files that were changed from then on count, by the clock of the file system: milliseconds. */
  since: number;
  allowed: Size;
}

/** A command wrote more than it may. */
export interface Overwritten {
  bytes: number;
  allowedBytes: number;
}

interface FileSystem {
  device: number;
  folders: string[];
  allowedBytes: number;
  /** The most that was ever free. */
  mostFree: number;
}

/** Others can free as much as a command writes: files are looked at now and then in any case, and hardly any time goes into that. */
const least = { pauseMs: 15_000, pauseFactor: 50 };

/** Watches what a command writes. The files are looked at where their file system has lost half as much as it may write, and now and then. */
export class WrittenFiles {
  #dueAt = performance.now() + least.pauseMs;

  private constructor(
    private readonly systems: readonly FileSystem[],
    private readonly since: number,
  ) {}

  static async begin({ folders, since, allowed }: Writable): Promise<WrittenFiles> {
    const systems = new Map<number, FileSystem>();
    for (const folder of folders) {
      const device = statSync(folder, { throwIfNoEntry: false })?.dev;
      if (device === undefined) continue;
      const known = systems.get(device);
      if (known !== undefined) known.folders.push(folder);
      else {
        const free = await freeBytes(folder);
        systems.set(device, { device, folders: [folder], mostFree: free, allowedBytes: 'bytes' in allowed ? allowed.bytes : Math.round(allowed.share * free) });
      }
    }
    return new WrittenFiles([...systems.values()], since);
  }

  /** `pids` gives the processes of the command: they may have files open that have no name. */
  async overwritten(pids: () => readonly number[]): Promise<Overwritten | null> {
    const began = performance.now();
    const due = began >= this.#dueAt;
    for (const system of this.systems) {
      const free = await freeBytes(system.folders[0] ?? '/');
      system.mostFree = Math.max(system.mostFree, free);
      if (!due && system.mostFree - free < system.allowedBytes / 2) continue;
      const bytes = (await bytesBelow(system, this.since)) + namelessBytes(pids(), system.device);
      if (bytes > system.allowedBytes) return { bytes, allowedBytes: system.allowedBytes };
    }
    if (due) this.#dueAt = performance.now() + Math.max(least.pauseMs, (performance.now() - began) * least.pauseFactor);
    return null;
  }
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Files with several names count once. Stops as soon as it is too much. */
async function bytesBelow({ device, folders, allowedBytes }: FileSystem, since: number): Promise<number> {
  const seen = new Set<number>();
  const todo = [...folders];
  let bytes = 0;
  for (let folder = todo.pop(); folder !== undefined && bytes <= allowedBytes; folder = todo.pop()) {
    const inside = folder;
    // What goes away meanwhile takes nothing any more.
    for (const entry of await readdir(inside, { withFileTypes: true }).catch(() => [])) {
      const path = join(inside, entry.name);
      if (entry.isDirectory()) todo.push(path);
      else if (entry.isFile()) {
        const file = await lstat(path).catch(() => null);
        if (file === null || file.ctimeMs < since || file.dev !== device || seen.has(file.ino)) continue;
        if (file.nlink > 1) seen.add(file.ino);
        bytes += file.blocks * 512;
      }
    }
  }
  return bytes;
}
