import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ZodType } from 'zod';
import type { ArtifactKind, ArtifactRef } from '../core/artifact.js';
import { PerfloopError } from '../core/errors.js';
import { artifactText, corruptArtifact, keyOf, missingArtifact, nameKey, nameText, parseArtifact, readName, refreshAfterMs } from './artifact-ref.js';
import { syncFile, syncFolder, writeFileAtomic } from './atomic-file.js';
import { folderShelf } from './folder-shelf.js';
import { makeFolder } from './make-folder.js';
import type { Shelf } from './shelf.js';

/** A leftover of a killed process is removed after this long; the folder may be shared by hosts, so only age tells. */
const leftoverMs = 24 * 3_600_000;

/** Bytes named by their SHA-256. Several processes and hosts may share one store: a folder, or a bucket. */
export interface ArtifactStore {
  /** The folder, or the address of the bucket. */
  readonly place: string;
  /** Stores bytes; the same content twice is one file. On another host they can be read once `settleUploads` has returned. */
  put(kind: ArtifactKind, content: Uint8Array | string): Promise<ArtifactRef>;
  /** Stores a copy of a file without reading it into memory. */
  putFile(kind: ArtifactKind, path: string): Promise<ArtifactRef>;
  /** The bytes, verified. Throws PL_ARTIFACT_MISSING or PL_ARTIFACT_CORRUPT. */
  get(ref: ArtifactRef): Promise<Buffer>;
  /** The bytes parsed as JSON, and by the schema where one is given: PL_ARTIFACT_SHAPE when they do not fit. */
  getJson<T>(ref: ArtifactRef, schema?: ZodType<T>): Promise<T>;
  /** A file of this host that holds the bytes, verified, for programs that read files. Throws what `get` throws. */
  fileOf(ref: ArtifactRef): Promise<string>;
  /** Where the bytes are, for people. */
  placeOf(ref: ArtifactRef): string;
  /** Keeps a reference under a name that is made of the inputs it was computed from. The last one to do so wins. */
  remember(name: string, ref: ArtifactRef): Promise<void>;
  /** The reference kept under a name, if its bytes are still there. */
  recall(name: string): Promise<ArtifactRef | undefined>;
  /** The plain files below it, for who looks after the store as a whole. */
  shelf(): Shelf;
}

/** A store in a folder, which may be on a disk that several hosts share. */
export interface FolderStore extends ArtifactStore {
  readonly folder: string;
  /** Where the bytes are or will be; nothing is verified. */
  pathOf(ref: ArtifactRef): string;
  /** Throws what `get` throws, without holding the bytes. */
  verify(ref: ArtifactRef): Promise<void>;
  /** Whether the bytes are here. Their file then counts as used now. */
  has(ref: ArtifactRef): Promise<boolean>;
  /** Stores what a stream gives, if those are the bytes of `ref`; false if they are others. */
  receive(ref: ArtifactRef, bytes: Readable): Promise<boolean>;
}

