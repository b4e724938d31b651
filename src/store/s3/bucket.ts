import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type * as S3 from '@aws-sdk/client-s3';
import { PerfloopError } from '../../core/errors.js';
import type { Shelved } from '../shelf.js';
import { scopeSignal } from '../uploads.js';
import type { S3Address } from './address.js';
import { failureOf, isAbsent, isPassing, unreachable } from './failures.js';

type Sdk = typeof S3;

export interface BucketSettings {
  address: S3Address;
  /** AWS_* variables; what is not among them is asked of the library's own chain: profiles, roles of machines. */
  env: NodeJS.ProcessEnv;
  /** How long to go on trying while the server does not answer, milliseconds. */
  patienceMs: number;
}

const longestPauseMs = 10_000;

/**
 * The objects below a prefix of a bucket. A key is told without the prefix. (The class is not called Bucket: TypeScript 7.0.2
 * renames the property of that name in the requests with it.)
 */
export class S3Bucket {
  readonly place: string;
  readonly #settings: BucketSettings;
  #opened: Promise<{ sdk: Sdk; client: S3.S3Client }> | undefined;

  constructor(settings: BucketSettings) {
    const { bucket, prefix } = settings.address;
    this.place = `s3://${bucket}${prefix === '' ? '' : `/${prefix.slice(0, -1)}`}`;
    this.#settings = settings;
  }

  placeOf(key: string): string {
    return `${this.place}/${key}`;
  }

