import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PerfloopError } from '../../core/errors.js';
import type { Home } from '../../store/home.js';
import { buildBinary, goPackage } from './binary-build.js';
import { defaultDownloadSite, downloadBinary } from './binary-download.js';
import { existingBinary, fromCaches, keepCopy, onPath, unfit, type BinarySource, type Found, type PlacesRequest, type ServerBinary } from './binary-places.js';
import { binaryName, databaseRecord, pinnedVersion, type DatabaseRecord } from './binary-version.js';
import { tryLock } from './lock.js';
import { whileSaying, type OnProgress } from './progress.js';

export interface BinaryRequest extends PlacesRequest {
  /** PERFLOOP_TEMPORAL_BIN names a binary; PERFLOOP_TEMPORAL_DOWNLOAD a mirror of the download site, or `off`. */
  env: NodeJS.ProcessEnv;
  onProgress: OnProgress;
}

const making = '.making-';

/**
 * Finds the Temporal server's binary, or makes it: the setting, the homes' caches, PATH, the download site, `go install`.
 * Throws PL_TEMPORAL_BINARY for a setting that does not work, and PL_NO_TEMPORAL_SERVER with what was wrong at each place
 * when nothing does.
 */
export async function findBinary(request: BinaryRequest): Promise<ServerBinary> {
  const existing = await existingBinary(request);
  if ('source' in existing) return existing.source === 'path' ? { path: await keepCopy(existing.path, request.home), source: 'path' } : existing;
  const made = databaseRecord(request.home);
  return await oneAtATime(request, async () => {
    // Whoever held the lock before may have made it.
    const meanwhile = await fromCaches(request, made);
    if ('path' in meanwhile) return { path: meanwhile.path, source: 'home' };
    const downloaded = await fromDownload(request, made);
    if ('path' in downloaded) return { path: downloaded.path, source: 'download' };
    const built = await fromGo(request, made);
    if ('path' in built) return { path: built.path, source: 'build' };
    throw notFound(request.home, made, { ...existing, download: downloaded.reason, build: built.reason });
  });
}

async function fromDownload(request: BinaryRequest, made: DatabaseRecord | null): Promise<Found> {
  const site = request.env['PERFLOOP_TEMPORAL_DOWNLOAD'] || defaultDownloadSite;
  if (site === 'off') return { reason: 'switched off by PERFLOOP_TEMPORAL_DOWNLOAD=off' };
  let state = 'about 100 MB, once';
  const mb = (bytes: number): number => Math.round(bytes / 1e6);
  return await install(request, made, () => `Downloading the Temporal server ${pinnedVersion} (${state})`, async (folder) =>
    await downloadBinary(site, folder, (bytes, whole) => (state = `${mb(bytes)}${whole === null ? '' : ` of ${mb(whole)}`} MB`)),
  );
}

async function fromGo(request: BinaryRequest, made: DatabaseRecord | null): Promise<Found> {
  const go = onPath('go', request.env);
  if (go === null) return { reason: 'no `go` on PATH' };
  let packages = 0;
  return await install(request, made, () => `Building the Temporal server ${pinnedVersion} with Go (about 4 minutes, once)${packages > 0 ? `: ${packages} packages` : ''}`, async (folder) =>
    await buildBinary(go, folder, request.env, (count) => (packages = count)),
  );
}

/** Makes the binary in a folder of its own, checks it, and moves it into the home's cache in one step. */
async function install(request: BinaryRequest, made: DatabaseRecord | null, text: () => string, make: (folder: string) => Promise<string>): Promise<Found> {
  const cache = join(request.home.temporal, 'bin');
  const folder = mkdtempSync(join(cache, making));
  try {
    const path = await whileSaying(request.onProgress, 'binary', text, async () => await make(folder));
    const reason = await unfit(path, made);
    if (reason !== null) return { reason };
    const kept = join(cache, binaryName(pinnedVersion));
    renameSync(path, kept);
    return { path: kept };
  } catch (error) {
    return { reason: reasonOf(error) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `fetch` hides what went wrong in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function oneAtATime<T>(request: BinaryRequest, work: () => Promise<T>): Promise<T> {
  const file = join(request.home.locks, 'temporal-binary.lock');
  let lock = tryLock(file);
  if (lock === null) {
    lock = await whileSaying(request.onProgress, 'binary', () => 'Waiting for another perfloop that is getting the Temporal server', async () => {
      for (;;) {
        const taken = tryLock(file);
        if (taken) return taken;
        await sleep(200);
      }
    });
  }
  try {
    mkdirSync(join(request.home.temporal, 'bin'), { recursive: true });
    sweep(join(request.home.temporal, 'bin'));
    return await work();
  } finally {
    lock.release();
  }
}

/** What a download or build that was killed left behind; the lock is ours, so none is under way. */
function sweep(cache: string): void {
  for (const name of readdirSync(cache)) if (name.startsWith(making)) rmSync(join(cache, name), { recursive: true, force: true });
}

function notFound(home: Home, made: DatabaseRecord | null, reasons: Record<Exclude<BinarySource, 'setting'>, string>): PerfloopError {
  return new PerfloopError('PL_NO_TEMPORAL_SERVER', 'no Temporal server was found, and none could be made', {
    where: home.temporal,
    fix: `Do any one of the five, or set TEMPORAL_ADDRESS to a server that runs elsewhere.${made ? ` The database here needs server ${made.server}.` : ''}`,
    problems: [
      'set PERFLOOP_TEMPORAL_BIN to a `temporal` command (not set now)',
      `put one at ${join(home.temporal, 'bin', made?.binary ?? binaryName(pinnedVersion))} (${reasons.home})`,
      `install the Temporal CLI so that \`temporal\` is on PATH (${reasons.path})`,
      `let perfloop download it, or name a mirror with PERFLOOP_TEMPORAL_DOWNLOAD (${reasons.download})`,
      `install Go, so that perfloop can run \`go install ${goPackage}\` (${reasons.build})`,
    ],
  });
}
