import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { pinnedVersion } from './binary-version.js';

/** https://docs.temporal.io/cli#install; the SDKs' own development servers come from the same place. */
export const defaultDownloadSite = 'https://temporal.download';

const connectLimitMs = 10_000;
const stallLimitMs = 30_000;

/**
 * Downloads the release into a folder and gives the binary's path. Gives up when there is no answer in 10 s, or no byte
 * for 30 s. `onBytes` gets what has come so far and the whole, null when the server does not say.
 */
export async function downloadBinary(site: string, folder: string, onBytes: (bytes: number, whole: number | null) => void): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `${site.replace(/\/$/, '')}/cli/archive/v${pinnedVersion}?platform=${platform}&arch=${arch}`;
  const archive = join(folder, 'temporal.tar.gz');
  await fetchTo(url, archive, onBytes);
  await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, 'temporal'], { timeout: 120_000 });
  await rm(archive);
  return join(folder, 'temporal');
}

async function fetchTo(url: string, file: string, onBytes: (bytes: number, whole: number | null) => void): Promise<void> {
  const stop = new AbortController();
  let timer = setTimeout(() => stop.abort(new Error(`no answer in ${connectLimitMs / 1000} s`)), connectLimitMs);
  try {
    const response = await fetch(url, { signal: stop.signal });
    if (!response.ok || !response.body) throw new Error(`${url} answers ${response.status} ${response.statusText}`);
    const length = Number(response.headers.get('content-length'));
    let bytes = 0;
    const body = Readable.fromWeb(response.body);
    body.on('data', (chunk: Buffer) => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(new Error(`no byte came for ${stallLimitMs / 1000} s`)), stallLimitMs);
      bytes += chunk.length;
      onBytes(bytes, length > 0 ? length : null);
    });
    await pipeline(body, createWriteStream(file), { signal: stop.signal });
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
