import { accessSync, closeSync, constants, createReadStream, openSync, readFileSync, readSync, statSync, type Stats } from 'node:fs';
import { constants as zlib, createGunzip, gunzipSync } from 'node:zlib';
import { PerfloopError } from '../../core/errors.js';

/** V8 cannot hold a longer string, and JSON.parse needs one. */
const largest = 500 * 1024 * 1024;

/** The whole of a profile, unzipped where it is compressed with gzip. Throws PL_PROFILE_MISSING, PL_PROFILE_EMPTY, _MALFORMED or _TOO_LARGE. */
export function readProfile(file: string): Buffer {
  const { size } = checkedProfile(file);
  if (size > largest) throw tooLarge(file, size);
  const bytes = readFileSync(file);
  if (!isZipped(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: largest });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(file, largest);
    throw brokenZip(file, message, error);
  }
}

/** A profile of text, without a byte order mark. Throws what readProfile does. */
export function readText(file: string): string {
  return readProfile(file).toString('utf8').replace(/^\uFEFF/, '');
}

/** A profile of JSON. Throws what readProfile does, and what `malformed` makes where it is none. */
export function parseJson(file: string, malformed: (why: string, cause: unknown) => PerfloopError): unknown {
  try {
    return JSON.parse(readText(file)) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed('it is not JSON, as if it had been cut off', error);
    throw error;
  }
}

/** The bytes of a profile of any size as they come, unzipped. They end with PL_PROFILE_MALFORMED where the compression is broken. */
export async function* profileChunks(file: string, onBytes?: (read: number, of: number) => void): AsyncGenerator<Buffer> {
  const zipped = isZipped(readHead(file, 2));
  const { size } = checkedProfile(file);
  const source = createReadStream(file, { highWaterMark: 1 << 20 });
  const plain = zipped ? source.pipe(createGunzip({ chunkSize: 1 << 18 })) : source;
  source.once('error', (error) => plain.destroy(error));
  try {
    for await (const chunk of plain) {
      yield chunk as Buffer;
      onBytes?.(source.bytesRead, size);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw code?.startsWith('Z_') === true ? brokenZip(file, message, error) : error;
  } finally {
    source.destroy();
  }
}

/** The first bytes of a profile, at most `length`, as they lie there. Throws PL_PROFILE_MISSING or PL_PROFILE_EMPTY. */
export function readHead(file: string, length: number): Buffer {
  const { size } = checkedProfile(file);
  const head = Buffer.alloc(Math.min(length, size));
  const descriptor = openSync(file, constants.O_RDONLY);
  try {
    return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** The beginning of a profile, at most `length` bytes of the file, unzipped. Throws what readHead does, and PL_PROFILE_MALFORMED. */
export function readPlainHead(file: string, length: number): Buffer {
  const head = readHead(file, length);
  if (!isZipped(head)) return head;
  try {
    return gunzipSync(head, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 64 << 20 });
  } catch (error) {
    throw brokenZip(file, (error as Error).message, error);
  }
}

const isZipped = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** What stands at the path of a profile. Throws PL_PROFILE_MISSING, PL_PROFILE_EMPTY, PL_PROFILE_UNREADABLE. */
export function checkedProfile(file: string): Stats {
  const stats = profileStat(file);
  if (!stats?.isFile()) {
    throw new PerfloopError('PL_PROFILE_MISSING', stats ? 'The profile is not a file.' : 'The profile does not exist.', { where: file, fix: 'Give the path of a profile; `perfloop tool --help` says of which kinds.' });
  }
  if (stats.size === 0) throw new PerfloopError('PL_PROFILE_EMPTY', 'The profile has no bytes.', { where: file, fix: 'Record it again, and let the program end by itself.' });
  try {
    accessSync(file, constants.R_OK);
  } catch (cause) {
    throw new PerfloopError('PL_PROFILE_UNREADABLE', 'The profile cannot be read by this user.', { where: file, fix: 'Change its permissions, or copy it.', cause });
  }
  return stats;
}

/** Undefined where nothing is there. Throws PL_PROFILE_UNREADABLE where the path leads nowhere. */
export function profileStat(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    throw new PerfloopError('PL_PROFILE_UNREADABLE', `The profile cannot be reached: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}.`, { where: file, fix: 'Look at the links and the permissions on its path.', cause });
  }
}

/** Whether a file is as it was. */
export function isSameFile(before: Pick<Stats, 'size' | 'mtimeMs'> | undefined, file: string): boolean {
  const now = statSync(file, { throwIfNoEntry: false });
  return before !== undefined && now?.size === before.size && now.mtimeMs === before.mtimeMs;
}

export const changedMeanwhile = (file: string): PerfloopError => new PerfloopError('PL_PROFILE_CHANGED', 'The profile was written while it was read.', { where: file, fix: 'Wait until the profiler has ended, and import it again.' });

const brokenZip = (file: string, why: string, cause: unknown): PerfloopError => new PerfloopError('PL_PROFILE_MALFORMED', `The profile cannot be read: its compression is broken (${why === 'incorrect header check' ? 'bytes that are no gzip follow its end' : why}).`, { where: file, fix: 'Copy it again, or record it again.', cause });

const tooLarge = (file: string, size: number): PerfloopError => new PerfloopError('PL_PROFILE_TOO_LARGE', `The profile has ${Math.round(size / 2 ** 20)} MiB or more; at most ${largest / 2 ** 20} can be read.`, { where: file, fix: 'Profile a shorter run of the command.' });

const sqliteMagic = Buffer.from('SQLite format 3\0');

/** By its first 16 bytes or more. */
export function isSqlite(head: Buffer): boolean {
  return head.subarray(0, sqliteMagic.length).equals(sqliteMagic);
}
