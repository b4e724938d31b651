import type { Shelf } from '../shelf.js';
import type { S3Bucket } from './bucket.js';

/** The objects of a store in a bucket. */
export function bucketShelf(bucket: S3Bucket): Shelf {
  return {
    list: (prefix = '') => bucket.list(prefix),
    read: (key) => bucket.read(key, async (bytes) => Buffer.concat(await bytes.toArray())),
    write: (key, bytes) => bucket.put(key, bytes),
    async remove({ key, at }) {
      const now = await bucket.find(key);
      // S3 tells whole seconds in one answer and thousandths in the other.
      if (now === null || now.at - at >= 1000) return false;
      await bucket.delete(key);
      return true;
    },
    unfinished: (before) => bucket.unfinished(before),
  };
}
