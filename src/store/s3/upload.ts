import { open } from 'node:fs/promises';
import { Slots } from '../slots.js';
import type { S3Bucket } from './bucket.js';
import { toldTransfer } from './transfers.js';

/** A request carries at most this; more goes up in parts. */
const partBytes = 8 * 2 ** 20;
/** The most that S3 takes. */
const mostParts = 10_000;
/** Requests with content under way in this process, and with `partBytes` the memory that they take: 64 MiB. */
const requests = new Slots(8);
const partsAtOnce = 4;

/** Copies a file into the bucket. It is there as a whole when this returns, and not at all before. */
export async function uploadFile(bucket: S3Bucket, key: string, file: string, bytes: number): Promise<void> {
  const handle = await open(file);
  try {
    const size = Math.max(partBytes, Math.ceil(bytes / mostParts));
    const slice = async (number: number): Promise<Buffer> => {
      const start = (number - 1) * size;
      const buffer = Buffer.alloc(Math.min(size, bytes - start));
      for (let filled = 0; filled < buffer.byteLength; ) {
        const { bytesRead } = await handle.read(buffer, filled, buffer.byteLength - filled, start + filled);
        if (bytesRead === 0) throw new Error(`${file} is shorter than the ${bytes} bytes that it is known to hold`);
        filled += bytesRead;
      }
      return buffer;
    };
    if (bytes <= size) await requests.run(async () => bucket.put(key, await slice(1)));
    else await uploadParts(bucket, key, bytes, size, slice);
  } finally {
    await handle.close();
  }
}

async function uploadParts(bucket: S3Bucket, key: string, bytes: number, size: number, slice: (number: number) => Promise<Buffer>): Promise<void> {
  const upload = await bucket.begin(key);
  const count = Math.ceil(bytes / size);
  let next = 1;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next <= count) {
      const number = next;
      next += 1;
      await requests.run(async () => {
        const part = await slice(number);
        await upload.part(number, part);
        done += part.byteLength;
      });
      toldTransfer({ direction: 'upload', place: bucket.place, done, bytes });
    }
  };
  try {
    await Promise.all(Array.from({ length: partsAtOnce }, work));
    await upload.end();
  } catch (error) {
    // Parts of an upload that never ends cost money; what cannot be aborted now, `perfloop gc` does.
    next = count + 1;
    await upload.abort().catch(() => undefined);
    throw error;
  }
}

/** SHA-256 as S3 tells it of an object that came in one request. */
export function s3Sum(sha: string): string {
  return Buffer.from(sha, 'hex').toString('base64');
}
