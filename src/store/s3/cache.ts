import { statSync } from 'node:fs';
import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactRef } from '../../core/artifact.js';
import type { FolderStore } from '../artifacts.js';
import { shaOfKey } from '../artifact-ref.js';
import type { Shelved } from '../shelf.js';

/** What was used so recently may be open in some program. */
const inUseMs = 3_600_000;
/** A use is written down at most so often. */
const noteAfterMs = 60_000;
/** So long after another process did it, one that starts makes room. */
const pruneAfterMs = 3_600_000;

/**
 * The artifacts of a bucket that this host has seen: a folder that is kept below `most` bytes by removing what was not used for
 * the longest time. The time of a file is its last use.
 */
export class Cache {
  readonly #folder: FolderStore;
  readonly #most: number;
  /** Its time is that of the last pruning, by whatever process. */
  readonly #note: string;
  #added: number | undefined;
  #pruning: Promise<void> | undefined;

  constructor(folder: FolderStore, most: number) {
    this.#folder = folder;
    this.#most = most;
    this.#note = join(folder.folder, '.pruned');
  }

  /** Notes a use. */
  async used(ref: ArtifactRef): Promise<void> {
    const path = this.#folder.pathOf(ref);
    const now = new Date();
    const found = await stat(path).catch(() => null);
    // One that another process has just removed is fetched again.
    if (found !== null && now.getTime() - found.mtimeMs > noteAfterMs) await utimes(path, now, now).catch(() => undefined);
  }

  /** Notes that so much was added, and now and then makes room, beside other work. */
  added(bytes: number): void {
    // A process that adds little may be one of many.
    this.#added = bytes + (this.#added ?? (this.#isOverdue() ? this.#most : 0));
    if (this.#added < this.#most / 20 || this.#pruning !== undefined) return;
    this.#added = 0;
    this.#pruning = this.prune().catch(() => undefined).finally(() => (this.#pruning = undefined));
  }

  #isOverdue(): boolean {
    const found = statSync(this.#note, { throwIfNoEntry: false });
    return found === undefined || Date.now() - found.mtimeMs > pruneAfterMs;
  }

  async prune(now = Date.now()): Promise<void> {
    const shelf = this.#folder.shelf();
    const files: Shelved[] = [];
    for await (const file of shelf.list()) if (shaOfKey(file.key) !== undefined) files.push(file);
    let kept = 0;
    for (const file of files.sort((a, b) => b.at - a.at)) {
      kept += file.bytes;
      if (kept > this.#most && now - file.at > inUseMs) await shelf.remove(file);
    }
    await writeFile(this.#note, '');
  }
}
