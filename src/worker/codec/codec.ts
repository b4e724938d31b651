import { join } from 'node:path';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { packageRoot } from '../engine/package-paths.js';
import { compress, decompress, isCompressed } from './compress.js';
import { decrypt, encrypt, isEncrypted } from './encrypt.js';
import type { CodecSettings } from './settings.js';

/** Compresses and encrypts what leaves, as the settings say. Reads all that any settings wrote: what is in clear passes as it is. */
export function payloadCodec({ compress: compresses, keys }: CodecSettings): PayloadCodec {
  const [first] = keys;
  const encodeOne = async (payload: Payload): Promise<Payload> => {
    const smaller = compresses ? await compress(payload) : payload;
    return first === undefined ? smaller : encrypt(smaller, first);
  };
  const decodeOne = async (payload: Payload): Promise<Payload> => {
    const clear = isEncrypted(payload) ? decrypt(payload, keys) : payload;
    return isCompressed(clear) ? await decompress(clear) : clear;
  };
  return {
    encode: async (payloads) => await Promise.all(payloads.map(encodeOne)),
    decode: async (payloads) => await Promise.all(payloads.map(decodeOne)),
  };
}

/** Of every client and worker. With a key, messages and stack traces of failures are payloads too. */
export function dataConverter(settings: CodecSettings): DataConverter {
  return { payloadCodecs: [payloadCodec(settings)], ...(settings.keys.length > 0 ? { failureConverterPath: join(packageRoot, 'dist', 'worker', 'codec', 'encoded-failures.cjs') } : {}) };
}
