import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, availableParallelism, cpus, hostname, loadavg, platform, release, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { PerfloopError } from '../core/errors.js';
import { containerLimits, type ContainerLimits } from './container-limits.js';

const execFileAsync = promisify(execFile);

/** What a measurement depends on besides the code. Holds no names of people, hosts or paths. */
export interface Fingerprint {
  v: 1;
  cpu: { model: string; cores: number; usable: number; /** Frequency governor. */ governor: string | null; turbo: boolean | null };
  memoryBytes: number;
  os: { platform: string; arch: string; kernel: string };
  container: ContainerLimits;
  /** Load averages over 1, 5 and 15 minutes. */
  load: number[];
  /** What `--version` says; programs that are not there are left out. */
  versions: Record<string, string>;
  gpus: { name: string; driver: string; memory: string }[];
  /** Hash of the host's name: tells hosts apart without naming them. */
  host: string;
}

export async function environmentFingerprint(): Promise<Fingerprint> {
  const processors = cpus();
  return {
    v: 1,
    cpu: { model: processors[0]?.model.trim() ?? 'unknown', cores: processors.length, usable: availableParallelism(), governor: readLine('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'), turbo: turbo() },
    memoryBytes: totalmem(),
    os: { platform: platform(), arch: arch(), kernel: release() },
    container: containerLimits(),
    load: loadavg(),
    versions: await versions(),
    gpus: await gpus(),
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

/** Null where the machine does not say. */
function turbo(): boolean | null {
  const noTurbo = readLine('/sys/devices/system/cpu/intel_pstate/no_turbo');
  if (noTurbo !== null) return noTurbo === '0';
  const boost = readLine('/sys/devices/system/cpu/cpufreq/boost');
  return boost === null ? null : boost === '1';
}

async function versions(): Promise<Record<string, string>> {
  const [git, python3] = await Promise.all([firstLine('git', ['--version']), firstLine('python3', ['--version'])]);
  return { node: process.version, ...(git === null ? {} : { git }), ...(python3 === null ? {} : { python3 }) };
}

async function gpus(): Promise<Fingerprint['gpus']> {
  const said = await output('nvidia-smi', ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader']);
  return (said ?? '')
    .split('\n')
    .map((line) => line.split(',').map((field) => field.trim()))
    .flatMap(([name, driver, memory]) => (name === undefined || driver === undefined || memory === undefined ? [] : [{ name, driver, memory }]));
}

async function firstLine(program: string, args: string[]): Promise<string | null> {
  return (await output(program, args))?.split('\n')[0]?.trim() ?? null;
}

/** Null when the program is not there or does not answer. */
async function output(program: string, args: string[]): Promise<string | null> {
  try {
    return (await execFileAsync(program, args, { timeout: 10_000 })).stdout;
  } catch {
    return null;
  }
}

function readLine(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}
