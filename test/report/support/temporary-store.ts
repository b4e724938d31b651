import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArtifacts, type ArtifactStore } from '../../../src/store/artifacts.js';

/** A store of its own in a new folder, which is removed after `use`. */
export async function withStore<T>(use: (artifacts: ArtifactStore, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-report-'));
  try {
    return await use(openArtifacts(join(folder, 'artifacts')), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