  /** Null where there is none; PL_ARTIFACTS_NO_BUCKET only from what reads or writes. */
  async find(key: string): Promise<(Shelved & { sha256: string | undefined }) | null> {
    return this.#ifThere(async (sdk, client, options) => {
      const head = await client.send(new sdk.HeadObjectCommand({ ...this.#at(key), ChecksumMode: 'ENABLED' }), options);
      return { key, bytes: head.ContentLength ?? 0, at: head.LastModified?.getTime() ?? 0, sha256: head.ChecksumSHA256 };
    });
  }

  /** Opens an object and hands its stream to `take`; again from the start when the connection breaks. Null where there is none. */
  async read<T>(key: string, take: (bytes: Readable) => Promise<T>): Promise<T | null> {
    return this.#ifThere(async (sdk, client, options) => {
      const { Body } = await client.send(new sdk.GetObjectCommand(this.#at(key)), options);
      return await take(Body as Readable);
    });
  }

  /** Writes an object at once: a reader sees all of it or what was there before. The server checks the bytes. */
  async put(key: string, bytes: Buffer): Promise<void> {
    const sum = createHash('sha256').update(bytes).digest('base64');
    await this.#send((sdk, client, options) => client.send(new sdk.PutObjectCommand({ ...this.#at(key), Body: bytes, ChecksumSHA256: sum }), options));
  }

  /** An upload in parts; the object is there when `end` returns. */
  async begin(key: string): Promise<{ part(number: number, bytes: Buffer): Promise<void>; end(): Promise<void>; abort(): Promise<void> }> {
    const { UploadId } = await this.#send((sdk, client, options) => client.send(new sdk.CreateMultipartUploadCommand({ ...this.#at(key), ChecksumAlgorithm: 'SHA256' }), options));
    const parts = new Map<number, { ETag: string | undefined; ChecksumSHA256: string }>();
    return {
      part: async (number, bytes) => {
        const ChecksumSHA256 = createHash('sha256').update(bytes).digest('base64');
        const { ETag } = await this.#send((sdk, client, options) => client.send(new sdk.UploadPartCommand({ ...this.#at(key), UploadId, PartNumber: number, Body: bytes, ChecksumSHA256 }), options));
        parts.set(number, { ETag, ChecksumSHA256 });
      },
      end: async () => {
        const Parts = [...parts].sort(([a], [b]) => a - b).map(([PartNumber, part]) => ({ PartNumber, ...part }));
        await this.#send((sdk, client, options) => client.send(new sdk.CompleteMultipartUploadCommand({ ...this.#at(key), UploadId, MultipartUpload: { Parts } }), options));
      },
      abort: async () => this.#abort(key, UploadId),
    };
  }

  async delete(key: string): Promise<void> {
    await this.#send((sdk, client, options) => client.send(new sdk.DeleteObjectCommand(this.#at(key)), options));
  }

  async *list(prefix: string): AsyncGenerator<Shelved> {
    const { bucket, prefix: root } = this.#settings.address;
    let ContinuationToken: string | undefined;
    do {
      const page = await this.#send((sdk, client, options) => client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: `${root}${prefix}`, ContinuationToken }), options));
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) yield { key: Key.slice(root.length), bytes: Size, at: LastModified?.getTime() ?? Date.now() };
      ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  async *unfinished(before: number): AsyncGenerator<{ remove(): Promise<void> }> {
    const { bucket, prefix: root } = this.#settings.address;
    let marker: { KeyMarker: string | undefined; UploadIdMarker: string | undefined } | undefined;
    do {
      const page = await this.#send((sdk, client, options) => client.send(new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: root, ...marker }), options));
      for (const { Key = '', UploadId, Initiated } of page.Uploads ?? []) {
        if ((Initiated?.getTime() ?? Infinity) < before) yield { remove: async () => this.#abort(Key.slice(root.length), UploadId) };
      }
      marker = page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined;
    } while (marker !== undefined);
  }

  async #abort(key: string, UploadId: string | undefined): Promise<void> {
    await this.#send((sdk, client, options) => client.send(new sdk.AbortMultipartUploadCommand({ ...this.#at(key), UploadId }), options));
  }

  #at(key: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.#settings.address;
    return { Bucket: bucket, Key: `${prefix}${key}` };
  }

  async #ifThere<T>(operation: Operation<T>): Promise<T | null> {
    return this.#send(async (sdk, client, options) => {
      try {
        return await operation(sdk, client, options);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    });
  }

  /** Tries again, with longer and longer pauses, what may pass by itself. */
  async #send<T>(operation: Operation<T>): Promise<T> {
    const { sdk, client } = await (this.#opened ??= this.#open());
    const signal = scopeSignal();
    const began = performance.now();
    for (let tries = 0; ; tries += 1) {
      try {
        return await operation(sdk, client, signal === undefined ? {} : { abortSignal: signal });
      } catch (error) {
        signal?.throwIfAborted();
        if (!isPassing(error)) throw failureOf(error, this.place, this.#endpoint());
        const pause = Math.min(longestPauseMs, 100 * 2 ** tries) * (0.5 + Math.random() / 2);
        const spent = performance.now() - began;
        if (spent + pause > this.#settings.patienceMs) throw unreachable(error, this.place, this.#endpoint(), spent / 1000);
        await sleep(pause, undefined, signal === undefined ? {} : { signal }).catch(() => signal?.throwIfAborted());
      }
    }
  }

  #endpoint(): string {
    const { env } = this.#settings;
    return endpointOf(env) ?? `AWS, ${env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'the region of the profile'}`;
  }

  async #open(): Promise<{ sdk: Sdk; client: S3.S3Client }> {
    // It warns of Node 20 at each start; that the version of the library is a fixed one, it does not know.
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
    const sdk = await import('@aws-sdk/client-s3').catch((error: unknown) => {
      throw new PerfloopError('PL_ARTIFACTS_SDK', 'the client library for buckets is not installed', { where: '@aws-sdk/client-s3', fix: 'Install perfloop with its optional dependencies: npm install --include=optional', cause: error });
    });
    const { env } = this.#settings;
    const endpoint = endpointOf(env);
    const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || (endpoint === undefined ? undefined : 'us-east-1');
    const [accessKeyId, secretAccessKey, sessionToken] = [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN']];
    const client = new sdk.S3Client({
      // Retries are our own: they know how long is too long, and that a run waits.
      maxAttempts: 1,
      // Each request has a SHA-256 of its bytes, and what is read is checked by its name; not every server knows other sums.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
      ...(region === undefined ? {} : { region }),
      // Servers other than those of AWS have no name for each bucket.
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } } : {}),
    });
    return { sdk, client };
  }
}

type Operation<T> = (sdk: Sdk, client: S3.S3Client, options: { abortSignal?: AbortSignal }) => Promise<T>;

function endpointOf(env: NodeJS.ProcessEnv): string | undefined {
  return env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || undefined;
}
