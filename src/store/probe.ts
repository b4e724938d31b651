import { randomBytes } from 'node:crypto';
import { PerfloopError } from '../core/errors.js';
import type { ArtifactStore } from './artifacts.js';

export interface Probed {
  /** Milliseconds of writing, reading and removing a small file. */
  writeMs: number;
  readMs: number;
  removeMs: number;
  /** How far the clock of the disk or the bucket is before that of this host. */
  aheadMs: number;
}

/** Writes a small file into a store, reads it back and removes it. Throws PL_ARTIFACTS_UNFIT, and what the store throws. */
export async function probeStore(artifacts: ArtifactStore): Promise<Probed> {
  const shelf = artifacts.shelf();
  const key = `probe/${randomBytes(8).toString('hex')}`;
  const bytes = randomBytes(1024);
  const unfit = (what: string): PerfloopError => new PerfloopError('PL_ARTIFACTS_UNFIT', `the store of artifacts ${what}`, { where: artifacts.place, fix: 'Use another server or disk.' });
  const began = performance.now();
  await shelf.write(key, bytes);
  const written = performance.now();
  if ((await shelf.read(key))?.equals(bytes) !== true) throw unfit('does not give back what was written');
  const read = performance.now();
  let at: number | undefined;
  for await (const file of shelf.list(key)) if (file.key === key) ({ at } = file);
  if (at === undefined) throw unfit('does not list what was written');
  const listed = performance.now();
  await shelf.remove({ key, bytes: bytes.byteLength, at });
  const removed = performance.now();
  return { writeMs: written - began, readMs: read - written, removeMs: removed - listed, aheadMs: at - (Date.now() - (removed - written)) };
}
