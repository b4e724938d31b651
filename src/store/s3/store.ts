import type { ZodType } from 'zod';
import type { ArtifactRef } from '../../core/artifact.js';
import { corruptArtifact, keyOf, missingArtifact, nameKey, nameText, parseArtifact, readName, refreshAfterMs } from '../artifact-ref.js';
import { openArtifacts, type ArtifactStore } from '../artifacts.js';
import { Slots } from '../slots.js';
import { outsideScopes, trackUpload, whileInScope } from '../uploads.js';
import type { S3Bucket } from './bucket.js';
import { bucketShelf } from './bucket-shelf.js';
import { Cache } from './cache.js';
import { toldTransfer } from './transfers.js';
import { s3Sum, uploadFile } from './upload.js';

export interface S3StoreSettings {
  bucket: S3Bucket;
  /** Folder of this host for what it has put or read. */
  cache: string;
  /** What the cache may take, in bytes. */
  cacheBytes: number;
}

interface Upload {
  /** There was room for it. */
  begun: Promise<void>;
  done: Promise<void>;
}

/** So many uploads are under way; whoever puts more waits for the end of one. */
const mostUploads = 32;
/** How long this process takes for granted that what it saw in the bucket is still there; far below what the garbage collection leaves alone. */
const knownMs = 600_000;
const mostKnown = 20_000;

/**
 * A store in a bucket, and a cache of it on this host. What is put is on the disk of this host when `put` returns, and on its way
 * to the bucket; `settleUploads` waits for its end.
 */
export function openS3Artifacts({ bucket, cache: folder, cacheBytes }: S3StoreSettings): ArtifactStore {
  const local = openArtifacts(folder);
  const cache = new Cache(local, cacheBytes);
  const room = new Slots(mostUploads);
  const uploads = new Map<string, Upload>();
  const downloads = new Map<string, Promise<void>>();
  const known = new Map<string, number>();

  const isKnown = (key: string) => performance.now() - (known.get(key) ?? -Infinity) < knownMs;
  const noteKnown = (key: string) => {
    if (known.size >= mostKnown) known.clear();
    known.set(key, performance.now());
  };

  /** Whether the bucket has the bytes, as far as that can be told without reading them; `old` when nobody has used them for long. */
  const inBucket = async (ref: ArtifactRef): Promise<'no' | 'old' | 'yes'> => {
    const key = keyOf(ref);
    if (isKnown(key)) return 'yes';
    const found = await bucket.find(key);
    if (found === null || found.bytes !== ref.bytes) return 'no';
    // A sum of sums, where it came in parts, says nothing here.
    if (found.sha256 !== undefined && !found.sha256.includes('-') && found.sha256 !== s3Sum(ref.sha)) return 'no';
    if (Date.now() - found.at > refreshAfterMs) return 'old';
    noteKnown(key);
    return 'yes';
  };

  const upload = async (ref: ArtifactRef) => {
    if ((await inBucket(ref)) === 'yes') return;
    await uploadFile(bucket, keyOf(ref), local.pathOf(ref), ref.bytes);
    noteKnown(keyOf(ref));
  };

  /** Several who put the same content share one upload. */
  const beginUpload = (ref: ArtifactRef): Upload => {
    const key = keyOf(ref);
    const running = uploads.get(key);
    if (running !== undefined) return running;
    let begin = (): void => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const work = async (): Promise<void> => {
      begin();
      await upload(ref);
    };
    const done = outsideScopes(() => room.run(work)).finally(() => uploads.delete(key));
    uploads.set(key, { begun, done });
    return { begun, done };
  };

  const stored = async (ref: ArtifactRef) => {
    await cache.used(ref);
    cache.added(ref.bytes);
    if (isKnown(keyOf(ref))) return ref;
    const { begun, done } = beginUpload(ref);
    trackUpload(done);
    await whileInScope(begun);
    return ref;
  };

  const fetch = async (ref: ArtifactRef) => {
    const key = keyOf(ref);
    // Bytes that broke on their way come right the second time.
    for (const _try of [1, 2]) {
      const intact = await bucket.read(key, (bytes) => {
        let done = 0;
        bytes.on('data', (chunk: Buffer) => toldTransfer({ direction: 'download', place: bucket.place, done: (done += chunk.byteLength), bytes: ref.bytes }));
        return local.receive(ref, bytes);
      });
      if (intact === null) throw missingArtifact(ref, bucket.placeOf(key), undefined);
      if (intact) {
        cache.added(ref.bytes);
        return;
      }
    }
    throw corruptArtifact(ref, bucket.placeOf(key));
  };

  /** Has the bytes on this host. */
  const bring = async (ref: ArtifactRef) => {
    const key = keyOf(ref);
    if (await local.has(ref)) {
      await cache.used(ref);
      return;
    }
    let running = downloads.get(key);
    if (running === undefined) {
      running = outsideScopes(() => fetch(ref)).finally(() => downloads.delete(key));
      running.catch(() => undefined);
      downloads.set(key, running);
    }
    await whileInScope(running);
  };

  /** Has them in the bucket, and new there. Written again they are new; a copy onto itself is not on every server. */
  const ensureInBucket = async (ref: ArtifactRef) => {
    const running = uploads.get(keyOf(ref));
    if (running === undefined && (await inBucket(ref)) === 'yes') return;
    if (running === undefined) await bring(ref);
    await whileInScope((running ?? beginUpload(ref)).done);
  };

  const get = async (ref: ArtifactRef) => {
    const bytes = await local.get(ref).catch(() => null);
    if (bytes !== null) {
      await cache.used(ref);
      return bytes;
    }
    await bring(ref);
    return local.get(ref);
  };

  return {
    place: bucket.place,
    placeOf: (ref) => bucket.placeOf(keyOf(ref)),
    put: async (kind, content) => stored(await local.put(kind, content)),
    putFile: async (kind, path) => stored(await local.putFile(kind, path)),
    get,
    getJson: async <T>(ref: ArtifactRef, schema?: ZodType<T>) => parseArtifact(await get(ref), ref, bucket.placeOf(keyOf(ref)), schema),
    async fileOf(ref) {
      await bring(ref);
      return local.pathOf(ref);
    },
    async remember(name, ref) {
      // Whoever reads the name wants the bytes, too.
      await ensureInBucket(ref);
      await bucket.put(nameKey(name), Buffer.from(nameText(name, ref)));
    },
    async recall(name) {
      const found = readName((await bucket.read(nameKey(name), async (bytes) => Buffer.concat(await bytes.toArray()).toString('utf8'))) ?? '');
      if (found?.name !== name || (await inBucket(found.ref)) === 'no') return undefined;
      await ensureInBucket(found.ref);
      return found.ref;
    },
    shelf: () => bucketShelf(bucket),
  };
}