/** Opens a store in a folder, which is made when something is put. A bucket is opened by `artifactsOf`. */
export function openArtifacts(folder: string): FolderStore {
  const pathOf = (ref: ArtifactRef) => join(folder, keyOf(ref));
  const nameFile = (name: string) => join(folder, nameKey(name));

  const verify = async (ref: ArtifactRef) => {
    const path = pathOf(ref);
    const hash = createHash('sha256');
    try {
      await pipeline(createReadStream(path), hash);
    } catch (error) {
      throw unreadable(error, ref, path);
    }
    if (hash.digest('hex') !== ref.sha) throw corruptArtifact(ref, path);
  };

  const has = async (ref: ArtifactRef) => {
    const path = pathOf(ref);
    const found = await stat(path).catch(() => null);
    if (found?.size !== ref.bytes || !(await verify(ref).then(() => true, () => false))) return false;
    return Date.now() - found.mtimeMs < refreshAfterMs || (await usedNow(path));
  };

  let swept: Promise<void> | undefined;
  /** A new file in the store's own temporary folder, on the same file system. */
  const temporaryFile = async () => {
    const temporary = join(folder, 'tmp');
    makeFolder(temporary);
    await (swept ??= sweep(temporary));
    return join(temporary, `${process.pid}-${randomBytes(8).toString('hex')}`);
  };

  /** Moves a written file to its name, unless an intact one is there. */
  const settle = async (temporary: string, ref: ArtifactRef) => {
    if (await has(ref)) return;
    const path = pathOf(ref);
    await syncFile(temporary);
    await chmod(temporary, 0o444);
    makeFolder(dirname(path));
    await rename(temporary, path);
    await syncFolder(dirname(path));
  };

  const withTemporary = async <T>(use: (temporary: string) => Promise<T>): Promise<T> => {
    let temporary: string | undefined;
    try {
      temporary = await temporaryFile();
      return await use(temporary);
    } catch (error) {
      throw unwritable(error, folder);
    } finally {
      if (temporary !== undefined) await rm(temporary, { force: true });
    }
  };

  const get = async (ref: ArtifactRef) => {
    const path = pathOf(ref);
    const bytes = await readFile(path).catch((error: unknown) => {
      throw unreadable(error, ref, path);
    });
    if (createHash('sha256').update(bytes).digest('hex') !== ref.sha) throw corruptArtifact(ref, path);
    return bytes;
  };

  return {
    folder,
    place: folder,
    pathOf,
    placeOf: pathOf,
    verify,
    has,
    async fileOf(ref) {
      await verify(ref);
      return pathOf(ref);
    },
    async put(kind, content) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const ref: ArtifactRef = { sha: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength, kind };
      if (await has(ref)) return ref;
      return withTemporary(async (temporary) => {
        await writeFile(temporary, bytes, { flag: 'wx' });
        await settle(temporary, ref);
        return ref;
      });
    },
    putFile: (kind, path) =>
      withTemporary(async (temporary) => {
        const ref: ArtifactRef = { ...(await copied(createReadStream(path), temporary)), kind };
        await settle(temporary, ref);
        return ref;
      }),
    receive: (ref, bytes) =>
      withTemporary(async (temporary) => {
        const got = await copied(bytes, temporary);
        if (got.sha !== ref.sha || got.bytes !== ref.bytes) return false;
        await settle(temporary, ref);
        return true;
      }),
    get,
    getJson: async <T>(ref: ArtifactRef, schema?: ZodType<T>) => parseArtifact(await get(ref), ref, pathOf(ref), schema),
    async remember(name, ref) {
      await writeFileAtomic(nameFile(name), nameText(name, ref)).catch((error: unknown) => {
        throw unwritable(error, folder);
      });
    },
    async recall(name) {
      const found = readName(await readFile(nameFile(name), 'utf8').catch(() => ''));
      return found?.name === name && (await has(found.ref)) ? found.ref : undefined;
    },
    shelf: () => folderShelf(folder),
  };
}

/** Writes a stream to a new file; what it held. */
async function copied(bytes: Readable, temporary: string): Promise<{ sha: string; bytes: number }> {
  const hash = createHash('sha256');
  let count = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      count += chunk.byteLength;
      done(null, chunk);
    },
  });
  await pipeline(bytes, counted, createWriteStream(temporary, { flags: 'wx' }));
  return { sha: hash.digest('hex'), bytes: count };
}

/** False where the file is another user's: then it is written anew. */
async function usedNow(path: string): Promise<boolean> {
  return utimes(path, new Date(), new Date()).then(() => true, () => false);
}

async function sweep(temporary: string): Promise<void> {
  for (const name of await readdir(temporary).catch(() => [])) {
    const path = join(temporary, name);
    const age = await stat(path).then((found) => Date.now() - found.mtimeMs, () => 0);
    if (age > leftoverMs) await rm(path, { force: true }).catch(() => undefined);
  }
}

function unreadable(error: unknown, ref: ArtifactRef, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return missingArtifact(ref, path, error);
  if (code === 'EACCES' || code === 'EIO' || code === 'EISDIR') return new PerfloopError('PL_ARTIFACT_UNREADABLE', `${artifactText(ref)} cannot be read: ${code}`, { where: path, fix: 'Mend the permissions of the artifact folder, or the disk.', cause: error });
  return error;
}

function unwritable(error: unknown, folder: string): unknown {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new PerfloopError('PL_DISK_FULL', 'the disk of the artifact folder is full', { where: folder, fix: 'Free some space, or point PERFLOOP_ARTIFACTS at a larger disk.', cause: error });
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOTDIR' || (syscall === 'mkdir' && (code === 'ENOENT' || code === 'EEXIST'))) return new PerfloopError('PL_ARTIFACTS_READ_ONLY', `the artifact folder cannot be written: ${code}`, { where: path ?? folder, fix: 'Make it writable, or point PERFLOOP_ARTIFACTS (or PERFLOOP_HOME) at a folder that is.', cause: error });
  return error;
}
