import { constants, accessSync, copyFileSync, existsSync, renameSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { binaryName, databaseFile, databaseRecord, pinnedVersion, probeBinary, type DatabaseRecord } from './binary-version.js';

export type BinarySource = 'setting' | 'home' | 'path' | 'download' | 'build';

export interface ServerBinary {
  path: string;
  source: BinarySource;
}

export interface PlacesRequest {
  home: Home;
  /** PERFLOOP_TEMPORAL_BIN names a binary. */
  env: NodeJS.ProcessEnv;
}

/** Why a place gave nothing. */
export type Found = { path: string } | { reason: string };

/**
 * Looks at the places where a binary may be: the setting, the homes' caches, PATH. A database stays with the server
 * version that made it. Writes nothing. Throws PL_TEMPORAL_BINARY for a setting that does not work.
 */
export async function existingBinary(request: PlacesRequest): Promise<ServerBinary | { home: string; path: string }> {
  const made = databaseRecord(request.home);
  const setting = request.env['PERFLOOP_TEMPORAL_BIN'];
  if (setting) return { path: await fromSetting(setting, made, request.home), source: 'setting' };
  const cached = await fromCaches(request, made);
  if ('path' in cached) return { path: cached.path, source: 'home' };
  const found = await fromPath(request, made);
  return 'path' in found ? { path: found.path, source: 'path' } : { home: cached.reason, path: found.reason };
}

async function fromSetting(path: string, made: DatabaseRecord | null, home: Home): Promise<string> {
  const reason = await unfit(path, made);
  if (reason === null) return path;
  throw new PerfloopError('PL_TEMPORAL_BINARY', `the Temporal server that is set cannot be used: ${reason}`, {
    where: `PERFLOOP_TEMPORAL_BIN=${path}`,
    fix: made ? `Unset it, or move ${databaseFile(home)}* away: its open runs are lost, what the store holds is not.` : 'Unset it, or name the `temporal` command of the Temporal CLI.',
  });
}

/** The place that others fill while one waits for the lock. */
export async function fromCaches(request: PlacesRequest, made: DatabaseRecord | null): Promise<Found> {
  const folders = cacheFolders(request);
  const names = [...new Set([...(made ? [made.binary] : []), binaryName(pinnedVersion)])];
  const reasons: string[] = [];
  for (const folder of folders) {
    for (const name of names) {
      const path = join(folder, name);
      if (!existsSync(path)) continue;
      // Complete files only are moved here, and the name carries the version: no need to ask the file that made the database.
      const reason = made && name === made.binary ? null : await unfit(path, made);
      if (reason === null) return { path };
      reasons.push(reason);
    }
  }
  return { reason: reasons.join('; ') || `no ${names.join(' or ')} in ${folders.join(' or ')}` };
}

/** The home's own, and that of the default home, which is only read. */
function cacheFolders({ home, env }: PlacesRequest): string[] {
  const defaultHome = join(env['HOME'] || homedir(), '.perfloop', 'temporal', 'bin');
  return [...new Set([join(home.temporal, 'bin'), defaultHome])];
}

async function fromPath(request: PlacesRequest, made: DatabaseRecord | null): Promise<Found> {
  const path = onPath('temporal', request.env);
  if (path === null) return { reason: 'no `temporal` on PATH' };
  const reason = await unfit(path, made);
  if (reason !== null) return { reason };
  return { path };
}

/** Copies what PATH holds into the home: an upgrade of the system's one must not orphan the database. */
export async function keepCopy(path: string, home: Home): Promise<string> {
  const probe = await probeBinary(path);
  if (!probe.ok) throw new Error(probe.reason);
  const kept = join(home.temporal, 'bin', binaryName(probe.version));
  if (existsSync(kept)) return kept;
  copyFileSync(path, `${kept}.${process.pid}`, constants.COPYFILE_FICLONE);
  renameSync(`${kept}.${process.pid}`, kept);
  return kept;
}

export function onPath(command: string, env: NodeJS.ProcessEnv): string | null {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      if (folder !== '' && statSync(path).isFile()) return path;
    } catch {
      // Not here.
    }
  }
  return null;
}

/** Null when the binary works and suits the database. */
export async function unfit(path: string, made: DatabaseRecord | null): Promise<string | null> {
  const probe = await probeBinary(path);
  if (!probe.ok) return probe.reason;
  return made ? otherVersion(path, probe.server, made) : null;
}

function otherVersion(path: string, server: string, made: DatabaseRecord): string | null {
  return server === made.server ? null : `${basename(path)} holds server ${server}, and the database was made by ${made.server}`;
}
