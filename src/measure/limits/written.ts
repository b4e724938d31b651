import { lstat, readdir, realpath, stat, statfs } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Size } from '../../core/config/size.js';
import { namelessBytes } from './used.js';

/** What a command may write to, and how much. */
export interface Writable {
  /** Absolute. What lies in one of them alone counts; links are not followed. */
  folders: readonly string[];
  /** Files that were changed from then on count, by the clock of the file system: milliseconds. */
  since: number;
  allowed: Size;
  /** It is timed: files are looked at only where their file system has lost much, since a command that takes a little longer than another one would else be looked at, and the other not. */
  timed: boolean;
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

/** A pause after a look at the files that is so many times as long. */
const pauseFactor = 10;
/** Others can free as much as a command writes: files are looked at now and then in any case, and hardly any time goes into that. */
const least = { pauseMs: 15_000, pauseFactor: 50 };

/** Watches what a command writes. The files are looked at where their file system has lost half as much as it may write, and now and then. */
export class WrittenFiles {
  #dueAt = performance.now() + least.pauseMs;
  #nextAt = 0;

  private constructor(
    private readonly systems: readonly FileSystem[],
    private readonly since: number,
    private readonly timed: boolean,
  ) {}

  static async begin({ folders, since, allowed, timed }: Writable): Promise<WrittenFiles> {
    const systems = new Map<number, FileSystem>();
    for (const folder of await outermost(folders)) {
      const device = await stat(folder).then(({ dev }) => dev, () => undefined);
      const free = device === undefined ? null : await freeBytes(folder);
      if (device === undefined || free === null) continue;
      const known = systems.get(device);
      if (known !== undefined) known.folders.push(folder);
      else systems.set(device, { device, folders: [folder], mostFree: free, allowedBytes: 'bytes' in allowed ? allowed.bytes : Math.round(allowed.share * free) });
    }
    return new WrittenFiles([...systems.values()], since, timed);
  }

  /** `pids` gives the processes of the command: they may have files open that have no name. `hasEnded`: nobody wants to know any more. */
  async overwritten(pids: () => readonly number[], hasEnded: () => boolean): Promise<Overwritten | null> {
    const began = performance.now();
    const due = !this.timed && began >= this.#dueAt;
    let looked = false;
    for (const system of this.systems) {
      const free = await freeBytes(system.folders[0] ?? '/');
      if (free === null) continue;
      system.mostFree = Math.max(system.mostFree, free);
      if (!due && (system.mostFree - free < system.allowedBytes / 2 || began < this.#nextAt)) continue;
      looked = true;
      const bytes = (await bytesBelow(system, this.since, hasEnded)) + namelessBytes(pids(), system.device);
      if (bytes > system.allowedBytes) return { bytes, allowedBytes: system.allowedBytes };
    }
    const tookMs = performance.now() - began;
    if (looked) this.#nextAt = performance.now() + tookMs * pauseFactor;
    if (due) this.#dueAt = performance.now() + Math.max(least.pauseMs, tookMs * least.pauseFactor);
    return null;
  }
}

/** Without those that lie in another one of them, whose files would count twice. What is not there, or may not be entered, is left out of the sandbox too. */
async function outermost(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map(async (folder) => realpath(folder).catch(() => null)));
  const real = [...new Set(found.filter((folder) => folder !== null))];
  return real.filter((folder) => !real.some((other) => other !== folder && folder.startsWith(other.endsWith(sep) ? other : other + sep)));
}

/** Null where the file system does not tell, as some that are memory do not. */
async function freeBytes(folder: string): Promise<number | null> {
  const { blocks, bavail, bfree, bsize } = await statfs(folder);
  // What is kept for root, root may write.
  return blocks === 0 ? null : (process.getuid?.() === 0 ? bfree : bavail) * bsize;
}

/** Files with several names count once. Stops as soon as it is too much. */
async function bytesBelow({ device, folders, allowedBytes }: FileSystem, since: number, hasEnded: () => boolean): Promise<number> {
  const seen = new Set<number>();
  const todo = [...folders];
  let bytes = 0;
  for (let folder = todo.pop(); folder !== undefined && bytes <= allowedBytes; folder = todo.pop()) {
    const inside = folder;
    // What goes away meanwhile takes nothing any more.
    if (hasEnded()) return 0;
    for (const entry of await readdir(inside, { withFileTypes: true }).catch(() => [])) {
      const path = join(inside, entry.name);
      if (entry.isDirectory()) todo.push(path);
      else if (entry.isFile()) {
        if (hasEnded()) return 0;
        const file = await lstat(path).catch(() => null);
        if (file === null || file.ctimeMs < since || file.dev !== device || seen.has(file.ino)) continue;
        if (file.nlink > 1) seen.add(file.ino);
        bytes += file.blocks * 512;
      }
    }
  }
  return bytes;
}
