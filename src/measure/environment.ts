import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, hostname, loadavg, platform, release } from 'node:os';
import { dirname } from 'node:path';
import { z } from 'zod';
import { PerfloopError } from '../core/errors.js';
import { commandEnvironment } from './command-environment.js';
import { containerLimits } from './container-limits.js';
import type { Fingerprint } from './fingerprint.js';
import { readGpus } from './gpu.js';
import { addressRandomization, readCpu, readMemory } from './machine.js';
import { toolsNamedIn, toolVersions } from './tool-versions.js';

/** `commands`: those of the target, to know which programs it uses; they are looked for on the PATH that commands get. */
export async function environmentFingerprint(commands: readonly string[] = []): Promise<Fingerprint> {
  const [versions, gpus] = await Promise.all([toolVersions(['git', 'python3', ...toolsNamedIn(commands)], { ...process.env, ...commandEnvironment() }), readGpus()]);
  return {
    v: 1,
    cpu: readCpu(),
    ...readMemory(),
    addressRandomization: addressRandomization(),
    os: { platform: platform(), arch: arch(), kernel: release() },
    container: containerLimits(),
    load: loadavg(),
    versions: { perfloop: `on node ${process.version}`, ...versions },
    gpus,
    host: createHash('sha256').update(hostname()).digest('hex').slice(0, 12),
  };
}

const identitySchema = z.object({ id: z.string().regex(/^[0-9a-f]{12}$/) });

/**
 * The stable identity of this host, made at random on first use and kept in the home. Safe when several processes ask
 * first at once. Throws PL_HOST_FILE when the file is damaged.
 */
export async function hostIdentity(home: { hostFile: string }): Promise<{ id: string }> {
  const there = await readIdentity(home.hostFile);
  if (there) return there;
  await mkdir(dirname(home.hostFile), { recursive: true });
  const own = `${home.hostFile}.${String(process.pid)}.${randomUUID()}`;
  await writeFile(own, `${JSON.stringify({ id: randomUUID().replaceAll('-', '').slice(0, 12) })}\n`);
  try {
    // A link fails where the file exists: whoever is first decides.
    await link(own, home.hostFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(own, { force: true });
  }
  return hostIdentity(home);
}

async function readIdentity(file: string): Promise<{ id: string } | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return { id: identitySchema.parse(JSON.parse(text)).id };
  } catch (cause) {
    throw new PerfloopError('PL_HOST_FILE', 'The file that names this host is damaged.', { where: file, fix: 'Delete it; the host then gets a new identity.', cause });
  }
}
