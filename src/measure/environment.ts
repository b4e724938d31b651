import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
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

const idSchema = z.string().regex(/^[0-9a-f]{12}$/);

/** `machine` and `file`: where it was written, see `isCopy`. Absent in files of earlier versions. `was`: the host whose home was copied to make this one. */
const identitySchema = z.object({ id: idSchema, machine: z.string().nullable().optional(), file: z.string().optional(), was: idSchema.optional() });
type Identity = z.output<typeof identitySchema>;

export interface HostPlace {
  hostFile: string;
  /** Another than the one of this system, for tests. */
  machineFile?: string;
}

/**
 * The stable identity of this host, made at random on first use and kept in the home. A home that was copied to another
 * machine gets one of its own (`was`: the other's). Safe when several processes ask first at once. Throws PL_HOST_FILE when
 * the file is damaged.
 */
export async function hostIdentity({ hostFile, machineFile = '/etc/machine-id' }: HostPlace): Promise<{ id: string; was?: string }> {
  const machine = await machineHash(machineFile);
  const there = await readIdentity(hostFile);
  if (there === null) {
    await mkdir(dirname(hostFile), { recursive: true });
    await putIdentity(hostFile, { id: randomUUID().replaceAll('-', '').slice(0, 12), machine }, firstOnly);
    return hostIdentity({ hostFile, machineFile });
  }
  const { id, was } = there.identity;
  if (isCopy(there, machine)) {
    // Reckoned, not drawn: all that find out at once come to the same.
    const own = hash(`${id} ${machine ?? ''}`);
    await putIdentity(hostFile, { id: own, machine, was: id }, rename);
    return { id: own, was: id };
  }
  if (there.identity.file === undefined) await putIdentity(hostFile, { id, machine }, rename);
  return { id, ...(was === undefined ? {} : { was }) };
}

/**
 * Neither is enough by itself: a container with a volume has the same file under another machine id at each start, and a home
 * that is put back from a backup is another file on the same machine.
 */
function isCopy({ identity, file }: { identity: Identity; file: string }, machine: string | null): boolean {
  return identity.file !== undefined && identity.file !== file && identity.machine != null && machine !== null && identity.machine !== machine;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Null where the system has none, as macOS and bare containers do. The id itself is not for others to know. */
async function machineHash(file: string): Promise<string | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim() === '' ? null : hash(`perfloop host ${text.trim()}`);
}

/** What a copy does not have: the number of the file, and when it was made. */
async function fileOf(path: string): Promise<string> {
  const { ino, birthtimeMs } = await stat(path);
  return hash(`${ino} ${birthtimeMs}`);
}

async function putIdentity(hostFile: string, identity: Identity, put: (from: string, to: string) => Promise<void>): Promise<void> {
  const own = `${hostFile}.${String(process.pid)}.${randomUUID()}`;
  try {
    await writeFile(own, '');
    await writeFile(own, `${JSON.stringify({ ...identity, file: await fileOf(own) })}\n`);
    await put(own, hostFile);
  } finally {
    await rm(own, { force: true });
  }
}

/** A link fails where the file exists: whoever is first decides. */
async function firstOnly(from: string, to: string): Promise<void> {
  await link(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function readIdentity(path: string): Promise<{ identity: Identity; file: string } | null> {
  try {
    const text = await readFile(path, 'utf8');
    return { identity: identitySchema.parse(JSON.parse(text)), file: await fileOf(path) };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new PerfloopError('PL_HOST_FILE', 'The file that names this host is damaged.', { where: path, fix: 'Delete it; the host then gets a new identity.', cause });
  }
}
