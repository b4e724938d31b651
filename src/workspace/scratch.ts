import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArtifactRef } from '../core/artifact.js';
import type { ArtifactStore } from '../store/artifacts.js';
import { git } from './git.js';

/** A throw-away bare repository that reads the user's objects and takes every write that would otherwise go to theirs. */
export interface Scratch {
  /** The bare repository. */
  path: string;
  /**
   * A second object folder, which the repository reads too, for GIT_OBJECT_DIRECTORY. It does not see the user's objects:
   * git would set the modification time of one of them to now instead of writing the same object again.
   */
  own: string;
  /** A path for a temporary index. */
  index: string;
}

/** Runs `work` with a scratch repository on top of the object folder of another one, and removes it afterwards. */
export async function withScratch<T>(objectsOfUser: string, work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'perfloop-scratch-'));
  try {
    const path = join(folder, 'scratch.git');
    await git(['init', '--quiet', '--bare', path], { cwd: folder });
    const objects = join(path, 'objects');
    const own = join(folder, 'objects');
    await mkdir(join(own, 'pack'), { recursive: true });
    await writeFile(join(objects, 'info', 'alternates'), `${[objectsOfUser, own].map(alternateLine).join('\n')}\n`);
    return await work({ path, own, index: join(folder, 'index') });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Git reads a line that begins with a double quote as a C string, and one that begins with # as a comment. */
function alternateLine(path: string): string {
  return /^[#"]|[\n\r]/.test(path) ? `"${path.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('\n', String.raw`\n`).replaceAll('\r', String.raw`\r`)}"` : path;
}

/**
 * Stores a git bundle with `commit`: its whole history, or without what `prerequisites` reach. The commit must be in the
 * scratch repository or under it, and not be reached by the prerequisites (git refuses an empty bundle).
 */
export async function bundleInto(artifacts: ArtifactStore, scratch: Scratch, commit: string, prerequisites: readonly string[] = []): Promise<ArtifactRef> {
  const file = join(scratch.path, 'out.bundle');
  await git(['update-ref', bundleRef, commit], { cwd: scratch.path });
  // A whole history is worth every core, and is remembered by its commit; a change gives the same bytes each time.
  await git(['bundle', 'create', '--quiet', file, bundleRef, ...prerequisites.map((prerequisite) => `^${prerequisite}`)], { cwd: scratch.path, ...(prerequisites.length === 0 ? { config: { 'pack.threads': '0' } } : {}) });
  return artifacts.putFile('bundle', file);
}

const bundleRef = 'refs/heads/perfloop-bundle';
