import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { Payload } from '@temporalio/common';
import { PerfloopError } from '../../core/errors.js';
import { encodingOf, payloadFromBytes, payloadToBytes } from './payload.js';

/** As the codec that Temporal's SDK for Go ships. */
const encoding = 'binary/zlib';

/** Smaller ones hardly shrink: of those in test/histories with less, all together are 6% of the bytes. */
const fewestBytes = 256;

/** Temporal takes payloads of 2 MB; 64 are a bomb. */
const mostBytes = 64 * 2 ** 20;

/** The payload, smaller where that is possible. Deflate halves what a run sends; brotli at a level as fast does no better (docs/encryption.md). */
export async function compress(payload: Payload): Promise<Payload> {
  if ((payload.data?.length ?? 0) < fewestBytes) return payload;
  const bytes = payloadToBytes(payload);
  const data = await promisify(deflate)(bytes);
  return data.length < bytes.length ? { metadata: { encoding: Buffer.from(encoding) }, data } : payload;
}

export const isCompressed = (payload: Payload): boolean => encodingOf(payload) === encoding;

/** Throws PL_CODEC_PAYLOAD for what does not decompress. */
export async function decompress(payload: Payload): Promise<Payload> {
  try {
    return payloadFromBytes(await promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflate)(payload.data ?? Buffer.alloc(0), { maxOutputLength: mostBytes }));
  } catch (error) {
    throw new PerfloopError('PL_CODEC_PAYLOAD', 'a compressed payload does not decompress: it was changed, cut, or is beyond all measure', { where: `a payload of ${payload.data?.length ?? 0} bytes`, fix: 'Look who may write to the Temporal server and its database.', cause: error });
  }
}
