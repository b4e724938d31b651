import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z, type ZodType } from 'zod';
import type { ArtifactKind, ArtifactRef } from '../core/artifact.js';
import { PerfloopError } from '../core/errors.js';
import { syncFile, syncFolder, writeFileAtomic } from './atomic-file.js';
import { makeFolder } from './make-folder.js';

const extensions: Record<ArtifactKind, string> = { bundle: 'bundle', candidates: 'json', diff: 'diff', findings: 'json', json: 'json', log: 'log', profile: 'profile', samples: 'json', text: 'txt' };
const refSchema = z.object({ sha: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0), kind: z.enum(Object.keys(extensions) as [ArtifactKind, ...ArtifactKind[]]) });

/** A leftover of a killed process is removed after this long; the folder may be shared by hosts, so only age tells. */
const leftoverMs = 24 * 3_600_000;

/** Bytes named by their SHA-256. Several processes and hosts may share one folder. */
export interface ArtifactStore {
  readonly folder: string;
  /** Stores bytes; the same content twice is one file. A file that no longer holds its content is replaced. */
  put(kind: ArtifactKind, content: Uint8Array | string): Promise<ArtifactRef>;
  /** Stores a copy of a file without reading it into memory. */
  putFile(kind: ArtifactKind, path: string): Promise<ArtifactRef>;
  /** The bytes, verified. Throws PL_ARTIFACT_MISSING or PL_ARTIFACT_CORRUPT. */
  get(ref: ArtifactRef): Promise<Buffer>;
  /** The bytes parsed as JSON, and by the schema where one is given: PL_ARTIFACT_SHAPE when they do not fit. */
  getJson<T>(ref: ArtifactRef, schema?: ZodType<T>): Promise<T>;
  /** Where the bytes are, for programs that read a file; see `verify`. */
  pathOf(ref: ArtifactRef): string;
  /** Throws what `get` throws, without holding the bytes. */
  verify(ref: ArtifactRef): Promise<void>;
  /** Keeps a reference under a name that is made of the inputs it was computed from. */
  remember(name: string, ref: ArtifactRef): Promise<void>;
  /** The reference kept under a name, if its bytes are still there and intact. */
  recall(name: string): Promise<ArtifactRef | undefined>;
}

