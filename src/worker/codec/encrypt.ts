import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import { PerfloopError } from '../../core/errors.js';
import { encodingOf, payloadFromBytes, payloadToBytes, type Metadata } from './payload.js';
import { keysVariable, type CodecKey } from './settings.js';

const encoding = 'binary/encrypted';
const keyIdField = 'encryption-key-id';
const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** The whole payload, its metadata too, by AES-256-GCM: a nonce of 12 random bytes, the text, a tag of 16. What is said in clear is authenticated with it. */
export function encrypt(payload: Payload, key: CodecKey): Payload {
  const metadata: Metadata = { encoding: Buffer.from(encoding), [keyIdField]: Buffer.from(key.id) };
  const nonce = randomBytes(nonceBytes);
  const run = createCipheriv(cipher, key.bytes, nonce, { authTagLength: tagBytes }).setAAD(canonical(metadata));
  const text = Buffer.concat([run.update(payloadToBytes(payload)), run.final()]);
  return { metadata, data: Buffer.concat([nonce, text, run.getAuthTag()]) };
}

export const isEncrypted = (payload: Payload): boolean => encodingOf(payload) === encoding;

/** Throws PL_CODEC_KEY where the key is not known, PL_CODEC_PAYLOAD where the payload is not what was encrypted. */
export function decrypt(payload: Payload, keys: readonly CodecKey[]): Payload {
  const id = Buffer.from(payload.metadata?.[keyIdField] ?? []).toString('utf8');
  const key = keys.find(({ fingerprint }) => id.endsWith(`:${fingerprint}`));
  if (key === undefined) throw missingKey(id, keys);
  const data = Buffer.from(payload.data ?? []);
  try {
    const run = createDecipheriv(cipher, key.bytes, data.subarray(0, nonceBytes), { authTagLength: tagBytes });
    run.setAAD(canonical(payload.metadata ?? {})).setAuthTag(data.subarray(-tagBytes));
    return payloadFromBytes(Buffer.concat([run.update(data.subarray(nonceBytes, -tagBytes)), run.final()]));
  } catch (error) {
    throw new PerfloopError('PL_CODEC_PAYLOAD', `a payload is not what was encrypted with the key ${key.name}: it was changed, or cut`, { where: `a payload of ${data.length} bytes, key ${id}`, fix: 'Look who may write to the Temporal server and its database; the run that it belongs to cannot go on with it.', cause: error });
  }
}

function missingKey(id: string, keys: readonly CodecKey[]): PerfloopError {
  const name = printable(id.split(':')[0] ?? '');
  const namesake = keys.find((key) => key.name === name);
  const known = namesake === undefined ? `which ${keysVariable} does not give here` : `and $${name} holds another key here, ${namesake.id}`;
  return new PerfloopError('PL_CODEC_KEY', `a payload is encrypted with the key ${printable(id) || '(none named)'}, ${known}`, {
    where: keysVariable,
    fix: `Set ${name || 'its variable'} to the key that it held then, and name $${name || 'NAME'} in ${keysVariable} of every client, worker and codec server; keys that only decrypt come last.`,
  });
}

/** The id is of the wire: no line of a terminal or a log is to be made of it. */
const printable = (text: string): string => text.replaceAll(/[^\w:.-]/g, '?').slice(0, 120);

/** Metadata as bytes that no other metadata has: sorted by name, each part with its length. */
function canonical(metadata: Metadata): Buffer {
  const parts = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
  return Buffer.concat(parts.flatMap((part) => [lengthOf(part), part]));
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(part.length);
  return length;
}