/** Opens a store; the folder is made when something is put. */
export function openArtifacts(folder: string): ArtifactStore {
  const pathOf = (ref: ArtifactRef) => {
    const { sha, kind } = refSchema.parse(ref);
    return join(folder, sha.slice(0, 2), sha.slice(2, 4), `${sha}.${extensions[kind]}`);
  };
  const nameFile = (name: string) => join(folder, 'names', `${createHash('sha256').update(name).digest('hex')}.json`);

  const verify = async (ref: ArtifactRef) => {
    const path = pathOf(ref);
    const hash = createHash('sha256');
    try {
      await pipeline(createReadStream(path), hash);
    } catch (error) {
      throw unreadable(error, ref, path);
    }
    if (hash.digest('hex') !== ref.sha) throw corrupt(ref, path);
  };

  const intact = async (ref: ArtifactRef) => {
    const size = await stat(pathOf(ref)).then((found) => found.size, () => -1);
    return size === ref.bytes && (await verify(ref).then(() => true, () => false));
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
    if (await intact(ref)) return;
    const path = pathOf(ref);
    await syncFile(temporary);
    await chmod(temporary, 0o444);
    makeFolder(dirname(path));
    await rename(temporary, path);
    await syncFolder(dirname(path));
  };

  const store = async (kind: ArtifactKind, write: (temporary: string) => Promise<{ sha: string; bytes: number }>): Promise<ArtifactRef> => {
    let temporary: string | undefined;
    try {
      temporary = await temporaryFile();
      const ref: ArtifactRef = { ...(await write(temporary)), kind };
      await settle(temporary, ref);
      return ref;
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
    if (createHash('sha256').update(bytes).digest('hex') !== ref.sha) throw corrupt(ref, path);
    return bytes;
  };

  return {
    folder,
    pathOf,
    verify,
    async put(kind, content) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const ref: ArtifactRef = { sha: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength, kind };
      if (await intact(ref)) return ref;
      return store(kind, async (temporary) => {
        await writeFile(temporary, bytes, { flag: 'wx' });
        return { sha: ref.sha, bytes: ref.bytes };
      });
    },
    putFile: (kind, path) =>
      store(kind, async (temporary) => {
        const hash = createHash('sha256');
        let bytes = 0;
        const count = new Transform({
          transform(chunk: Buffer, _encoding, done) {
            hash.update(chunk);
            bytes += chunk.byteLength;
            done(null, chunk);
          },
        });
        await pipeline(createReadStream(path), count, createWriteStream(temporary, { flags: 'wx' }));
        return { sha: hash.digest('hex'), bytes };
      }),
    get,
    async getJson<T>(ref: ArtifactRef, schema?: ZodType<T>) {
      const bytes = await get(ref);
      try {
        const value: unknown = JSON.parse(bytes.toString('utf8'));
        return schema === undefined ? (value as T) : schema.parse(value);
      } catch (error) {
        throw new PerfloopError('PL_ARTIFACT_SHAPE', `artifact ${ref.sha.slice(0, 12)} (${ref.kind}) does not hold what is expected of it`, { where: pathOf(ref), fix: 'It was written by another version of perfloop: use that version, or start a new run.', cause: error });
      }
    },
    async remember(name, ref) {
      await writeFileAtomic(nameFile(name), JSON.stringify({ name, ref })).catch((error: unknown) => {
        throw unwritable(error, folder);
      });
    },
    async recall(name) {
      const text = await readFile(nameFile(name), 'utf8').catch(() => undefined);
      if (text === undefined) return undefined;
      try {
        const found = z.object({ name: z.literal(name), ref: refSchema }).parse(JSON.parse(text)).ref;
        return (await intact(found)) ? found : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

async function sweep(temporary: string): Promise<void> {
  for (const name of await readdir(temporary).catch(() => [])) {
    const path = join(temporary, name);
    const age = await stat(path).then((found) => Date.now() - found.mtimeMs, () => 0);
    if (age > leftoverMs) await rm(path, { force: true }).catch(() => undefined);
  }
}

function corrupt(ref: ArtifactRef, path: string): PerfloopError {
  return new PerfloopError('PL_ARTIFACT_CORRUPT', `artifact ${ref.sha.slice(0, 12)} (${ref.kind}) no longer holds the bytes it is named by`, {
    where: path,
    fix: 'Restore the file from another host or a backup; or delete it and start the run again, which writes it anew.',
  });
}

function unreadable(error: unknown, ref: ArtifactRef, path: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const message = `artifact ${ref.sha.slice(0, 12)} (${ref.kind}, ${ref.bytes} bytes)`;
  if (code === 'ENOENT') return new PerfloopError('PL_ARTIFACT_MISSING', `${message} is not in the store`, { where: path, fix: 'Check that PERFLOOP_ARTIFACTS names the folder that the run was started with, on every host; or start the run again.', cause: error });
  if (code === 'EACCES' || code === 'EIO' || code === 'EISDIR') return new PerfloopError('PL_ARTIFACT_UNREADABLE', `${message} cannot be read: ${code}`, { where: path, fix: 'Mend the permissions of the artifact folder, or the disk.', cause: error });
  return error;
}

function unwritable(error: unknown, folder: string): unknown {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new PerfloopError('PL_DISK_FULL', 'the disk of the artifact folder is full', { where: folder, fix: 'Free some space, or point PERFLOOP_ARTIFACTS at a larger disk.', cause: error });
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'ENOTDIR' || (syscall === 'mkdir' && (code === 'ENOENT' || code === 'EEXIST'))) return new PerfloopError('PL_ARTIFACTS_READ_ONLY', `the artifact folder cannot be written: ${code}`, { where: path ?? folder, fix: 'Make it writable, or point PERFLOOP_ARTIFACTS (or PERFLOOP_HOME) at a folder that is.', cause: error });
  return error;
}
